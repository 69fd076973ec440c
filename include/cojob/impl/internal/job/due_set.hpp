#ifndef COJOB_IMPL_INTERNAL_JOB_DUE_SET_HPP
#define COJOB_IMPL_INTERNAL_JOB_DUE_SET_HPP

#include <cojob/clock.hpp>

#include <set>
#include <utility>
#include <vector>

namespace cojob::detail {

/// Things by when they are due; not their owner. The set beneath is one type, whatever the things are: each costs a
/// user's compiler some 60 functions.
template <class T>
class due_set {
  public:
    [[nodiscard]] bool empty() const noexcept { return set_.empty(); }

    void insert(time_point due, T& thing) { set_.emplace(due, &thing); }

    /// With the time it was inserted with; nothing happens when it is not there.
    void erase(time_point due, T& thing) { set_.erase({due, &thing}); }

    /// When the first is due; the end of time for none.
    [[nodiscard]] time_point next() const { return set_.empty() ? time_point::max() : set_.begin()->first; }

    /// When there is one.
    [[nodiscard]] T& front() const { return *static_cast<T*>(set_.begin()->second); }

    /// All that are due then, the first first.
    [[nodiscard]] std::vector<T*> until(time_point then) const
    {
        std::vector<T*> due;
        for (auto it = set_.begin(); it != set_.end() && it->first <= then; ++it)
            due.push_back(static_cast<T*>(it->second));
        return due;
    }

  private:
    std::set<std::pair<time_point, void*>> set_;
};

} // namespace cojob::detail

#endif
