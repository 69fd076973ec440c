#ifndef COJOB_IMPL_INTERNAL_REDIS_OPEN_QUOTA_HPP
#define COJOB_IMPL_INTERNAL_REDIS_OPEN_QUOTA_HPP

#include <cojob/detail/share.hpp>
#include <cojob/error.hpp>
#include <cojob/impl/internal/policy/checked_quota.hpp>
#include <cojob/impl/internal/redis/redis_ledger.hpp>
#include <cojob/redis/quota_ledger.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

namespace cojob {

namespace detail {

/// \throws api_error invalid_argument, with the option's name
inline void check(const redis_ledger_options& o)
{
    const auto fail_unless = [](bool is_fine, const char* option, const char* objection) {
        if (!is_fine)
            throw_invalid_argument(std::string("redis_ledger_options::") + option, objection);
    };
    fail_unless(!o.base_url.empty(), "base_url", "must not be empty");
    fail_unless(!o.project.empty(), "project", "must not be empty");
    fail_unless(o.key_prefix.find_first_of("{}") == std::string::npos, "key_prefix", "must have no braces");
    fail_unless(o.timeout > duration::zero() && o.timeout != no_timeout, "timeout",
                "must be positive and not no_timeout");
    fail_unless(o.unreachable.kind() != when_unreachable::kind_divide || o.unreachable.processes() > 0, "unreachable",
                "divide needs at least one process");
    if (o.connection)
        return;
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(o.port.data(), o.port.data() + o.port.size(), port);
    fail_unless(error == std::errc() && end == o.port.data() + o.port.size() && port > 0, "port",
                "must be a number from 1 to 65535");
    fail_unless(is_dns_name_or_ipv4(o.host) || parse_ipv6(o.host), "host", "must be a name or an address");
    fail_unless(o.database >= 0, "database", "must not be negative");
    fail_unless(o.user.empty() || !o.password.empty(), "password", "must not be empty for a user");
#if BOOST_VERSION < 108500
    fail_unless(!o.use_tls, "use_tls", "needs Boost 1.85 or newer");
#endif
}

} // namespace detail

std::shared_ptr<quota> open_redis_quota(redis_ledger_options where, quota_options options, clock_ptr clock)
{
    constexpr auto longest = std::chrono::hours(24 * 366 * 10); // Redis computes with doubles
    if (detail::checked(options).window > longest)
        detail::throw_invalid_argument("quota_options::window", "must be at most ten years for Redis");
    detail::check(where);
    auto ledger = detail::share<detail::redis_ledger>(std::move(where), options);
    return detail::share<quota>(options, std::move(clock), std::move(ledger));
}

} // namespace cojob

#endif
