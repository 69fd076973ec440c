#ifndef COJOB_IMPL_INTERNAL_POLICY_QUOTA_WINDOW_HPP
#define COJOB_IMPL_INTERNAL_POLICY_QUOTA_WINDOW_HPP

#include <cojob/clock.hpp>
#include <cojob/impl/internal/policy/jitter.hpp>

#include <algorithm>
#include <cassert>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace cojob::detail {

/// The state that a window needs to continue after a restart.
struct quota_state {
    time_point at{};              ///< the time of this state
    std::uint64_t held = 0;       ///< slots of requests in flight
    duration pause_left{};        ///< more than zero during a pause or a probe
    duration guess{};             ///< the last pause without a hint; zero: none since a success
    std::vector<duration> ages{}; ///< of the stamps, oldest first
};

/// Decides when a request may be sent to a server that accepts at most `limit` requests in any window of time. Has no
/// I/O and no clock. The times that it gets must not decrease. A slot is held from the decision to send until the
/// exchange ends. Then it is stamped with the time of that end, because the server counted the request at some time
/// before it. It is free again one window and one second later.
class quota_window {
  public:
    static constexpr duration margin = std::chrono::seconds(1); ///< for clocks that run at different speeds
    static constexpr duration longest_guess = std::chrono::minutes(15);

    /// The right to send one request. It remembers after which pause it was granted: the result of a request that was
    /// sent before a pause says nothing about the time after it.
    class slot {
        friend class quota_window;
        std::uint64_t era_ = 0;
    };

    quota_window(std::uint32_t limit, duration window)
        : limit_(limit), window_(window),
          taken_for_(window > duration::max() - margin ? duration::max() : window + margin)
    {
        assert(limit > 0 && window > duration::zero());
    }

    /// Continues from a saved state of age `elapsed`.
    quota_window(std::uint32_t limit, duration window, const quota_state& saved, duration elapsed, time_point now)
        : quota_window(limit, window)
    {
        assert(elapsed >= duration::zero());
        for (const auto age : saved.ages)
            if (elapsed < taken_for_ && std::max(age, duration::zero()) < taken_for_ - elapsed)
                stamps_.push_back(now - elapsed - std::max(age, duration::zero()));
        stamps_.insert(stamps_.end(), static_cast<std::size_t>(saved.held), now);
        guess_ = saved.guess;
        is_probing_ = saved.pause_left > duration::zero();
        if (saved.pause_left > elapsed)
            paused_until_ = after(now, saved.pause_left - elapsed);
    }

    [[nodiscard]] quota_state state(time_point now) const
    {
        quota_state s{now, held_, {}, guess_, {}};
        if (is_probing_)
            s.pause_left = std::max(paused_until_ > now ? paused_until_ - now : duration::zero(), duration(1));
        for (auto i = stamps_.size() - occupied(now); i < stamps_.size(); ++i)
            s.ages.push_back(now - stamps_[i]);
        return s;
    }

    /// Reserves memory for the stamps of `callers` more callers, so that nothing allocates until they have had their
    /// slots.
    void prepare(time_point now, std::uint64_t callers)
    {
        const auto used = occupied(now) + held_;
        const auto most = std::max<std::uint64_t>(used, std::min<std::uint64_t>(limit_, used + callers));
        if (most > stamps_.capacity())
            stamps_.reserve(std::max<std::size_t>(static_cast<std::size_t>(most), 2 * stamps_.capacity()));
    }

    [[nodiscard]] std::optional<slot> try_hold(time_point now)
    {
        if (occupied(now) <= stamps_.size() / 2) // not each time: it moves all stamps
            forget_free(now);
        if (remaining(now) == 0)
            return std::nullopt;
        ++held_;
        has_probe_ = is_probing_;
        slot s;
        s.era_ = era_;
        return s;
    }

    /// The exchange has ended, and the server may have counted the request. A probe without a response has no result:
    /// the next request is a probe too.
    void stamp(slot s, time_point now, bool is_success, bool was_answered = true)
    {
        if (stamps_.size() == stamps_.capacity())
            forget_free(now);
        stamps_.push_back(stamps_.empty() ? now : std::max(now, stamps_.back())); // first: it may throw
        release(s);
        if (s.era_ != era_ || !was_answered)
            return;
        is_probing_ = false;
        if (is_success)
            guess_ = duration::zero();
    }

    /// Returns the slot: the server has certainly not counted the request. A slot that was held before `use_up` belongs
    /// to the parent process and stays used.
    void give_back(slot s)
    {
        if (s.era_ < own_era_)
            stamps_.push_back(
                std::max(used_up_at_, stamps_.empty() ? used_up_at_ : stamps_.back())); // memory is reserved
        release(s);
    }

    /// Called in a child process after a fork. The parent goes on to use the free and the held slots, so all count as
    /// used from now on.
    void use_up(time_point now)
    {
        forget_free(now);
        const auto used = std::min<std::uint64_t>(limit_, stamps_.size() + held_);
        const auto free = static_cast<std::size_t>(limit_ - used);
        stamps_.reserve(stamps_.size() + free + static_cast<std::size_t>(held_));
        stamps_.insert(stamps_.end(), free, std::max(now, stamps_.empty() ? now : stamps_.back()));
        used_up_at_ = now;
        own_era_ = ++era_;
        has_probe_ = false; // the probe is the parent's
    }

    /// Reports a 429: returns the slot and pauses the pool. `uniform` is from [0, 1). Returns the end of the pause.
    time_point throttled(slot s, time_point now, std::optional<duration> hint, double uniform)
    {
        release(s);
        const bool is_paused = now < paused_until_;
        if (hint && (!is_paused || after(now, *hint) > paused_until_))
            paused_until_ = after(after(now, *hint), jitter(*hint, uniform));
        else if (!is_paused)
            paused_until_ = unhinted_pause_end(now, s.era_ == era_);
        if (!is_paused) {
            ++era_;
            is_probing_ = true;
            has_probe_ = false;
        }
        return paused_until_;
    }

