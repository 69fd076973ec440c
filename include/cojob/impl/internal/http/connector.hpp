#ifndef COJOB_IMPL_INTERNAL_HTTP_CONNECTOR_HPP
#define COJOB_IMPL_INTERNAL_HTTP_CONNECTOR_HPP

#include <cojob/detail/share.hpp>
#include <cojob/http/https_transport.hpp>
#include <cojob/impl/internal/http/connect_race.hpp>
#include <cojob/impl/internal/http/failed_addresses.hpp>
#include <cojob/impl/internal/http/host.hpp>
#include <cojob/impl/internal/http/lookups.hpp>
#include <cojob/impl/internal/http/proxy_choice.hpp>
#include <cojob/impl/internal/http/proxy_handshake.hpp>
#include <cojob/impl/internal/http/stream.hpp>
#include <cojob/impl/internal/http/tls_settings.hpp>

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

namespace cojob::detail {

/// Opens connections: name lookup, connect, proxy tunnel and TLS handshake, each with its own deadline.
class connector {
  public:
    /// \throws api_error invalid_argument for unreadable authorities, invalid server names and invalid proxies
    explicit connector(const http::https_options& options)
        : tls_(share<tls_settings>(options.tls)), timeouts_(options.timeouts), limits_(options.limits),
          proxies_(options.proxy), lookups_(options.name_lookup)
    {
    }

    struct outcome {
        error_code error{};
        std::string why{};
        std::unique_ptr<stream> connection{};
        http::response response{}; ///< from a proxy
        bool is_final = false;     ///< a retry would fail in the same way
    };

    /// Opens a connection. `end_of_attempt` bounds every phase too. A stopped operation completes with
    /// `operation_aborted`.
    asio::awaitable<outcome> open(const http::origin& to, http::exchange& x, time_point end_of_attempt)
    {
        auto& op = x.operation;
        const auto* const proxy = proxies_.of(to);
        if (proxy && proxies_.forbids(to))
            co_return in_the_clear(to, *proxy);
        if (proxy && refused_.proxy == proxy && op.time().now() < refused_.until) {
            x.reached = phase::proxying;
            co_return outcome{errc::proxy_failed, refused_.why, {}, refused_.response, true};
        }
        enter(phase::resolving, x, timeouts_.resolve, end_of_attempt);
        auto target = to;
        std::optional<asio::ip::tcp::endpoint> named; // the resolved server, for a proxy that takes only addresses
        if (proxy && proxy->kind == proxy_kind::socks5) {
            auto found = co_await lookups_.find(op, to);
            if (op.is_stopped())
                co_return aborted();
            if (found.endpoints.empty())
                co_return not_found(to, found.why);
            named = failures_.order(std::move(found.endpoints), op.time().now()).front();
            target.host = named->address().to_string();
        }
        const auto& next = proxy ? proxy->address : to;
        auto found = co_await lookups_.find(op, next);
        if (op.is_stopped())
            co_return aborted();
        if (found.endpoints.empty())
            co_return not_found(next, found.why);

        enter(phase::connecting, x, timeouts_.connect, end_of_attempt);
        const auto race = share<connect_race>(op, failures_.order(std::move(found.endpoints), op.time().now()));
        auto connected = co_await race->run(op);
        for (const auto& address : connected.failed)
            note_failure(op, address);
        if (op.is_stopped())
            co_return aborted();
        if (!connected.socket)
            co_return outcome{
                errc::connect_failed,
                (proxy ? proxy->name() : http::host_header(to)).append(": ").append(connected.error.message())};

        error_code ignored; // affects only latency
        connected.socket->set_option(asio::ip::tcp::no_delay(true), ignored);
        outcome opened;
        opened.connection = std::make_unique<stream>(std::move(*connected.socket), connected.address);
        const auto settings = tls_; // `use` may replace the settings in the meantime
        if (proxy) {
            enter(phase::proxying, x, timeouts_.proxy, end_of_attempt);
            co_await tunnel(opened, *proxy, target, settings, op);
        }
        if (to.is_secure && !opened.error) {
            enter(phase::handshaking, x, timeouts_.handshake, end_of_attempt);
            auto& tls = opened.connection->start_tls(settings->context(), settings);
            tls.sessions().begin(tls.native_handle(), settings->sessions(),
                                 session_key(to, proxy ? http::host_header(proxy->address) : std::string()));
            co_await secure(opened, tls, settings->name_of(to), op);
            x.is_resumed = !opened.error && SSL_session_reused(tls.native_handle()) != 0;
        }
        if (opened.error && opened.response.status == 0)
            note_failure(op, connected.address);
        if (opened.error && named)
            note_failure(op, *named);
        co_return opened;
    }

    /// Makes later connections try another address first, unless the caller stopped the operation.
    void note_failure(const operation& op, const asio::ip::tcp::endpoint& address)
    {
        if (is_failure(op))
            failures_.add(address, op.time().now());
    }

    /// Drops the cached sessions, so later connections perform full handshakes.
    void forget_sessions() noexcept { tls_->sessions()->clear(); }

    /// Sets the TLS settings of new connections. Open connections keep theirs.
    void use(std::shared_ptr<tls_settings> tls) noexcept { tls_ = std::move(tls); }

