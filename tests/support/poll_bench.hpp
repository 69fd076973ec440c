#ifndef TESTS_SUPPORT_POLL_BENCH_HPP
#define TESTS_SUPPORT_POLL_BENCH_HPP

#include "support/one_attempt.hpp"
#include "support/run.hpp"
#include "support/scripted_agent.hpp"

#include <cojob/job/wait.hpp>
#include <cojob/mintlify/agent.hpp>
#include <cojob/observer.hpp>
#include <cojob/testing/manual_clock.hpp>
#include <cojob/testing/scripted_transport.hpp>

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tests {

/// A poll as the server saw it.
struct seen_poll {
    double at = 0; ///< seconds since the start
    std::string id;
    std::string authorization;
    int status = 0; ///< of the response
};

/// The server's response: a job with this id.
inline cojob::testing::scripted_reply job_of(const std::string& id, const std::string& status,
                                             cojob::duration round_trip = {})
{
    cojob::testing::scripted_reply r{200, job_json(id, status), {}};
    r.delay = round_trip;
    return r;
}

/// A client in virtual time and a server with many jobs. A script gives the response for each job, and every poll is
/// recorded.
class poll_bench {
  public:
    using reply = cojob::testing::scripted_reply;
    /// Called with the id and the number of earlier polls of this job.
    using script_type = std::function<reply(const std::string& id, std::size_t before)>;

    explicit poll_bench(script_type s, std::size_t max_connections = 8)
        : script(std::move(s)), client(make_client(max_connections)), agent(make_agent())
    {
    }
    poll_bench(const poll_bench&) = delete;
    poll_bench& operator=(const poll_bench&) = delete;

    class listener final : public cojob::observer {
      public:
        void on_attempt(const cojob::attempt_event&) noexcept override
        {
            most_in_flight = std::max(most_in_flight, ++in_flight);
        }
        void on_response(const cojob::response_event&) noexcept override { --in_flight; }
        void on_throttled(const cojob::throttled_event& e) noexcept override
        {
            throttled_scope = e.scope;
            pauses.push_back(std::chrono::duration<double>(e.wait).count());
        }
        void on_polls_stretched(const cojob::stretched_event& e) noexcept override { stretched.push_back(e); }
        void on_poll(const cojob::poll_event&) noexcept override
        {
            if (heard)
                heard();
        }

        std::function<void()> heard; ///< called for each event of a poll
        std::size_t in_flight = 0, most_in_flight = 0;
        std::vector<double> pauses;
        std::string throttled_scope;
        std::vector<cojob::stretched_event> stretched;
    };

    asio::io_context context;
    std::shared_ptr<cojob::testing::manual_clock> clock = std::make_shared<cojob::testing::manual_clock>(context);
    std::shared_ptr<listener> seen = std::make_shared<listener>();
    script_type script;
    std::vector<seen_poll> polls;
    cojob::client client;
    cojob::mintlify::agent agent;

    /// Another client on the same server.
    [[nodiscard]] cojob::client make_client(std::size_t max_connections = 8)
    {
        auto options = one_attempt();
        options.clock = clock;
        options.seed = 1;
        options.observer = seen;
        options.pool.max_connections = max_connections;
        return cojob::client(context.get_executor(), std::move(options), make_transport());
    }
    [[nodiscard]] std::shared_ptr<cojob::http::transport> make_transport()
    {
        return std::make_shared<cojob::testing::scripted_transport>(
            [this](const cojob::http::request& r) { return answer(r); });
    }

    struct agent_place {
        std::string key = "key", project = "p", base_url = "https://api.mintlify.com";
    };
    [[nodiscard]] static cojob::mintlify::agent make_agent(const agent_place& place, cojob::client on)
    {
        cojob::mintlify::agent_options o;
        o.project_id = place.project;
        o.api_key = cojob::secret(place.key);
        o.base_url = place.base_url;
        o.quota.limit = 0;
        return {std::move(on), o};
    }
    [[nodiscard]] cojob::mintlify::agent make_agent(const agent_place& place) const
    {
        return make_agent(place, client);
    }
    [[nodiscard]] cojob::mintlify::agent make_agent() const { return make_agent({}); }

    template <class T>
    started<T> start(asio::awaitable<T> operation)
    {
        auto s = start_later(std::move(operation));
        clock->settle();
        return s;
    }
    /// Starts the operation when the clock next advances or settles, together with all others started this way.
    template <class T>
    started<T> start_later(asio::awaitable<T> operation)
    {
        return tests::start(context, std::move(operation));
    }

    /// The seconds since the start.
    [[nodiscard]] double elapsed() const { return std::chrono::duration<double>(clock->now() - begun_).count(); }

    /// The times at which this job was polled.
    [[nodiscard]] std::vector<double> times_of(const std::string& id) const
    {
        std::vector<double> times;
        for (const auto& p : polls)
            if (p.id == id)
                times.push_back(p.at);
        return times;
    }

    [[nodiscard]] std::size_t count_status(int status) const
    {
        return static_cast<std::size_t>(
            std::count_if(polls.begin(), polls.end(), [=](const seen_poll& p) { return p.status == status; }));
    }

  private:
    reply answer(const cojob::http::request& r)
    {
        const auto id = r.target.substr(r.target.rfind('/') + 1);
        auto replied = script(id, counts_[id]++);
        polls.push_back({elapsed(), id, std::string(r.authorization.reveal()), replied.result.response.status});
        return replied;
    }

    const cojob::time_point begun_ = clock->now();
    std::map<std::string, std::size_t> counts_;
};

/// The ids `job_0` and so on.
inline std::vector<std::string> make_ids(std::size_t n)
{
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < n; ++i)
        ids.push_back("job_" + std::to_string(i));
    return ids;
}

/// A wait for each of so many jobs.
inline std::vector<started<cojob::mintlify::agent_job>> wait_for_each(poll_bench& s, std::size_t jobs,
                                                                      cojob::wait_options options = {})
{
    std::vector<started<cojob::mintlify::agent_job>> all;
    for (const auto& id : make_ids(jobs))
        all.push_back(s.start_later(cojob::wait_for_job(s.agent, id, options)));
    return all;
}

inline poll_bench::reply too_many(const std::string& hint = {})
{
    if (hint.empty())
        return {429, "", {}};
    return {429, "", {{"Retry-After", hint}}};
}

/// A server that rejects requests for some time.
struct throttling_server {
    bool refuses = false;
    std::string hint{};
    cojob::duration round_trip{};
};
using server_ptr = std::shared_ptr<throttling_server>;

inline poll_bench::script_type answers_of(server_ptr server)
{
    return [server = std::move(server)](const std::string& id, std::size_t) {
        auto r = server->refuses ? too_many(server->hint) : job_of(id, "active");
        r.delay = server->round_trip;
        return r;
    };
}

} // namespace tests

#endif
