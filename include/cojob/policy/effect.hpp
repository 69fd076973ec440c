#ifndef COJOB_POLICY_EFFECT_HPP
#define COJOB_POLICY_EFFECT_HPP

#include <cojob/detail/enumerator.hpp>

#include <string_view>

namespace cojob {

/// The effect of sending a request twice.
enum class effect {
    none,       ///< none, as for GET
    idempotent, ///< the same as sending it once, as for DELETE
    once,       ///< the work is done twice, as for POST
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view to_string(effect value) noexcept
{
    return detail::enumerator_name(value, {"none", "idempotent", "once"});
}

namespace detail {

/// The effect that a method implies (RFC 9110, 9.2).
[[nodiscard]] constexpr effect effect_of(std::string_view method) noexcept
{
    if (method == "GET" || method == "HEAD" || method == "OPTIONS")
        return effect::none;
    return method == "PUT" || method == "DELETE" ? effect::idempotent : effect::once;
}

} // namespace detail

} // namespace cojob

#endif
