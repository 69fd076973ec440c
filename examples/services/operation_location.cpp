// Long-running operations: the server answers 202 with the operation's URL in `Operation-Location`, and to each poll
// says by `Retry-After` when to ask again. The URL is the job's id, and is followed only at SERVICE_URL.
//
//     SERVICE_URL=https://… SERVICE_KEY=… ./operation_location
//     examples/run build/dev/examples operation_location     # without an account, against a mock server

#include "../support/run_service.hpp"
#include <cojob/job/wait.hpp>

#include <boost/json.hpp>
#include <iostream>

using namespace std::chrono_literals;

struct analysis {
    std::string target, status; ///< path and query of the operation
    boost::json::value result;
    friend bool operator==(const analysis&, const analysis&) = default;
    friend std::string job_id(const analysis& a) { return a.target; }
    friend std::string status_text(const analysis& a) { return a.status; }
    friend bool is_finished(const analysis& a)
    {
        return a.status == "succeeded" || a.status == "failed" || a.status == "canceled";
    }
    friend bool is_unknown(const analysis& a)
    {
        return !is_finished(a) && a.status != "notStarted" && a.status != "running";
    }
};

class analyses {
  public:
    using job_type = analysis;
    static constexpr std::string_view api_name = "analyses";

    analyses(cojob::client c, cojob::api_base base) : client_(std::move(c)), base_(std::move(base)) {}
    cojob::client get_client() const { return client_; }
    std::string scope() const { return to_string(base_.url()); }
    cojob::poll_schedule default_schedule() const { return {500ms, 500ms, 30s, 1.5}; } // never before Retry-After
    analyses with(cojob::client c) const { return {std::move(c), base_}; }
    friend bool operator==(const analyses&, const analyses&) = default;

    asio::awaitable<analysis> create_job(std::string document) const { return create(*this, std::move(document)); }
    asio::awaitable<analysis> get_job(std::string target) const { return get(*this, std::move(target)); }

  private:
    static asio::awaitable<analysis> create(analyses self, std::string document)
    {
        cojob::api_request r("POST", self.base_, {"v1", "analyses"});
        r.json = serialize(boost::json::value{{"source", document}});
        const auto accepted = co_await self.client_.send(std::move(r));
        const auto url = accepted.header("Operation-Location").value_or("");
        co_return analysis{self.base_.target_of(url), "notStarted", {}}; // throws if it is at another server
    }
    static asio::awaitable<analysis> get(analyses self, std::string target)
    {
        cojob::api_request r("GET", self.base_, {});
        r.location = r.job_id = target;
        const auto json = boost::json::parse((co_await self.client_.send(std::move(r))).body).as_object();
        const auto* result = json.if_contains("result");
        co_return analysis{target, std::string(json.at("status").as_string()), result ? *result : nullptr};
    }

    cojob::client client_;
    cojob::api_base base_;
};

asio::awaitable<void> analyse(analyses service)
{
    const auto ended = co_await cojob::run_job(service, "invoice.pdf", 10min);
    std::cout << ended.target << ' ' << ended.status << ": " << ended.result << '\n';
}

int main()
{
    return run_service(analyse);
}
