#ifndef COJOB_POLICY_EFFECT_HPP
#define COJOB_POLICY_EFFECT_HPP

namespace cojob {

/// What sending a request twice would do.
enum class effect {
    none,       ///< nothing: GET
    idempotent, ///< the same as once: DELETE
    once,       ///< more than once: POST
};

} // namespace cojob

#endif
