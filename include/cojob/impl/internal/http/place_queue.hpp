#ifndef COJOB_IMPL_INTERNAL_HTTP_PLACE_QUEUE_HPP
#define COJOB_IMPL_INTERNAL_HTTP_PLACE_QUEUE_HPP

#include <cstdint>
#include <utility>

namespace cojob::detail {

/// Who queues for a place. It is an element of its queue, so that joining allocates nothing and cannot fail, and both
/// joining and leaving take one step however many queue.
class place_queue_entry {
  public:
    place_queue_entry() = default;
    place_queue_entry(const place_queue_entry&) = delete;
    place_queue_entry& operator=(const place_queue_entry&) = delete;
    ~place_queue_entry() = default;

    std::uint64_t number = 0; ///< in the order of arrival, over all queues of a pool
    bool is_poll = false;

  private:
    friend class place_queue;

    place_queue_entry *before_ = nullptr, *behind_ = nullptr;
    class place_queue* queue_ = nullptr;
};

/// First in, first out. Owns nobody; whoever is in it leaves before it goes.
class place_queue {
  public:
    place_queue() = default;
    place_queue(const place_queue&) = delete; // its entries know it
    place_queue& operator=(const place_queue&) = delete;
    ~place_queue() = default;

    [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }
    [[nodiscard]] place_queue_entry* front() const noexcept { return first_; }

    void push_back(place_queue_entry& entry) noexcept
    {
        entry.queue_ = this;
        entry.behind_ = nullptr;
        entry.before_ = std::exchange(last_, &entry);
        (entry.before_ ? entry.before_->behind_ : first_) = &entry;
    }

    /// Nothing happens when it is not in this queue.
    void erase(place_queue_entry& entry) noexcept
    {
        if (entry.queue_ != this)
            return;
        entry.queue_ = nullptr;
        (entry.before_ ? entry.before_->behind_ : first_) = entry.behind_;
        (entry.behind_ ? entry.behind_->before_ : last_) = entry.before_;
    }

    [[nodiscard]] bool has(const place_queue_entry& entry) const noexcept { return entry.queue_ == this; }

  private:
    place_queue_entry *first_ = nullptr, *last_ = nullptr;
};

} // namespace cojob::detail

#endif
