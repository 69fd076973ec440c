#ifndef COJOB_POLICY_QUOTA_OPTIONS_HPP
#define COJOB_POLICY_QUOTA_OPTIONS_HPP

#include <cojob/clock.hpp>
#include <cojob/detail/enumerator.hpp>

#include <chrono>
#include <cstdint>
#include <string_view>

namespace cojob {

/// What a call does that finds no slot free.
enum class when_exhausted {
    wait, ///< queues, in order, for at most `quota_options::max_wait`
    fail, ///< ends at once with `quota_exhausted`
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view to_string(when_exhausted value) noexcept
{
    return detail::enumerator_name(value, {"wait", "fail"});
}

/// So many uses in any window of time.
struct quota_options {
    std::uint32_t limit = 0;                            ///< uses in a window; 0: none is kept
    duration window = std::chrono::hours(1);            ///< more than zero
    duration max_wait = std::chrono::minutes(5);        ///< the sum of all times a call queues; `no_timeout`: no limit
    when_exhausted on_exhausted = when_exhausted::wait; ///< what a call does that finds no slot free

    /// Whether both are the same in everything: services that share a pool of a client must have equal ones.
    friend bool operator==(const quota_options&, const quota_options&) = default;
};

} // namespace cojob

#endif
