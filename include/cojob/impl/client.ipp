#ifndef COJOB_IMPL_CLIENT_IPP
#define COJOB_IMPL_CLIENT_IPP

#include <cojob/client.hpp>
#include <cojob/detail/body.hpp>
#include <cojob/detail/share.hpp>
#include <cojob/detail/text.hpp>
#include <cojob/http/https_transport.hpp>
#include <cojob/impl/internal/base/run_later.hpp>
#include <cojob/impl/internal/base/serial_executor.hpp>
#include <cojob/impl/internal/client/call.hpp>
#include <cojob/impl/internal/client/chosen_url.hpp>
#include <cojob/impl/internal/client/client_state.hpp>
#include <cojob/impl/internal/client/request.hpp>
#include <cojob/impl/internal/client/warming.hpp>
#include <cojob/version.hpp>

#include <initializer_list>
#include <utility>

namespace cojob {

namespace detail {

inline void check_positive(duration d, const char* name)
{
    if (d <= duration::zero())
        throw_invalid_argument(name, "must be more than zero; use no_timeout for no limit");
}

/// The stack is enough for the functions that recurse over a tree.
constexpr std::size_t most_json_depth = 1'000;

inline void check_not_zero(std::size_t n, const char* name)
{
    if (n == 0)
        throw_invalid_argument(name, "must be more than zero");
}

/// \throws api_error invalid_argument with the option's name
inline client_options complete(client_options o)
{
    check_positive(o.timeouts.resolve, "timeouts.resolve");
    check_positive(o.timeouts.connect, "timeouts.connect");
    check_positive(o.timeouts.proxy, "timeouts.proxy");
    check_positive(o.timeouts.handshake, "timeouts.handshake");
    check_positive(o.timeouts.attempt, "timeouts.attempt");
    check_positive(o.timeouts.call, "timeouts.call");
    check_positive(o.timeouts.stream_idle, "timeouts.stream_idle");
    check_positive(o.pool.idle, "pool.idle");
    check_positive(o.pool.max_age, "pool.max_age");
    check_not_zero(o.retry.max_attempts, "retry.max_attempts");
    check_positive(o.retry.base_delay, "retry.base_delay");
    check_positive(o.retry.max_delay, "retry.max_delay");
    check_positive(o.retry.max_server_delay, "retry.max_server_delay");
    check_not_zero(o.pool.max_connections, "pool.max_connections");
    check_not_zero(o.pool.max_streams, "pool.max_streams");
    check_not_zero(o.limits.header_bytes, "limits.header_bytes");
    check_not_zero(o.limits.body_bytes, "limits.body_bytes");
    check_not_zero(o.limits.header_count, "limits.header_count");
    check_not_zero(o.limits.informational, "limits.informational");
    check_not_zero(o.limits.json_depth, "limits.json_depth");
    if (o.limits.json_depth > most_json_depth)
        throw_invalid_argument("limits.json_depth", "must be at most 1000");
    check_not_zero(o.limits.error_text, "limits.error_text");
    check_not_zero(o.limits.chunk_extension, "limits.chunk_extension");
    check_not_zero(o.limits.event_line, "limits.event_line");
    check_not_zero(o.limits.event_bytes, "limits.event_bytes");
    if (o.user_agent.empty())
        o.user_agent = "cojob/" + std::string(version());
    check_header_value(o.user_agent, "user_agent");
    if (!o.clock)
        o.clock = machine_clock();
    return o;
}

inline std::shared_ptr<const request_base> make_base(http::url server, credential key, bool allow_plaintext)
{
    if (server.origin().host.empty())
        throw_invalid_argument("api_base: the URL has no host");
    check_plaintext(server, allow_plaintext, "api_base");
    std::shared_ptr<const http::server_lines> lines;
    if (key.is_fixed() && !key.empty()) {
        check_key(key.fixed().reveal(), "api_base: the key");
        lines = share<const http::server_lines>(server.origin(), key.header());
    }
    return share<const request_base>(request_base{std::move(server), std::move(key), std::move(lines)});
}

inline std::shared_ptr<http::transport> make_transport(const client_options& o)
{
    http::https_options t;
    t.tls = o.tls;
    t.proxy = o.proxy;
    t.timeouts = o.timeouts;
    t.pool = o.pool;
    t.limits = o.limits;
    t.name_lookup = o.name_lookup;
    t.observer = o.observer;
    return http::make_https_transport(std::move(t));
}

} // namespace detail

api_base::api_base(http::url server, credential key, bool allow_plaintext)
    : state_(detail::make_base(std::move(server), std::move(key), allow_plaintext))
{
}

const http::url& api_base::url() const noexcept
{
    return detail::in_use(state_)->url;
}

std::string api_base::target_of(std::string_view chosen) const
{
    auto target = detail::target_at(url().origin(), chosen);
    if (detail::objection_to_segment(target))
        detail::throw_error({errc::invalid_response, "the URL that the server chose is too long for an id"});
    return target;
}

bool operator==(const api_base& a, const api_base& b) noexcept
{
    if (a.state_ == b.state_ || !a.state_ || !b.state_)
        return a.state_ == b.state_;
    const auto &x = *a.state_, &y = *b.state_;
    return x.url == y.url && x.key.is_fixed() && y.key.is_fixed() && x.key.fixed() == y.key.fixed();
}

client::client(asio::any_io_executor executor, client_options options, std::shared_ptr<http::transport> transport)
{
    if (!executor)
        detail::throw_invalid_argument("executor: must not be empty");
    options = detail::complete(std::move(options));
    if (!transport)
        transport = detail::make_transport(options);
    detail::wipe(options.proxy.url); // the URL may contain a password; the transport has its own copies
    options.tls = {};                // may contain a private key
    auto own = options.threads == threading::safe ? asio::any_io_executor(detail::serial_executor::on(executor))
                                                  : std::move(executor);
    settings_.timeout = options.timeouts.call;
    state_ = detail::share<detail::client_state>(std::move(own), std::move(options), std::move(transport));
    state_->watch_context();
}

asio::awaitable<http::response> client::send(api_request request) const
{
    return detail::send_request(detail::in_use(state_), std::move(request), settings_);
}

asio::awaitable<std::size_t> client::warm(http::url server, std::size_t connections) const
{
    return detail::warm(detail::in_use(state_), std::move(server), connections, settings_);
}

void client::use_tls(const tls_options& options) const
{
    const auto& state = detail::in_use(state_);
    if (auto change = state->transport->prepare_tls(options))
        detail::run_soon(state->executor, [state, change = std::move(change)] {
            state->notice_fork();
            change();
        });
}

client client::with_timeout(duration call) const
{
    detail::check_positive(call, "with_timeout");
    auto other = *this;
    other.settings_.timeout = call;
    return other;
}

client_stats client::stats() const
{
    const auto& c = detail::in_use(state_)->counters;
    return {c.requests, c.polls, c.retries, c.throttles, c.opened, c.reused, c.resumed, c.sent, c.received};
}

void client::close() const
{
    detail::in_use(state_)->close();
}

asio::any_io_executor client::get_executor() const
{
    const auto* const serial = detail::in_use(state_)->executor.target<detail::serial_executor>();
    return serial ? asio::any_io_executor(serial->for_users()) : state_->executor;
}

} // namespace cojob

#endif
