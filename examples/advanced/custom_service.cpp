// A job API of your own: what `service` and the functions on `prediction` say is all that waiting, watching and retries
// need to know. The server here is a script; with a real URL and without the transport it is yours.

#include <cojob/job/wait.hpp>
#include <cojob/testing/scripted_transport.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <iostream>

namespace asio = boost::asio;
using namespace std::chrono_literals;

struct prediction {
    std::string id, status;
    boost::json::value output;
    friend bool operator==(const prediction&, const prediction&) = default;
    friend std::string job_id(const prediction& p) { return p.id; }
    friend std::string status_text(const prediction& p) { return p.status; }
    friend bool is_finished(const prediction& p) { return p.status != "starting" && p.status != "processing"; }
    friend bool is_unknown(const prediction&) { return false; }
};

class service {
  public:
    using job_type = prediction;
    static constexpr std::string_view api_name = "predictions";

    service(cojob::client c, const std::string& url, cojob::secret key)
        : client_(std::move(c)), base_(cojob::http::parse_url(url, "url"), std::move(key))
    {
    }
    cojob::client get_client() const { return client_; }
    std::string scope() const { return to_string(base_.url()); }
    cojob::poll_schedule default_schedule() const { return {1s, 1s, 10s, 1.5}; }
    service with(cojob::client c) const { return {std::move(c), base_}; }
    friend bool operator==(const service&, const service&) = default; // equal services share polls

    asio::awaitable<prediction> create_job(std::string input) const
    {
        cojob::api_request r("POST", base_, {"v1", "predictions"});
        r.json = serialize(boost::json::value{{"input", input}});
        return call(client_, std::move(r));
    }
    asio::awaitable<prediction> get_job(std::string id) const
    {
        return call(client_, {"GET", base_, {"v1", "predictions", id}});
    }
    asio::awaitable<prediction> cancel_job(std::string id) const
    {
        return call(client_, {"POST", base_, {"v1", "predictions", id, "cancel"}});
    }

  private:
    service(cojob::client c, cojob::api_base base) : client_(std::move(c)), base_(std::move(base)) {}
    static asio::awaitable<prediction> call(cojob::client c, cojob::api_request r)
    {
        const auto json = boost::json::parse((co_await c.send(std::move(r))).body).as_object();
        co_return prediction{std::string(json.at("id").as_string()), std::string(json.at("status").as_string()),
                             json.at("output")};
    }

    cojob::client client_;
    cojob::api_base base_;
};

int main()
{
    asio::io_context context;
    const auto play = [n = 0](const cojob::http::request&) mutable {
        const std::string status = ++n < 3 ? "processing" : "succeeded";
        return cojob::testing::scripted_reply(200, R"({"id":"p1","output":42,"status":")" + status + "\"}");
    };
    service s(cojob::client(context, {}, std::make_shared<cojob::testing::scripted_transport>(play)),
              "https://predictions.example", cojob::secret("key"));
    asio::co_spawn(context, cojob::run_job(s, "What is 6 x 7?"),
                   [](std::exception_ptr, const prediction& p) { std::cout << p.status << ": " << p.output << '\n'; });
    context.run();
}