    /// Returns whether a connection uses the current TLS settings, or no TLS.
    [[nodiscard]] bool is_current(const stream& connection) const noexcept
    {
        return !connection.tls_settings() || connection.tls_settings() == tls_.get();
    }

    void shutdown() noexcept { lookups_.shutdown(); }

  private:
    /// Returns false if it was the caller who stopped the operation.
    static bool is_failure(const operation& op) noexcept
    {
        return op.reason() != stop_reason::cancelled && op.reason() != stop_reason::closed;
    }

    static outcome aborted() { return {asio::error::operation_aborted}; }

    static outcome not_found(const http::origin& who, const std::string& why)
    {
        return {errc::connect_failed, "name lookup of " + who.host + ": " + why};
    }

    static outcome in_the_clear(const http::origin& to, const proxy_server& proxy)
    {
        return {.error = errc::invalid_argument,
                .why = "base_url: http://" + http::host_header(to) + " would show the key to " + proxy.name() +
                       "; set proxy_options::allow_key_in_clear if that is meant",
                .is_final = true};
    }

    static void enter(phase p, http::exchange& x, duration limit, time_point end_of_attempt)
    {
        x.reached = p;
        x.operation.set_limit(std::min(end_of_attempt, after(x.operation.time().now(), limit)));
    }

    /// Requests a tunnel to the target from the proxy, over TLS if the proxy's scheme is https.
    asio::awaitable<void> tunnel(outcome& opened, const proxy_server& proxy, const http::origin& target,
                                 const std::shared_ptr<tls_settings>& settings, operation& op)
    {
        auto& line = *opened.connection;
        if (proxy.kind == proxy_kind::https) {
            auto& tls = line.start_proxy_tls(settings->context(), settings);
            SSL_certs_clear(tls.native_handle()); // a proxy gets no client certificate
            tls.sessions().begin(tls.native_handle(), settings->sessions(), session_key(proxy.address, "\n"),
                                 session_use::peer::proxy);
            co_await secure(opened, tls, proxy.address.host, op);
            if (opened.error == errc::tls_failed)
                opened.error = errc::proxy_failed;
            if (!opened.why.empty())
                opened.why.insert(0, "proxy ");
            if (opened.error)
                co_return;
        }
        proxy_handshake handshake(proxy, target, limits_, line.buffer());
        auto ec = go_on(handshake, line);
        while (stream::would_block(ec) && !op.is_stopped()) {
            ec = co_await line.ready(op);
            if (!ec && !op.is_stopped())
                ec = go_on(handshake, line);
        }
        if (op.is_stopped()) {
            opened = aborted();
        } else if (ec) { // the wait failed
            opened = {errc::proxy_failed, proxy.name() + ": " + ec.message()};
        } else if (auto why = handshake.why(); !why.empty()) {
            const auto is_final = handshake.is_final();
            if (is_final && !proxy.login.empty())
                refused_ = {&proxy, after(op.time().now(), refusal_memory), why, handshake.response()};
            opened = {errc::proxy_failed, std::move(why), {}, handshake.response(), is_final};
        }
    }

    /// Runs the handshake as far as possible without waiting. Returns `would_block` if the caller must wait for the
    /// connection.
    static error_code go_on(proxy_handshake& handshake, stream& line)
    {
        while (!handshake.is_over()) {
            const auto text = handshake.unsent();
            const auto done = text.empty() ? line.read_some(handshake.prepare()) : line.write_some(asio::buffer(text));
            if (stream::would_block(done.error))
                return done.error;
            if (text.empty())
                handshake.commit(done.bytes);
            else
                handshake.sent(done.bytes);
            if (done.error)
                handshake.end_of_input(done.error);
        }
        return {};
    }

    static asio::awaitable<void> secure(outcome& opened, tls_session& tls, const std::string& name, operation& op)
    {
        error_code ec = errc::tls_failed;
        if (expect_server(tls.native_handle(), name))
            ec = tls.handshake().error;
        while (stream::would_block(ec) && !op.is_stopped()) {
            ec = co_await opened.connection->ready(op);
            if (!ec && !op.is_stopped())
                ec = tls.handshake().error;
        }
        // A resumed session reports the verification result of its full handshake.
        const auto objection = certificate_objection(tls.native_handle());
        const auto is_other = !ec && chose_another_protocol(tls.native_handle());
        if (!ec && !is_other && objection.empty() && !op.is_stopped())
            co_return;
        if (is_failure(op))
            tls.sessions().forget();
        if (op.is_stopped())
            opened = aborted();
        else if (!objection.empty())
            opened = {errc::certificate_rejected, name + ": " + objection};
        else
            opened = {errc::tls_failed,
                      name + (is_other ? ": chose another protocol than http/1.1" : ": " + ec.message())};
    }

    /// A proxy's refusal, which counts for all calls for a while: many calls with a wrong password lock an account.
    struct refusal {
        const proxy_server* proxy = nullptr;
        time_point until{};
        std::string why{};
        http::response response{};
    };

    static constexpr duration refusal_memory = std::chrono::minutes(1);

    refusal refused_;
    std::shared_ptr<tls_settings> tls_;
    timeout_options timeouts_;
    limit_options limits_;
    proxy_choice proxies_;
    lookups lookups_;
    failed_addresses failures_;
};

} // namespace cojob::detail

#endif