    [[nodiscard]] time_point paused_until() const noexcept { return paused_until_; }

    /// Slots that could be held now.
    [[nodiscard]] std::uint32_t remaining(time_point now) const
    {
        const auto used = held_ + occupied(now);
        if (now < paused_until_ || used >= limit_ || (is_probing_ && has_probe_))
            return 0;
        return is_probing_ ? 1 : static_cast<std::uint32_t>(limit_ - used);
    }

    /// The earliest time at which the caller at this position of the queue (0: the first) can get a slot: if all held
    /// slots were returned now.
    [[nodiscard]] time_point earliest(time_point now, std::uint64_t position) const
    {
        return nth_free(now, position, 0);
    }

    /// The same if all held slots were stamped now: when the caller gets a slot without any event.
    [[nodiscard]] time_point expected(time_point now, std::uint64_t position) const
    {
        return nth_free(now, position, held_);
    }

    /// How many callers of a queue can get a slot by some time, at best.
    struct prospect {
        std::uint64_t callers;
        time_point holds_until; ///< if no event changes the window
    };

    /// The inverse of `earliest`. Free slots that stay unused come back later in each round as time passes. The result
    /// changes when the last round that begins by `then` would begin too late.
    [[nodiscard]] prospect served_by(time_point then, time_point now) const
    {
        const auto begin = std::max(now, paused_until_);
        if (then < begin)
            return {0, time_point::max()};
        constexpr std::uint64_t most_rounds = std::uint64_t(1) << 28; // years, and far from an overflow
        const auto rounds = std::min(static_cast<std::uint64_t>((then - begin) / taken_for_), most_rounds);
        const auto of_round = then - static_cast<duration::rep>(rounds) * taken_for_;
        const auto stamped = occupied(now);
        const auto is_back = [&](time_point stamp) { return free_at(stamp) <= of_round; };
        const auto first = stamps_.end() - static_cast<std::ptrdiff_t>(stamped);
        const auto back = static_cast<std::uint64_t>(std::partition_point(first, stamps_.end(), is_back) - first);
        const auto in_round = back + limit_ - std::min<std::uint64_t>(back + limit_, stamped);
        return {rounds * limit_ + in_round, rounds == 0 ? then - duration(1) : of_round};
    }

  private:
    [[nodiscard]] time_point free_at(time_point stamp) const noexcept { return after(stamp, taken_for_); }

    /// The number of stamped slots that are not free yet.
    [[nodiscard]] std::size_t occupied(time_point now) const
    {
        if (stamps_.empty() || free_at(stamps_.front()) > now)
            return stamps_.size();
        const auto is_free = [&](time_point stamp) { return free_at(stamp) <= now; };
        const auto first = std::partition_point(stamps_.begin(), stamps_.end(), is_free);
        return static_cast<std::size_t>(stamps_.end() - first);
    }

    void forget_free(time_point now)
    {
        stamps_.erase(stamps_.begin(), stamps_.end() - static_cast<std::ptrdiff_t>(occupied(now)));
    }

    /// When the slot for this position becomes free. Slots become free in this order: free ones, stamped ones, held
    /// ones. In each further round a slot comes back `taken_for_` later at the earliest.
    [[nodiscard]] time_point nth_free(time_point now, std::uint64_t position, std::uint64_t held) const
    {
        const auto stamped = occupied(now);
        const auto rounds = position / limit_;
        auto when = now;
        if (const auto place = position % limit_ + stamped + held; place >= limit_) {
            const auto taken = place - limit_;
            when = free_at(taken < stamped ? stamps_[static_cast<std::size_t>(stamps_.size() - stamped + taken)] : now);
        }
        when = std::max(when, paused_until_);
        if (rounds == 0)
            return when;
        const auto most = static_cast<std::uint64_t>(duration::max() / taken_for_);
        return rounds > most ? time_point::max() : after(when, static_cast<duration::rep>(rounds) * taken_for_);
    }

    void release(slot s) noexcept
    {
        assert(held_ > 0);
        --held_;
        if (s.era_ == era_)
            has_probe_ = false;
    }

    /// The end of a pause without a hint. If no other slot is free, the server's window may lag behind: the pause lasts
    /// until the oldest use leaves it. Otherwise others use the same quota, and the pause is a guess that doubles each
    /// time.
    [[nodiscard]] time_point unhinted_pause_end(time_point now, bool is_next)
    {
        const auto stamped = occupied(now);
        if (stamped > 0 && stamped + held_ + 1 >= limit_)
            return free_at(stamps_[stamps_.size() - stamped]);
        const auto first = std::max<duration>(window_ / limit_, std::chrono::milliseconds(1));
        if (guess_ == duration::zero())
            guess_ = std::min(first, longest_guess);
        else if (is_next) // not a request that was in flight when the last pause began
            guess_ = std::min(2 * guess_, longest_guess);
        return after(now, guess_);
    }

    std::uint32_t limit_;
    duration window_, taken_for_;
    std::vector<time_point> stamps_; // oldest first
    std::uint64_t held_ = 0;
    std::uint64_t era_ = 0;     // the number of pauses so far
    std::uint64_t own_era_ = 0; // the era of the last `use_up`: slots of earlier eras are the parent's
    time_point used_up_at_{};
    time_point paused_until_ = time_point::min();
    bool is_probing_ = false; // from a pause until a request after it gets a response other than 429
    bool has_probe_ = false;
    duration guess_{};
};

} // namespace cojob::detail

#endif
