#ifndef COJOB_IMPL_INTERNAL_BASE_WEAK_LIST_HPP
#define COJOB_IMPL_INTERNAL_BASE_WEAK_LIST_HPP

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace cojob::detail {

/// What all of the lists below have in common, so that a user's compiler makes it once.
class weak_things {
  public:
    void add(std::weak_ptr<void> thing)
    {
        if (list_.size() >= clean_at_) {
            std::erase_if(list_, [](const auto& weak) { return weak.expired(); });
            clean_at_ = std::max<std::size_t>(16, 2 * list_.size());
        }
        list_.push_back(std::move(thing));
    }

    /// With some that are gone.
    [[nodiscard]] std::size_t size() const noexcept { return list_.size(); }

    [[nodiscard]] std::vector<std::weak_ptr<void>> take() noexcept { return std::exchange(list_, {}); }

  private:
    std::vector<std::weak_ptr<void>> list_;
    std::size_t clean_at_ = 16;
};

/// Those that are to be notified once, and that it does not keep alive. It grows to twice what lived at once.
/// What `std::make_shared` made keeps its memory while it is listed.
template <class T>
class weak_list {
  public:
    void add(const std::shared_ptr<T>& thing) { list_.add(thing); }

    [[nodiscard]] std::size_t size() const noexcept { return list_.size(); }

    /// Notifies those that live, in the order in which they were added, and forgets them. The function may add more,
    /// which are not notified, and end others.
    template <class Function>
    void notify(Function function)
    {
        for (const auto& weak : list_.take())
            if (const auto alive = weak.lock())
                function(*static_cast<T*>(alive.get()));
    }

  private:
    weak_things list_;
};

} // namespace cojob::detail

#endif
