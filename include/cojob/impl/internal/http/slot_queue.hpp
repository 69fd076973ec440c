#ifndef COJOB_IMPL_INTERNAL_HTTP_SLOT_QUEUE_HPP
#define COJOB_IMPL_INTERNAL_HTTP_SLOT_QUEUE_HPP

#include <cstdint>
#include <utility>

namespace cojob::detail {

/// An operation that waits for a slot. The entry is a node of an intrusive list: joining allocates nothing and cannot
/// fail, and joining and leaving are O(1).
class slot_queue_entry {
  public:
    slot_queue_entry() = default;
    slot_queue_entry(const slot_queue_entry&) = delete;
    slot_queue_entry& operator=(const slot_queue_entry&) = delete;
    ~slot_queue_entry() = default;

    std::uint64_t number = 0; ///< order of arrival over all queues of a pool
    bool is_poll = false;

  private:
    friend class slot_queue;

    slot_queue_entry *before_ = nullptr, *behind_ = nullptr;
    class slot_queue* queue_ = nullptr;
};

/// An intrusive first-in, first-out queue. It does not own its entries, and an entry must leave before it is destroyed.
class slot_queue {
  public:
    slot_queue() = default;
    slot_queue(const slot_queue&) = delete; // entries refer to their queue
    slot_queue& operator=(const slot_queue&) = delete;
    ~slot_queue() = default;

    [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }
    [[nodiscard]] slot_queue_entry* front() const noexcept { return first_; }

    void push_back(slot_queue_entry& entry) noexcept
    {
        entry.queue_ = this;
        entry.behind_ = nullptr;
        entry.before_ = std::exchange(last_, &entry);
        (entry.before_ ? entry.before_->behind_ : first_) = &entry;
    }

    /// Does nothing if the entry is not in this queue.
    void erase(slot_queue_entry& entry) noexcept
    {
        if (entry.queue_ != this)
            return;
        entry.queue_ = nullptr;
        (entry.before_ ? entry.before_->behind_ : first_) = entry.behind_;
        (entry.behind_ ? entry.behind_->before_ : last_) = entry.before_;
    }

    [[nodiscard]] bool has(const slot_queue_entry& entry) const noexcept { return entry.queue_ == this; }

  private:
    slot_queue_entry *first_ = nullptr, *last_ = nullptr;
};

} // namespace cojob::detail

#endif
