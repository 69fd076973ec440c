#ifndef COJOB_IMPL_INTERNAL_BASE_TIMER_QUEUE_HPP
#define COJOB_IMPL_INTERNAL_BASE_TIMER_QUEUE_HPP

#include <cojob/clock.hpp>
#include <cojob/detail/timer_queue_hook.hpp>

#include <boost/intrusive/set.hpp>

namespace cojob::detail {

/// Things by when they are due, those of one time in the order in which they came; not their owner. The set beneath is
/// one type, whatever the things are: each costs a user's compiler some 60 functions.
template <class T>
class timer_queue {
  public:
    [[nodiscard]] bool empty() const noexcept { return set_.empty(); }

    /// Enters it, or moves it to another time.
    void put(T& thing, time_point due) noexcept
    {
        timer_queue_hook& link = thing;
        remove(thing);
        link.due_ = due;
        set_.insert(link);
    }

    /// Nothing happens where it is in no set; it must not be in another.
    void remove(T& thing) noexcept
    {
        timer_queue_hook& link = thing;
        if (link.is_linked())
            set_.erase(set_.iterator_to(link));
    }

    /// When the first is due; the end of time for none.
    [[nodiscard]] time_point next() const noexcept { return set_.empty() ? time_point::max() : set_.begin()->due_; }

    /// When there is one.
    [[nodiscard]] T& front() noexcept { return static_cast<T&>(*set_.begin()); }

    /// The first; null for none.
    [[nodiscard]] T* first() noexcept { return at(set_.begin()); }

    /// The one behind it; null for none.
    [[nodiscard]] T* next_of(T& thing) noexcept { return at(++set_.iterator_to(thing)); }

  private:
    using set_type = boost::intrusive::multiset<timer_queue_hook, boost::intrusive::constant_time_size<false>>;

    T* at(set_type::iterator place) noexcept { return place == set_.end() ? nullptr : static_cast<T*>(&*place); }

    set_type set_;
};

} // namespace cojob::detail

#endif
