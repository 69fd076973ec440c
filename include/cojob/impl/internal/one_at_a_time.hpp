#ifndef COJOB_IMPL_INTERNAL_ONE_AT_A_TIME_HPP
#define COJOB_IMPL_INTERNAL_ONE_AT_A_TIME_HPP

#include <cojob/error.hpp>

#include <atomic>
#include <string>

namespace cojob::detail {

/// One call at a time, from whatever threads.
class one_at_a_time {
  public:
    class turn {
      public:
        /// \throws api_error invalid_argument while another turn lasts
        turn(one_at_a_time& of, const char* function) : taken_(of.is_taken_)
        {
            if (taken_.exchange(true))
                throw_invalid_argument(function, "the call before has not ended");
        }
        turn(const turn&) = delete;
        turn& operator=(const turn&) = delete;
        ~turn() { taken_ = false; }

      private:
        std::atomic<bool>& taken_;
    };

  private:
    std::atomic<bool> is_taken_{false};
};

} // namespace cojob::detail

#endif
