#ifndef COJOB_DETAIL_SHARE_HPP
#define COJOB_DETAIL_SHARE_HPP

#include <cassert>
#include <memory>
#include <type_traits>
#include <utility>

namespace cojob::detail {

inline std::shared_ptr<void> own(void* thing, void (*destroy)(void*))
{
    return {thing, destroy};
}

/// Like `std::make_shared`, for objects that are created once for each client, wait or poll. Uses two allocations, and
/// costs the user's compiler 6 functions for each type instead of 43, because all types share one control block.
/// Objects that are created for each request use `std::make_shared`.
template <class T, class... Arguments>
[[nodiscard]] std::shared_ptr<T> share(Arguments&&... arguments)
{
    using made_type = std::remove_const_t<T>;
    auto* const made = new made_type(std::forward<Arguments>(arguments)...);
    if constexpr (requires { made->weak_from_this(); })
        return std::shared_ptr<T>(made);
    else
        return std::shared_ptr<T>(own(made, [](void* thing) { delete static_cast<made_type*>(thing); }), made);
}

/// Returns the state of a handle. Asserts that the handle was not moved from: such a handle may only be assigned to or
/// destroyed.
template <class T>
[[nodiscard]] const std::shared_ptr<T>& in_use(const std::shared_ptr<T>& state) noexcept
{
    assert(state && "a cojob handle was used after it had been moved from");
    return state; // NOLINT(bugprone-return-const-ref-from-parameter): a member of the handle
}

} // namespace cojob::detail

#endif
