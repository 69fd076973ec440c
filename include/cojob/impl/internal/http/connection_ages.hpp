#ifndef COJOB_IMPL_INTERNAL_HTTP_CONNECTION_AGES_HPP
#define COJOB_IMPL_INTERNAL_HTTP_CONNECTION_AGES_HPP

#include <cojob/clock.hpp>

#include <cstdint>

namespace cojob::detail {

/// When connections are too old for a further request. Each lives between 90 and 100 % of the limit: those that were
/// opened at once, by one client or by many that were started together, are not all opened anew at once. No I/O.
class connection_ages {
  public:
    /// `start` differs between clients.
    connection_ages(duration limit, std::uint32_t start) : limit_(limit), share_(start) {}

    /// The end of one that was opened now.
    [[nodiscard]] time_point end(time_point now) noexcept
    {
        if (limit_ == no_timeout)
            return time_point::max();
        share_ += 2654435769U; // the golden ratio of 2^32: any few in a row are far apart
        return after(now, limit_ - limit_ / 655360 * (share_ >> 16));
    }

  private:
    duration limit_;
    std::uint32_t share_;
};

} // namespace cojob::detail

#endif
