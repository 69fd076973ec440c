#ifndef COJOB_POLICY_QUOTA_OPTIONS_HPP
#define COJOB_POLICY_QUOTA_OPTIONS_HPP

#include <cojob/clock.hpp>
#include <cojob/detail/enumerator.hpp>

#include <chrono>
#include <cstdint>
#include <string_view>

namespace cojob {

/// What a call does if no slot is free.
enum class when_exhausted {
    wait, ///< queue, in order, for at most `quota_options::max_wait`
    fail, ///< end immediately with `quota_exhausted`
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view to_string(when_exhausted value) noexcept
{
    return detail::enumerator_name(value, {"wait", "fail"});
}

/// Whose uses count together, among the services on copies of one client.
enum class quota_scope {
    project,      ///< those of one project
    organization, ///< those of all projects at one server; use a client for each organization, or a shared quota
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view to_string(quota_scope value) noexcept
{
    return detail::enumerator_name(value, {"project", "organization"});
}

/// A limit on uses in any window of time.
struct quota_options {
    std::uint32_t limit = 0;                     ///< uses in one window; 0: no quota
    duration window = std::chrono::hours(1);     ///< length of the window; more than zero
    duration max_wait = std::chrono::minutes(5); ///< limit for all the time that a call queues; `no_timeout`: no limit
    when_exhausted on_exhausted = when_exhausted::wait; ///< what a call does if no slot is free
    quota_scope scope =
        quota_scope::project; ///< whose uses count together; a quota of your own is as wide as you share it

    /// Whether all members are equal. Services that share a pool of one client must have equal options.
    friend bool operator==(const quota_options&, const quota_options&) = default;
};

} // namespace cojob

#endif
