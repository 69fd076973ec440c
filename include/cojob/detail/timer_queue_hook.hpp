#ifndef COJOB_DETAIL_TIMER_QUEUE_HOOK_HPP
#define COJOB_DETAIL_TIMER_QUEUE_HOOK_HPP

#include <cojob/clock.hpp>

#include <boost/intrusive/set_hook.hpp>

namespace cojob::detail {

template <class T>
class timer_queue;

/// The place of a thing in a `timer_queue`, at most one at a time. The thing derives from it, so that entering a set
/// takes no memory and cannot fail.
class timer_queue_hook
    : public boost::intrusive::set_base_hook<boost::intrusive::link_mode<boost::intrusive::safe_link>> {
  public:
    /// When it is due; the end of time where it is in no set.
    [[nodiscard]] time_point due_at() const noexcept { return is_linked() ? due_ : time_point::max(); }

    friend bool operator<(const timer_queue_hook& a, const timer_queue_hook& b) noexcept { return a.due_ < b.due_; }

  private:
    template <class T>
    friend class timer_queue;

    time_point due_{};
};

} // namespace cojob::detail

#endif
