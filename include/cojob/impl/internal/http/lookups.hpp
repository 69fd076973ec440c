#ifndef COJOB_IMPL_INTERNAL_HTTP_LOOKUPS_HPP
#define COJOB_IMPL_INTERNAL_HTTP_LOOKUPS_HPP

#include <cojob/detail/share.hpp>
#include <cojob/error.hpp>
#include <cojob/http/options.hpp>
#include <cojob/http/url.hpp>
#include <cojob/impl/internal/base/event.hpp>
#include <cojob/impl/internal/base/name_map.hpp>
#include <cojob/impl/internal/base/weak_list.hpp>
#include <cojob/impl/internal/http/host.hpp>
#include <cojob/impl/internal/http/own_lookup.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace cojob::detail {

using endpoint_list = std::vector<asio::ip::tcp::endpoint>;

/// The result of a lookup: endpoints, or why there are none.
struct lookup_result {
    error_code error{};
    endpoint_list endpoints{};
    std::string why{};
};

/// Alternates between the two address families (RFC 8305, section 4), each in the resolver's order.
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

/// Returns the endpoints of a host that needs no lookup: an address, or `localhost` (RFC 6761, section 6.3).
inline endpoint_list literal_endpoints(const http::origin& origin)
{
    if (without_final_dot(origin.host) == "localhost")
        return {{asio::ip::address_v6::loopback(), origin.port}, {asio::ip::address_v4::loopback(), origin.port}};
    error_code ec;
    const auto address = asio::ip::make_address(origin.host, ec);
    return ec ? endpoint_list() : endpoint_list{{address, origin.port}};
}

using found_names = asio::ip::tcp::resolver::results_type;
using lookup_handler = std::function<void(const error_code&, const found_names&)>;

/// Looks up a name and calls the handler on the executor, never from within the initiating call.
using name_resolver = std::function<void(const asio::any_io_executor&, const std::string& host, lookup_handler)>;

/// Resolves a name with the system's resolver.
inline void resolve_name(const asio::any_io_executor& executor, const std::string& host, lookup_handler handler)
{
    const auto resolver = share<asio::ip::tcp::resolver>(executor);
    resolver->async_resolve(host, "", asio::ip::resolver_base::flags{},
                            [resolver, handler = std::move(handler)](const error_code& ec, const found_names& found) {
                                handler(ec, found);
                            });
}

/// The name lookups of one client. getaddrinfo cannot be cancelled, and an execution context has one thread for it.
/// Operations that need the same name therefore share one lookup, which continues even if they are cancelled. A lookup
/// function of the user's own is called once for each connection instead, because it may balance connections over
/// addresses.
class lookups {
  public:
    explicit lookups(name_resolver resolver = resolve_name) : resolve_(std::move(resolver)) {}
    /// Uses the function `own`, unless it is empty.
    explicit lookups(name_lookup own) : lookups() { own_ = std::move(own); }

    asio::awaitable<lookup_result> find(operation& op, http::origin origin)
    {
        if (auto known = literal_endpoints(origin); !known.empty())
            co_return lookup_result{{}, std::move(known), {}};
        if (own_) {
            const auto call = share<own_lookup>(op.executor());
            own_lookup::start(call, own_, origin.host);
            if (!op.is_stopped()) // the function may have closed the client
                co_await call->over.wait(op);
            if (call->over.is_set())
                co_return answer(call->addresses, origin.port, {}, std::move(call->why));
            call->run.stop(stop_reason::cancelled);
            co_return lookup_result{asio::error::operation_aborted, {}, {}};
        }
        const auto running = join(op, origin.host);
        const auto here = share<event>(op.executor());
        running->waiting.add(here);
        co_await here->wait(op);
        if (!running->is_over)
            co_return lookup_result{asio::error::operation_aborted, {}, {}};
        co_return answer(running->addresses, origin.port, running->error, running->error.message());
    }

    void shutdown() noexcept { running_->clear(); }

  private:
    static lookup_result answer(const std::vector<asio::ip::address>& addresses, std::uint16_t port,
                                const error_code& error, std::string why)
    {
        endpoint_list found;
        for (auto address = addresses.begin(); address != addresses.end(); ++address)
            if (std::find(addresses.begin(), address, *address) == address)
                found.emplace_back(*address, port);
        return {error, interleave_families(found), std::move(why)};
    }

    struct lookup {
        weak_list<event> waiting;
        bool is_over = false;
        error_code error;
        std::vector<asio::ip::address> addresses;
    };

    /// Returns the lookup of this host that is in flight, or starts one. A lookup that cannot be started leaves no
    /// entry.
    std::shared_ptr<lookup> join(operation& op, const std::string& host)
    {
        if (auto running = running_->find(host))
            return running;
        const auto begun = share<lookup>();
        resolve_(op.executor(), host,
                 [weak = std::weak_ptr(running_), begun, host](const error_code& ec, const found_names& found) {
                     finish(*begun, ec, found);
                     if (const auto others = weak.lock())
                         others->erase(host);
                 });
        running_->put(host, begun);
        return begun;
    }

    static void finish(lookup& l, const error_code& ec, const found_names& found)
    {
        l.is_over = true;
        l.error = ec;
        for (const auto& r : found)
            l.addresses.push_back(r.endpoint().address());
        l.waiting.notify([](event& answered) { answered.set(); });
    }

    name_resolver resolve_;
    name_lookup own_;
    std::shared_ptr<name_map<lookup>> running_ = share<name_map<lookup>>();
};

} // namespace cojob::detail

#endif
