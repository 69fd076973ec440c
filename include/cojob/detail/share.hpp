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

/// As `std::make_shared`, for what is made once in a client, a wait or a poll. It takes two allocations, and costs a
/// user's compiler 6 functions for each type instead of 43: the owner beneath is the same for all of them. What each
/// request makes is made by `std::make_shared`.
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

/// What a handle refers to. One that was moved from refers to nothing: it may be assigned to or destroyed, nothing
/// else.
template <class T>
[[nodiscard]] const std::shared_ptr<T>& in_use(const std::shared_ptr<T>& state) noexcept
{
    assert(state && "a cojob handle was used after it had been moved from");
    return state; // NOLINT(bugprone-return-const-ref-from-parameter): a member of the handle
}

} // namespace cojob::detail

#endif
