#ifndef TESTS_SUPPORT_JOB_SCRIPT_HPP
#define TESTS_SUPPORT_JOB_SCRIPT_HPP

#include "support/scripted_agent.hpp"

#include <cojob/clock.hpp>

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tests {

/// The response for a job from some time on, in seconds.
struct stage {
    stage(double begin, std::string with_status) : from(begin), status(std::move(with_status)) {}
    stage(double begin, cojob::testing::scripted_reply with) : from(begin), other(std::move(with)) {}

    double from;
    std::string status{}; ///< empty: use the other response
    cojob::testing::scripted_reply other{};
};

using life = std::vector<stage>;

/// Responds with jobs according to their lifecycles and records the times of the requests. Copies share their state.
class job_script {
  public:
    using reply = cojob::testing::scripted_reply;

    explicit job_script(std::map<std::string, life> lives, reply to_posts = job_reply("active", 201))
        : state_(std::make_shared<state>())
    {
        state_->lives = std::move(lives);
        state_->to_posts = std::move(to_posts);
    }

    /// Sets the time of the start.
    void attach(const std::shared_ptr<cojob::testing::manual_clock>& time)
    {
        state_->time = time;
        state_->begun = time->now();
    }

    reply operator()(const cojob::http::request& r) const
    {
        if (r.method != "GET")
            return state_->to_posts;
        const auto id = r.target.substr(r.target.rfind('/') + 1);
        const auto now = seconds();
        state_->asked[id].push_back(now);
        const stage* current = nullptr;
        for (const auto& s : state_->lives.at(id))
            if (s.from <= now)
                current = &s;
        if (!current->status.empty())
            return {200, job_json(id, current->status), {}};
        return current->other;
    }

    /// The times at which the job was requested, in seconds.
    [[nodiscard]] const std::vector<double>& asked(const std::string& id = "job_1") const { return state_->asked[id]; }

  private:
    struct state {
        std::map<std::string, life> lives;
        reply to_posts;
        std::map<std::string, std::vector<double>> asked;
        std::weak_ptr<cojob::testing::manual_clock> time;
        cojob::time_point begun;
    };

    [[nodiscard]] double seconds() const
    {
        return std::chrono::duration<double>(state_->time.lock()->now() - state_->begun).count();
    }

    std::shared_ptr<state> state_;
};

/// A scripted agent and its script.
class job_bench {
  public:
    explicit job_bench(job_script answers, cojob::client_options options = one_attempt())
        : script(std::move(answers)), host(script, std::move(options))
    {
        script.attach(host.clock);
    }
    /// One job, `job_1`.
    explicit job_bench(life of_one, cojob::client_options options = one_attempt())
        : job_bench(job_script({{"job_1", std::move(of_one)}}), std::move(options))
    {
    }

    job_script script;
    scripted_agent host;

    template <class T>
    started<T> start(asio::awaitable<T> operation)
    {
        return host.start(std::move(operation));
    }

    /// Whether nothing is pending: no alarm is set, and the context's `run()` would return.
    [[nodiscard]] bool is_idle()
    {
        host.clock->settle();
        host.context.restart();
        return host.clock->pending() == 0 && host.context.poll() == 0 && host.context.stopped();
    }
};

} // namespace tests

#endif
