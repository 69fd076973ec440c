#ifndef TESTS_SUPPORT_QUOTA_BENCH_HPP
#define TESTS_SUPPORT_QUOTA_BENCH_HPP

#include "support/recording_observer.hpp"
#include "support/scripted_agent.hpp"

#include <cojob/impl/internal/policy/quota_core.hpp>
#include <cojob/policy/quota.hpp>

#include <algorithm>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tests {

/// An agent in virtual time that uses a quota. Each POST gets the next reply, and a job after the last reply.
class quota_bench : public scripted_agent {
  public:
    explicit quota_bench(const cojob::quota_options& quota, std::deque<reply> replies = {},
                         cojob::client_options options = {})
        : quota_bench(quota, std::move(replies), std::move(options), std::make_shared<recording_observer>())
    {
    }

    std::deque<reply> next;
    std::shared_ptr<recording_observer> seen;
    std::shared_ptr<cojob::quota> pool;

    /// A service on this client that uses the pool.
    [[nodiscard]] cojob::mintlify::agent agent_on(cojob::client on) const
    {
        auto options = project();
        options.shared_quota = pool;
        return {std::move(on), options};
    }

    started<cojob::mintlify::agent_job> create(const std::string& prompt = "Document it")
    {
        return start(agent.create_job(prompt));
    }

    /// Creates jobs whose responses arrive at once.
    void use(std::uint32_t slots)
    {
        for (; slots > 0; --slots)
            create("used");
        prompts.clear();
        sent_at.clear();
    }

    /// The POSTs so far, or since the last `use`: prompts and times in seconds.
    std::vector<std::string> prompts;
    std::vector<double> sent_at;

    /// Starts this number of creations at once, numbered from 0.
    std::vector<started<cojob::mintlify::agent_job>> create_many(int count, const std::string& name = "queued ")
    {
        std::vector<started<cojob::mintlify::agent_job>> calls;
        for (int i = 0; i < count; ++i)
            calls.push_back(create(name + std::to_string(i)));
        return calls;
    }

    /// The number of slots that are held or stamped.
    [[nodiscard]] std::size_t used() const
    {
        const auto state = cojob::detail::quota_access::core(*pool)->state();
        return state.held + state.ages.size();
    }

    /// The seconds from now to a civil time.
    [[nodiscard]] double until(const std::optional<cojob::timestamp>& when) const
    {
        return when ? std::chrono::duration<double>(*when - clock->wall_now()).count() : -1;
    }

    /// How many seconds a new call would queue.
    [[nodiscard]] double pause() const { return until(pool->next_slot_at()); }

    /// How many of the observer's lines begin with this text.
    [[nodiscard]] std::ptrdiff_t count_seen(std::string_view begin) const
    {
        return std::count_if(seen->lines.begin(), seen->lines.end(),
                             [&](const std::string& line) { return line.starts_with(begin); });
    }

  private:
    quota_bench(const cojob::quota_options& quota, std::deque<reply> replies, cojob::client_options options,
                std::shared_ptr<recording_observer> observer)
        : scripted_agent([this](const cojob::http::request& r) { return answer(r); },
                         watched(std::move(options), observer)),
          next(std::move(replies)), seen(std::move(observer)), pool(std::make_shared<cojob::quota>(quota, clock))
    {
        agent = agent_on(agent.get_client());
    }

    static cojob::client_options watched(cojob::client_options options, cojob::observer_ptr observer)
    {
        options.observer = std::move(observer);
        return options;
    }

    reply answer(const cojob::http::request& r)
    {
        if (r.method != "POST")
            return job_reply("active");
        constexpr std::string_view before = R"({"prompt":")";
        prompts.push_back(r.body.substr(before.size(), r.body.rfind('"') - before.size()));
        sent_at.push_back(elapsed());
        if (next.empty())
            return job_reply("active", 201);
        auto first = std::move(next.front());
        next.pop_front();
        return first;
    }
};

inline bool all_succeeded(const std::vector<started<cojob::mintlify::agent_job>>& calls)
{
    return std::all_of(calls.begin(), calls.end(), [](const auto& c) { return c.is_done() && !c.code(); });
}

/// The same reply after a delay.
inline cojob::testing::scripted_reply delayed(cojob::duration delay, cojob::testing::scripted_reply reply)
{
    reply.delay = delay;
    return reply;
}

/// A 429 with `hint` as `Retry-After`; empty: without the header.
inline cojob::testing::scripted_reply throttling(const std::string& hint = {})
{
    cojob::http::header_list headers;
    if (!hint.empty())
        headers.emplace_back("Retry-After", hint);
    return {429, "{}", std::move(headers)};
}

} // namespace tests

#endif
