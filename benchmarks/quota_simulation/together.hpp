#ifndef BENCHMARKS_QUOTA_SIMULATION_TOGETHER_HPP
#define BENCHMARKS_QUOTA_SIMULATION_TOGETHER_HPP

#include "world.hpp"

#include <cojob/job/wait.hpp>
#include <cojob/mintlify/agent.hpp>
#include <cojob/testing/manual_clock.hpp>
#include <cojob/testing/scripted_transport.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace simulation {

namespace asio = boost::asio;

/// The same fleet with cojob: the real client, quota and waits, in virtual time, on a transport that is the network.
class cojob_fleet {
  public:
    cojob_fleet(rule r, const std::vector<wanted_job>& jobs, std::uint64_t seed)
        : jobs_(jobs), server_(r), network_(seed), ends_(jobs.size(), never), agent_(make_agent(seed))
    {
        result_.name = "cojob";
    }

    outcome run()
    {
        for (std::size_t i = 0; i < jobs_.size(); ++i) {
            clock_->advance(seconds(jobs_[i].arrival) - (clock_->now() - begin_));
            asio::co_spawn(context_, do_job(i), asio::detached);
        }
        clock_->advance(seconds(day) - (clock_->now() - begin_));
        auto result = result_;
        agent_.get_client().close(); // what has not ended by midnight does not count
        clock_->settle();
        return result;
    }

  private:
    using reply = cojob::testing::scripted_reply;

    static cojob::duration seconds(double s)
    {
        return std::chrono::duration_cast<cojob::duration>(std::chrono::duration<double>(s));
    }
    [[nodiscard]] double now() const { return std::chrono::duration<double>(clock_->now() - begin_).count(); }

    asio::awaitable<void> do_job(std::size_t i)
    {
        const auto job = co_await agent_.create_job(std::to_string(i));
        result_.count_created(jobs_[i].arrival, now());
        const auto ended = co_await cojob::wait_for_job(agent_, job.id, {.timeout = cojob::no_timeout});
        result_.count_done(ends_[std::stoul(ended.id)], now());
    }

    /// A request on its way: counted when it is sent, decided when it arrives.
    reply answer(const cojob::http::request& request)
    {
        result_.count_request(now());
        const auto there = network_.delay(), back = network_.delay();
        reply r;
        r.commit_after = seconds(there);
        r.delay = seconds(there + back);
        const auto number =
            request.method == "POST" ? digits(request.body, "\"prompt\":\"") : digits(request.target, "/job/");
        r.on_arrival = [this, number, is_post = request.method == "POST"] {
            return is_post ? create(number) : look(number);
        };
        return r;
    }

    cojob::http::response create(std::size_t i)
    {
        if (!server_.allows(now())) {
            result_.count_refusal(now());
            return {429, {}, R"({"error":"rate limit exceeded"})"};
        }
        ends_[i] = now() + jobs_[i].duration;
        return {201, {}, describe(i, "active")};
    }

    cojob::http::response look(std::size_t i)
    {
        return {200, {}, describe(i, now() < ends_[i] ? "active" : "completed")};
    }

    static std::string describe(std::size_t i, const std::string& status)
    {
        return R"({"id":")" + std::to_string(i) + R"(","status":")" + status +
               R"(","source":{"repository":"org/repo"},"model":"m","createdAt":"2026-01-01T00:00:00Z"})";
    }

    static std::size_t digits(const std::string& text, const std::string& after)
    {
        return std::stoul(text.substr(text.find(after) + after.size()));
    }

    cojob::mintlify::agent make_agent(std::uint64_t seed)
    {
        cojob::client_options options;
        options.clock = clock_;
        options.seed = seed;
        cojob::mintlify::agent_options project;
        project.project_id = "p";
        project.api_key = cojob::secret("key");
        project.quota.max_wait = cojob::no_timeout;
        auto transport = std::make_shared<cojob::testing::scripted_transport>(
            [this](const cojob::http::request& request) { return answer(request); });
        return {cojob::client(context_.get_executor(), options, std::move(transport)), project};
    }

    const std::vector<wanted_job>& jobs_;
    server server_;
    network network_;
    std::vector<double> ends_;
    outcome result_;
    asio::io_context context_;
    std::shared_ptr<cojob::testing::manual_clock> clock_ = std::make_shared<cojob::testing::manual_clock>(context_);
    cojob::time_point begin_ = clock_->now();
    cojob::mintlify::agent agent_;
};

} // namespace simulation

#endif
