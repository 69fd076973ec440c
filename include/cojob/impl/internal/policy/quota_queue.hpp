#ifndef COJOB_IMPL_INTERNAL_POLICY_QUOTA_QUEUE_HPP
#define COJOB_IMPL_INTERNAL_POLICY_QUOTA_QUEUE_HPP

#include <cojob/clock.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace cojob::detail {

/// A queue ordered by its entries' numbers that finds the entries which cannot be served in time. All operations except
/// the two reviews take O(log n) steps. Nothing allocates, because the entries are the nodes. An entry's room is the
/// number of positions by which it could move back and still be served in time. When an entry leaves, the room of all
/// entries behind it grows by one; when one is inserted ahead of them, it shrinks by one. Rooms are stored as
/// differences, so that either changes O(log n) nodes. The tree is a treap: its shape follows from the hashed numbers
/// and does not depend on the order of insertions.
class quota_queue {
  public:
    static constexpr std::int64_t endless = std::int64_t(1) << 60; ///< the room of an entry without a time limit

    /// A lower bound of an entry's room, and how long it holds.
    struct outlook {
        std::int64_t room = endless;
        time_point holds_until = time_point::max(); ///< after that the room must be computed again
    };

    class entry {
      public:
        entry() = default;
        entry(const entry&) = delete;
        entry& operator=(const entry&) = delete;

        [[nodiscard]] std::int64_t number() const noexcept { return number_; }
        void set_number(std::int64_t number) noexcept { number_ = number; }

      protected:
        ~entry() = default;

      private:
        friend class quota_queue;

        std::int64_t number_ = 0;
        outlook own_{}, least_{}; // of the entry; the minimum of its subtree
        std::int64_t shift_ = 0;  // not yet added to the rooms of both subtrees
        std::uint64_t size_ = 1;  // of the subtree
        entry *left_ = nullptr, *right_ = nullptr;
    };

    [[nodiscard]] std::uint64_t size() const noexcept { return root_ ? root_->size_ : 0; }

    /// The first entry; null if the queue is empty.
    [[nodiscard]] entry* front() const
    {
        auto* e = root_;
        while (e && e->left_) {
            ++steps_;
            e = e->left_;
        }
        return e;
    }

    /// The number of entries ahead of this one.
    [[nodiscard]] std::uint64_t position(const entry& of) const
    {
        std::uint64_t before = 0;
        for (const auto* e = root_; e; ++steps_) {
            if (of.number_ <= e->number_) {
                e = e->left_;
            } else {
                before += 1 + size_of(e->left_);
                e = e->right_;
            }
        }
        return before;
    }

    /// Inserts an entry. The room of those behind it shrinks by one.
    void insert(entry& e, outlook known)
    {
        e.left_ = e.right_ = nullptr;
        e.shift_ = 0;
        e.own_ = known;
        pull(e);
        auto [before, behind] = split(root_, e.number_);
        add(behind, -1);
        root_ = merge(merge(before, &e), behind);
    }

    /// Removes an entry. The room of those behind it grows by one.
    void erase(const entry& e)
    {
        auto [before, rest] = split(root_, e.number_);
        auto* const behind = split(rest, e.number_ + 1).second;
        add(behind, 1);
        root_ = merge(before, behind);
    }

    /// Adds to the room of all entries.
    void shift_all(std::int64_t by) noexcept { add(root_, by); }

    /// The first entry whose stored outlook says that it cannot be served in time; null if there is none.
    [[nodiscard]] entry* first_in_doubt(time_point now)
    {
        auto* e = is_in_doubt(root_, now) ? root_ : nullptr;
        for (; e; ++steps_) {
            push(*e);
            if (is_in_doubt(e->left_, now))
                e = e->left_;
            else if (is_vain(e->own_, now))
                return e;
            else
                e = e->right_;
        }
        return nullptr;
    }

    /// Computes the outlook of each entry: `look(entry, position)`. O(n).
    template <class Function>
    void review_all(const Function& look)
    {
        if (root_)
            review(*root_, 0, look, [](const entry*) { return true; });
    }

    /// Computes the outlook of the entries that may not be served in time. O(1) if there are none.
    template <class Function>
    void review_doubtful(time_point now, const Function& look)
    {
        if (is_in_doubt(root_, now))
            review(*root_, 0, look, [now](const entry* e) { return is_in_doubt(e, now); });
    }

    /// The number of entries visited so far, a measure of the work.
    [[nodiscard]] std::uint64_t steps() const noexcept { return steps_; }

  private:
    using pair = std::pair<entry*, entry*>;

    [[nodiscard]] static bool is_vain(const outlook& o, time_point now) noexcept
    {
        return o.room <= 0 || o.holds_until < now;
    }
    [[nodiscard]] static bool is_in_doubt(const entry* e, time_point now) noexcept
    {
        return e && is_vain(e->least_, now);
    }
    [[nodiscard]] static std::uint64_t size_of(const entry* e) noexcept { return e ? e->size_ : 0; }

    /// The finalizer of SplitMix64: neighbouring numbers get unrelated weights.
    [[nodiscard]] static std::uint64_t weight(const entry& e) noexcept
    {
        auto x = static_cast<std::uint64_t>(e.number_) + 0x9e3779b97f4a7c15U;
        x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
        x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
        return x ^ (x >> 31);
    }

    static void add(entry* e, std::int64_t by) noexcept
    {
        if (!e)
            return;
        e->own_.room += by;
        e->least_.room += by;
        e->shift_ += by;
    }

    void push(entry& e)
    {
        ++steps_;
        add(e.left_, e.shift_);
        add(e.right_, e.shift_);
        e.shift_ = 0;
    }

    static void pull(entry& e) noexcept
    {
        e.least_ = e.own_;
        e.size_ = 1;
        for (const auto* child : {e.left_, e.right_})
            if (child) {
                e.least_.room = std::min(e.least_.room, child->least_.room);
                e.least_.holds_until = std::min(e.least_.holds_until, child->least_.holds_until);
                e.size_ += child->size_;
            }
    }

    /// Splits a tree into the entries with a smaller number and the others.
    pair split(entry* e, std::int64_t number)
    {
        if (!e)
            return {};
        push(*e);
        pair parts;
        if (e->number_ < number) {
            parts = split(e->right_, number);
            e->right_ = std::exchange(parts.first, e);
        } else {
            parts = split(e->left_, number);
            e->left_ = std::exchange(parts.second, e);
        }
        pull(*e);
        return parts;
    }

    entry* merge(entry* a, entry* b)
    {
        if (!a || !b)
            return a ? a : b;
        auto* const top = weight(*a) > weight(*b) ? a : b;
        push(*top);
        if (top == a)
            a->right_ = merge(a->right_, b);
        else
            b->left_ = merge(a, b->left_);
        pull(*top);
        return top;
    }

    template <class Function, class Predicate>
    void review(entry& e, std::uint64_t before, const Function& look, const Predicate& is_to_review)
    {
        push(e);
        const auto position = before + size_of(e.left_);
        if (e.left_ && is_to_review(e.left_))
            review(*e.left_, before, look, is_to_review);
        e.own_ = look(e, position);
        if (e.right_ && is_to_review(e.right_))
            review(*e.right_, position + 1, look, is_to_review);
        pull(e);
    }

    entry* root_ = nullptr;
    mutable std::uint64_t steps_ = 0;
};

} // namespace cojob::detail

#endif
