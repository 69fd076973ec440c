#ifndef COJOB_IMPL_INTERNAL_HTTP_LOOKUPS_HPP
#define COJOB_IMPL_INTERNAL_HTTP_LOOKUPS_HPP

#include <cojob/error.hpp>
#include <cojob/http/url.hpp>
#include <cojob/impl/internal/event.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace cojob::detail {

using endpoint_list = std::vector<asio::ip::tcp::endpoint>;

struct lookup_result {
    error_code error{};
    endpoint_list endpoints{};
};

/// First of one address family, then of the other, in turn (RFC 8305, section 4), each in the resolver's order.
inline endpoint_list interleave_families(const endpoint_list& found)
{
    if (found.empty())
        return {};
    endpoint_list first, second, mixed;
    for (const auto& e : found)
        (e.protocol() == found.front().protocol() ? first : second).push_back(e);
    for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
        if (i < first.size())
            mixed.push_back(first[i]);
        if (i < second.size())
            mixed.push_back(second[i]);
    }
    return mixed;
}

/// What needs no lookup: an address, or `localhost` (RFC 6761, section 6.3).
inline endpoint_list literal_endpoints(const http::origin& origin)
{
    if (origin.host == "localhost")
        return {{asio::ip::address_v6::loopback(), origin.port}, {asio::ip::address_v4::loopback(), origin.port}};
    error_code ec;
    const auto address = asio::ip::make_address(origin.host, ec);
    return ec ? endpoint_list() : endpoint_list{{address, origin.port}};
}

/// Name lookups of one client. A getaddrinfo cannot be stopped, and a context has one thread for them, so a name is
/// looked up once at a time: who comes meanwhile shares the answer, and who goes leaves it running.
class lookups {
  public:
    asio::awaitable<lookup_result> find(operation& op, http::origin origin)
    {
        if (auto known = literal_endpoints(origin); !known.empty())
            co_return lookup_result{{}, std::move(known)};
        const auto running = join(op, origin.host);
        const auto here = std::make_shared<event>(op.executor());
        running->waiting.push_back(here);
        co_await here->wait();
        if (!running->is_over)
            co_return lookup_result{asio::error::operation_aborted, {}};
        lookup_result answer{running->error, {}};
        for (const auto& address : running->addresses)
            answer.endpoints.emplace_back(address, origin.port);
        answer.endpoints = interleave_families(answer.endpoints);
        co_return answer;
    }

    void shutdown() noexcept { running_->clear(); }

  private:
    struct lookup {
        explicit lookup(const asio::any_io_executor& executor) : resolver(executor) {}

        asio::ip::tcp::resolver resolver;
        std::vector<std::weak_ptr<event>> waiting;
        bool is_over = false;
        error_code error;
        std::vector<asio::ip::address> addresses;
    };
    using lookup_map = std::map<std::string, std::shared_ptr<lookup>>;

    std::shared_ptr<lookup> join(operation& op, const std::string& host)
    {
        auto& entry = (*running_)[host];
        if (entry)
            return entry;
        entry = std::make_shared<lookup>(op.executor());
        entry->resolver.async_resolve(
            host, "", asio::ip::resolver_base::flags{},
            [weak = std::weak_ptr(running_), found = entry,
             host](const error_code& ec, const asio::ip::tcp::resolver::results_type& results) {
                found->is_over = true;
                found->error = ec;
                for (const auto& r : results)
                    if (std::ranges::find(found->addresses, r.endpoint().address()) == found->addresses.end())
                        found->addresses.push_back(r.endpoint().address());
                for (const auto& who : found->waiting)
                    if (const auto e = who.lock())
                        e->set();
                if (const auto map = weak.lock())
                    map->erase(host);
            });
        return entry;
    }

    std::shared_ptr<lookup_map> running_ = std::make_shared<lookup_map>();
};

} // namespace cojob::detail

#endif
