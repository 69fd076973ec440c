// Predictions: a job has a URL to cancel it, which the server chose. One runs to its end, one is cancelled.
//
//     SERVICE_URL=https://… SERVICE_KEY=… ./predictions
//     examples/run build/dev/examples predictions     # without an account, against a mock server

#include "../support/run_service.hpp"
#include <cojob/job/wait.hpp>

#include <boost/json.hpp>
#include <iostream>

using namespace std::chrono_literals;

struct prediction {
    std::string id, status, cancel_url;
    boost::json::value output;
    friend bool operator==(const prediction&, const prediction&) = default;
    friend std::string job_id(const prediction& p) { return p.id; }
    friend std::string status_text(const prediction& p) { return p.status; }
    friend bool is_finished(const prediction& p) { return p.status != "starting" && p.status != "processing"; }
    friend bool is_unknown(const prediction&) { return false; }
};

class predictions {
  public:
    using job_type = prediction;
    static constexpr std::string_view api_name = "predictions";

    predictions(cojob::client c, cojob::api_base base) : client_(std::move(c)), base_(std::move(base)) {}
    cojob::client get_client() const { return client_; }
    std::string scope() const { return to_string(base_.url()); }
    cojob::poll_schedule default_schedule() const { return {500ms, 500ms, 10s, 1.5}; }
    predictions with(cojob::client c) const { return {std::move(c), base_}; }
    friend bool operator==(const predictions&, const predictions&) = default;

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
    asio::awaitable<prediction> cancel(const prediction& p) const
    {
        cojob::api_request r("POST", base_, {});
        r.location = p.cancel_url; // only at SERVICE_URL: the key goes nowhere else
        r.effect = cojob::effect::idempotent;
        return call(client_, std::move(r));
    }

  private:
    static asio::awaitable<prediction> call(cojob::client c, cojob::api_request r)
    {
        const auto json = boost::json::parse((co_await c.send(std::move(r))).body);
        co_return prediction{std::string(json.at("id").as_string()), std::string(json.at("status").as_string()),
                             std::string(json.at("urls").at("cancel").as_string()), json.at("output")};
    }

    cojob::client client_;
    cojob::api_base base_;
};

asio::awaitable<void> predict(predictions service)
{
    const auto done = co_await cojob::run_job(service, "What is 6 x 7?", 10min);
    std::cout << done.id << ' ' << done.status << ": " << done.output << '\n';

    const auto slow = co_await service.create_job("What is the meaning of it all?");
    const auto ended = co_await cojob::as_result(cojob::wait_for_job(service, slow, 2s));
    if (!ended && ended.error().code() == cojob::errc::wait_timeout)
        std::cout << slow.id << ' ' << (co_await service.cancel(slow)).status << '\n';
}

int main()
{
    return run_service(predict);
}
