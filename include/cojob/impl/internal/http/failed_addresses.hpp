#ifndef COJOB_IMPL_INTERNAL_HTTP_FAILED_ADDRESSES_HPP
#define COJOB_IMPL_INTERNAL_HTTP_FAILED_ADDRESSES_HPP

#include <cojob/clock.hpp>
#include <cojob/impl/internal/http/lookups.hpp>

#include <boost/asio/ip/tcp.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

namespace cojob::detail {

/// Remembers the addresses that failed recently, so that a new connection tries other addresses of the name first. No
/// I/O.
class failed_addresses {
  public:
    void add(const asio::ip::tcp::endpoint& address, time_point now)
    {
        const auto is_it = [&](const failure& f) { return f.address == address; };
        auto old = std::find_if(failures_.begin(), failures_.end(), is_it);
        if (old == failures_.end() && failures_.size() == most)
            old = failures_.begin();
        if (old != failures_.end())
            failures_.erase(old);
        failures_.push_back({address, now});
    }

    /// Returns the addresses that did not fail, in their order, followed by those that failed. The most recent failure
    /// comes last.
    [[nodiscard]] endpoint_list order(endpoint_list addresses, time_point now)
    {
        while (!failures_.empty() && now - failures_.front().when >= memory)
            failures_.erase(failures_.begin());
        for (const auto& f : failures_)
            if (const auto found = std::find(addresses.begin(), addresses.end(), f.address); found != addresses.end()) {
                addresses.erase(found);
                addresses.push_back(f.address);
            }
        return addresses;
    }

  private:
    /// Long enough for a server to restart. After that the resolver's order holds again, which may balance load.
    static constexpr duration memory = std::chrono::minutes(1);
    static constexpr std::size_t most = 64;

    struct failure {
        asio::ip::tcp::endpoint address;
        time_point when;
    };

    std::vector<failure> failures_; // oldest first
};

} // namespace cojob::detail

#endif
