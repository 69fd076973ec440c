#ifndef COJOB_IMPL_INTERNAL_BASE_REENTRANCY_GUARD_HPP
#define COJOB_IMPL_INTERNAL_BASE_REENTRANCY_GUARD_HPP

#include <cojob/error.hpp>

#include <atomic>
#include <string>

namespace cojob::detail {

/// One call at a time, from whatever threads.
class reentrancy_guard {
  public:
    class scope {
      public:
        /// \throws api_error invalid_argument while another turn lasts
        scope(reentrancy_guard& of, const char* function) : taken_(of.is_taken_)
        {
            if (taken_.exchange(true))
                throw_invalid_argument(function, "the previous call has not completed");
        }
        scope(const scope&) = delete;
        scope& operator=(const scope&) = delete;
        ~scope() { taken_ = false; }

      private:
        std::atomic<bool>& taken_;
    };

  private:
    std::atomic<bool> is_taken_{false};
};

} // namespace cojob::detail

#endif
