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

/// The addresses that failed lately: a new connection begins with another one, where the name has one. No I/O.
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

    /// Those that did not fail, as they are; then those that did, the one that failed last at the end.
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
    /// A server that was restarted is back by then; who balances load by the order of addresses gets it back.
    static constexpr duration memory = std::chrono::minutes(1);
    static constexpr std::size_t most = 64;

    struct failure {
        asio::ip::tcp::endpoint address;
        time_point when;
    };

    std::vector<failure> failures_; // the oldest first
};

} // namespace cojob::detail

#endif
