#ifndef COJOB_DETAIL_SHARE_HPP
#define COJOB_DETAIL_SHARE_HPP

#include <memory>
#include <utility>

namespace cojob::detail {

/// `std::make_shared` in two allocations, for what is made once in a client, a wait or a poll: it costs a user's
/// compiler some 15 functions for each type instead of 43. What each request makes is made by `std::make_shared`.
template <class T, class... Arguments>
[[nodiscard]] std::shared_ptr<T> share(Arguments&&... arguments)
{
    return std::shared_ptr<T>(new T(std::forward<Arguments>(arguments)...));
}

} // namespace cojob::detail

#endif
