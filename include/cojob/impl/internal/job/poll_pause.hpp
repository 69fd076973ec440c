#ifndef COJOB_IMPL_INTERNAL_JOB_POLL_PAUSE_HPP
#define COJOB_IMPL_INTERNAL_JOB_POLL_PAUSE_HPP

#include <cojob/clock.hpp>
#include <cojob/impl/internal/policy/jitter.hpp>

#include <algorithm>
#include <chrono>
#include <optional>

namespace cojob::detail {

/// Whether a server wants to be left alone for longer than there is time: nobody waits for that. Without a deadline,
/// that is a day.
[[nodiscard]] constexpr bool is_in_vain(time_point asked_until, time_point deadline, time_point now) noexcept
{
    constexpr auto longest_pause = std::chrono::hours(24);
    return deadline == time_point::max() ? asked_until > after(now, longest_pause) : asked_until >= deadline;
}

/// What all polls of one scope do after a 429 to one of them: they wait, then one goes ahead, and the others follow
/// when it was answered. Pure.
class poll_pause {
  public:
    static constexpr duration first = std::chrono::seconds(36), longest = std::chrono::minutes(15);

    [[nodiscard]] bool is_on(time_point now) const noexcept { return now < until_; }

    /// The next poll is made then. A server that says days is asked again before.
    [[nodiscard]] time_point until() const noexcept { return until_; }

    /// What the server asked for: whoever has less time need not wait.
    [[nodiscard]] time_point asked_until() const noexcept { return asked_until_; }

    /// Whether the poll that may go ahead is under way.
    [[nodiscard]] bool is_probing() const noexcept { return is_probing_; }

    /// A poll begins. Whether it is the one that goes ahead.
    [[nodiscard]] bool begin() noexcept
    {
        is_probing_ = needs_probe_;
        return is_probing_;
    }

    void ended(bool was_probe) noexcept { is_probing_ = is_probing_ && !was_probe; }

    void succeeded(time_point begun) noexcept
    {
        if (begun < until_) // it was on its way when another was refused
            return;
        needs_probe_ = false;
        guesses_ = 0;
    }

    void throttled(time_point now, std::optional<duration> hint, double uniform)
    {
        const auto is_same_storm = is_on(now);
        if (is_same_storm && !hint)
            return;
        if (!hint)
            ++guesses_;
        const auto asked = hint ? *hint : guess();
        until_ = std::max(until_, after(now, std::min<duration>(asked + jitter(asked, uniform), longest)));
        if (!hint)
            asked_until_ = until_;
        else // what an earlier pause asked for went with it
            asked_until_ = is_same_storm ? std::max(asked_until_, after(now, asked)) : after(now, asked);
        needs_probe_ = true;
    }

  private:
    [[nodiscard]] duration guess() const noexcept
    {
        duration d = first;
        for (unsigned n = 1; n < guesses_ && d < longest; ++n)
            d *= 2;
        return std::min<duration>(d, longest);
    }

    time_point until_ = time_point::min(), asked_until_ = time_point::min();
    unsigned guesses_ = 0; ///< pauses without a hint, one after another
    bool needs_probe_ = false, is_probing_ = false;
};

} // namespace cojob::detail

#endif
