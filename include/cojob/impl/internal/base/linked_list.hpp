#ifndef COJOB_IMPL_INTERNAL_BASE_LINKED_LIST_HPP
#define COJOB_IMPL_INTERNAL_BASE_LINKED_LIST_HPP

#include <utility>

namespace cojob::detail {

/// What an element of a linked_list has: as `links_`, with the list as a friend.
template <class T>
struct list_links {
    T* next = nullptr;
    T* previous = nullptr; ///< of the first: the last
};

/// A list whose elements hold the links: it takes one pointer and allocates nothing. An element is on one list at most.
template <class T>
class linked_list {
  public:
    [[nodiscard]] T* first() const noexcept { return first_; }
    [[nodiscard]] T* last() const noexcept { return first_ ? first_->links_.previous : nullptr; }
    [[nodiscard]] T* after(const T& element) const noexcept { return element.links_.next; }
    [[nodiscard]] T* before(const T& element) const noexcept
    {
        return &element == first_ ? nullptr : element.links_.previous;
    }

    /// At the end.
    void add(T& element) noexcept
    {
        element.links_.previous = first_ ? std::exchange(first_->links_.previous, &element) : &element;
        (first_ ? element.links_.previous->links_.next : first_) = &element;
    }

    void remove(T& element) noexcept
    {
        auto& [next, previous] = element.links_;
        (&element == first_ ? first_ : previous->links_.next) = next;
        if (auto* const behind = next ? next : first_)
            behind->links_.previous = previous;
        next = nullptr;
    }

  private:
    T* first_ = nullptr;
};

} // namespace cojob::detail

#endif
