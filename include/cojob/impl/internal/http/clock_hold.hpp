#ifndef COJOB_IMPL_INTERNAL_HTTP_CLOCK_HOLD_HPP
#define COJOB_IMPL_INTERNAL_HTTP_CLOCK_HOLD_HPP

#include <cojob/clock.hpp>

namespace cojob::detail {

/// Holds a manually driven clock while an operation waits for real sockets.
class clock_hold {
  public:
    explicit clock_hold(clock& c) : clock_(c) { clock_.exchange_began(); }
    clock_hold(const clock_hold&) = delete;
    clock_hold& operator=(const clock_hold&) = delete;
    ~clock_hold() { clock_.exchange_ended(); }

  private:
    clock& clock_;
};

} // namespace cojob::detail

#endif
