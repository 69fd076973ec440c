// Watches a client at work: an observer that counts, a log for people, and the client's own counters, all written in
// the text format of Prometheus at the end.
//
//     MINTLIFY_PROJECT_ID=… MINTLIFY_API_KEY=… ./observe
//     examples/run build/dev/examples observe     # without an account, against a mock server

#include <cojob/job/wait.hpp>
#include <cojob/log.hpp>
#include <cojob/mintlify/agent.hpp>
#include <cojob/observer.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <iostream>
#include <map>
#include <memory>

namespace asio = boost::asio;

/// Counts answers by their status. A client has one observer: this one passes on to a log what it should show.
class metrics final : public cojob::observer {
  public:
    void on_response(const cojob::response_event& e) noexcept override
    {
        ++responses_[e.status]; // 0: none came
        seconds_ += std::chrono::duration<double>(e.elapsed).count();
        log_->on_response(e);
    }
    void on_retry(const cojob::retry_event& e) noexcept override { log_->on_retry(e); }
    void on_throttled(const cojob::throttled_event& e) noexcept override { log_->on_throttled(e); }
    void on_job_changed(const cojob::poll_event& e) noexcept override { log_->on_job_changed(e); }

    void write(std::ostream& out, const cojob::client_stats& stats) const
    {
        out << "# TYPE cojob_responses_total counter\n";
        for (const auto& [status, count] : responses_)
            out << "cojob_responses_total{status=\"" << status << "\"} " << count << '\n';
        const auto counter = [&](const char* name, auto value) {
            out << "# TYPE " << name << " counter\n" << name << ' ' << value << '\n';
        };
        counter("cojob_response_seconds_total", seconds_);
        counter("cojob_requests_total", stats.requests);
        counter("cojob_polls_total", stats.polls);
        counter("cojob_retries_total", stats.retries);
        counter("cojob_throttles_total", stats.throttles);
        counter("cojob_connections_opened_total", stats.connections_opened);
    }

  private:
    // Called on the client's strand, one at a time: no lock is needed where that has ended, or runs on this thread.
    std::map<int, std::uint64_t> responses_;
    double seconds_ = 0;
    cojob::observer_ptr log_ = cojob::log_to(std::clog);
};

int main()
try {
    const auto observer = std::make_shared<metrics>();
    cojob::client_options options;
    options.observer = observer;
    asio::io_context context;
    const cojob::client client(context, options);
    const cojob::mintlify::agent agent(client, cojob::mintlify::agent_options_from_environment());
    asio::co_spawn(context, cojob::run_job(agent, "Document the new /users endpoint"),
                   [](std::exception_ptr failure, const cojob::mintlify::agent_job&) {
                       if (failure)
                           std::rethrow_exception(failure);
                   });
    context.run();
    observer->write(std::cout, client.stats());
} catch (const std::exception& failure) {
    std::cerr << failure.what() << '\n';
    return 1;
}
