#ifndef COJOB_IMPL_INTERNAL_REDIS_LEDGER_REQUESTS_HPP
#define COJOB_IMPL_INTERNAL_REDIS_LEDGER_REQUESTS_HPP

#include <cojob/clock.hpp>
#include <cojob/impl/internal/redis/ledger_reply.hpp>
#include <cojob/impl/internal/redis/outage_plan.hpp>
#include <cojob/impl/internal/redis/own_uses.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace cojob::detail {

/// What a process and its ledger in Redis agree on. Times are in microseconds.
struct redis_terms {
    std::uint32_t limit = 0;
    std::int64_t window = 0;
    when_unreachable away = when_unreachable::fail();
    std::int64_t grace = 30'000'000;   ///< how much longer than an attempt a lease is
    std::int64_t renewal = 60'000'000; ///< length of a lease for an attempt without a limit
};

/// What a process knows of the ledger.
struct ledger_view {
    std::uint32_t limit = 0;
    std::int64_t window = 0;
    std::string epoch{}; ///< empty: nothing yet
    std::int64_t revision = 0;
    std::string process{}; ///< the process itself
};

[[nodiscard]] inline std::int64_t redis_length(duration d)
{
    return std::chrono::duration_cast<std::chrono::microseconds>(d).count();
}
[[nodiscard]] inline std::uint64_t new_ledger_id()
{
    std::random_device random;
    return std::uint64_t(random()) << 32U | random();
}

[[nodiscard]] inline own_lease new_lease(const redis_terms& terms, std::uint64_t session, duration attempt,
                                         std::int64_t now)
{
    constexpr std::int64_t most = 10LL * 366 * 24 * 3600 * 1'000'000; // a double holds the sum with Redis' clock
    own_lease l;
    l.id = new_ledger_id();
    l.session = session;
    l.since = now;
    l.is_renewed = attempt == no_timeout;
    l.length = l.is_renewed ? terms.renewal : std::min(add_time(redis_length(attempt), terms.grace), most);
    return l;
}

/// Makes the calls of the ledger's scripts.
struct ledger_requests {
    [[nodiscard]] static ledger_request make(ledger_operation what, const ledger_view& view, std::int64_t now,
                                             std::vector<std::string> own)
    {
        ledger_request r;
        r.what = what;
        r.sent_at = now;
        r.arguments = {std::to_string(view.limit),    std::to_string(view.window),     view.epoch,
                       std::to_string(view.revision), std::to_string(new_ledger_id()), view.process};
        for (auto& argument : own)
            r.arguments.push_back(std::move(argument));
        return r;
    }

    [[nodiscard]] static ledger_request acquire(const own_lease& l, std::uint64_t share, std::uint64_t has,
                                                const ledger_view& view, std::int64_t now)
    {
        auto r =
            make(ledger_operation::acquire, view, now,
                 {std::to_string(l.id), std::to_string(l.length), std::to_string(share), std::to_string(has), "0"});
        r.lease = l.id;
        return r;
    }

    /// The same call once more, because its reply was lost.
    [[nodiscard]] static ledger_request again(ledger_request r)
    {
        if (r.what == ledger_operation::acquire)
            r.arguments.back() = "1";
        return r;
    }

    /// Ends the lease, or renews it.
    [[nodiscard]] static ledger_request about(const own_lease& l, const ledger_view& view, std::int64_t now)
    {
        ledger_request r;
        if (!l.outcome)
            r = make(ledger_operation::renew, view, now, {l.name(), std::to_string(l.length)});
        else if (l.outcome->kind == quota_outcome::used)
            r = make(ledger_operation::used, view, now,
                     {l.name(), l.outcome->was_answered ? "1" : "0", std::to_string(now - l.ended_at)});
        else if (const auto left = pause_left(l, now); left)
            r = make(ledger_operation::throttled, view, now,
                     {l.name(), std::to_string(*left), l.outcome->is_hinted ? "1" : "0"});
        else
            r = make(ledger_operation::unused, view, now, {l.name()});
        r.lease = l.id;
        return r;
    }

  private:
    /// The rest of a pause, if there is one: its report may come after an outage. A pause without length, which lets
    /// one probe go first, is over after a moment.
    [[nodiscard]] static std::optional<std::int64_t> pause_left(const own_lease& l, std::int64_t now)
    {
        const auto age = now - l.ended_at, left = subtract_time(redis_length(l.outcome->pause), age);
        const bool is_over = left <= 0 && age >= outage_plan::margin;
        if (l.outcome->kind != quota_outcome::throttled || is_over)
            return std::nullopt;
        return std::max<std::int64_t>(left, 0);
    }
};

} // namespace cojob::detail

#endif
