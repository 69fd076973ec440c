#ifndef COJOB_POLICY_EFFECT_HPP
#define COJOB_POLICY_EFFECT_HPP

#include <cojob/detail/enumerator.hpp>

#include <string_view>

namespace cojob {

/// What sending a request twice would do.
enum class effect {
    none,       ///< nothing: GET
    idempotent, ///< the same as once: DELETE
    once,       ///< more than once: POST
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view to_string(effect value) noexcept
{
    return detail::enumerator_name(value, {"none", "idempotent", "once"});
}

} // namespace cojob

#endif
