#ifndef COJOB_IMPL_INTERNAL_HTTP_CONNECTION_AGES_HPP
#define COJOB_IMPL_INTERNAL_HTTP_CONNECTION_AGES_HPP

#include <cojob/clock.hpp>

#include <cstdint>

namespace cojob::detail {

/// Decides when a connection is too old for another request. Each connection lives between 90 and 100 % of the limit,
/// so connections that were opened together, by one client or by many, are not all replaced at once. No I/O.
class connection_ages {
  public:
    /// `start` should differ between clients.
    connection_ages(duration limit, std::uint32_t start) : limit_(limit), share_(start) {}

    /// Returns when a connection that was opened now expires.
    [[nodiscard]] time_point end(time_point now) noexcept
    {
        if (limit_ == no_timeout)
            return time_point::max();
        share_ += 2654435769U; // 2^32 divided by the golden ratio: successive values are far apart
        return after(now, limit_ - limit_ / 655360 * (share_ >> 16));
    }

  private:
    duration limit_;
    std::uint32_t share_;
};

} // namespace cojob::detail

#endif
