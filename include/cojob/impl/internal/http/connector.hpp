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
#include <memory>
#include <string>
#include <tuple>
#include <utility>

namespace cojob::detail {

/// Opens connections: name, address, a proxy's tunnel, TLS, each with its limit.
class connector {
  public:
    /// \throws api_error invalid_argument for authorities that cannot be read, names that are none, and invalid proxies
    explicit connector(const http::https_options& options)
        : tls_(share<tls_settings>(options.tls)), timeouts_(options.timeouts), limits_(options.limits),
          proxies_(options.proxy), lookups_(options.name_lookup)
    {
    }

    struct outcome {
        error_code error{};
        std::string why{};
        std::unique_ptr<stream> connection{};
        http::response response{}; ///< a proxy's
        bool is_final = false;     ///< the same would come again
    };

    /// The end of the attempt bounds every phase as well. A stopped operation ends as `operation_aborted`.
    asio::awaitable<outcome> open(const http::origin& to, http::exchange& x, time_point end_of_attempt)
    {
        auto& op = x.operation;
        const auto* const proxy = proxies_.of(to);
        if (proxy && proxies_.forbids(to))
            co_return in_the_clear(to, *proxy);
        enter(phase::resolving, x, timeouts_.resolve, end_of_attempt);
        auto target = to;
        std::optional<asio::ip::tcp::endpoint> named; // to a proxy that is given addresses
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
        auto connected = co_await race->run();
        for (const auto& address : connected.failed)
            note_failure(op, address);
        if (op.is_stopped())
            co_return aborted();
        if (!connected.socket)
            co_return outcome{
                errc::connect_failed,
                (proxy ? proxy->name() : http::host_header(to)).append(": ").append(connected.error.message())};

        error_code ignored; // only a question of speed
        connected.socket->set_option(asio::ip::tcp::no_delay(true), ignored);
        outcome opened;
        opened.connection = std::make_unique<stream>(std::move(*connected.socket), connected.address);
        const auto settings = tls_; // which may change meanwhile
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

    /// The next connection begins with another address, unless it was the caller who stopped.
    void note_failure(const operation& op, const asio::ip::tcp::endpoint& address)
    {
        if (op.reason() != stop_reason::cancelled && op.reason() != stop_reason::closed)
            failures_.add(address, op.time().now());
    }

    /// No later connection resumes what an earlier one began.
    void forget_sessions() noexcept { tls_->sessions()->clear(); }

    /// For new connections. Those that are open keep theirs.
    void use(std::shared_ptr<tls_settings> tls) noexcept { tls_ = std::move(tls); }

    /// Whether a connection was opened with the settings of new ones.
    [[nodiscard]] bool is_current(const stream& connection) const noexcept
    {
        return !connection.tls_settings() || connection.tls_settings() == tls_.get();
    }

    void shutdown() noexcept { lookups_.shutdown(); }

  private:
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

    /// Asks the proxy, over TLS if that is its scheme, for a tunnel to the target.
    asio::awaitable<void> tunnel(outcome& opened, const proxy_server& proxy, const http::origin& target,
                                 const std::shared_ptr<tls_settings>& settings, operation& op)
    {
        auto& line = *opened.connection;
        if (proxy.kind == proxy_kind::https) {
            auto& tls = line.start_proxy_tls(settings->context(), settings);
            SSL_certs_clear(tls.native_handle()); // a client certificate is for servers, and so are pins
            tls.sessions().begin(tls.native_handle(), settings->sessions(), session_key(proxy.address, "itself"),
                                 session_use::peer::proxy);
            co_await secure(opened, tls, proxy.address.host, op);
            if (opened.error) {
                opened.why.insert(0, "proxy ");
                co_return;
            }
        }
        proxy_handshake asking(proxy, target, limits_, line.buffer());
        auto ec = go_on(asking, line);
        while (stream::would_block(ec) && !op.is_stopped()) {
            std::tie(ec) = co_await line.ready();
            if (!ec && !op.is_stopped())
                ec = go_on(asking, line);
        }
        if (op.is_stopped()) {
            opened = aborted();
        } else if (ec) { // of a wait
            opened = {errc::proxy_failed, proxy.name() + ": " + ec.message()};
        } else if (auto why = asking.why(); !why.empty()) {
            const auto is_final = asking.is_final();
            opened = {errc::proxy_failed, std::move(why), {}, asking.response(), is_final};
        }
    }

    /// Does what can be done now; `would_block`: then the connection is to be awaited.
    static error_code go_on(proxy_handshake& asking, stream& line)
    {
        while (!asking.is_over()) {
            const auto text = asking.unsent();
            const auto done = text.empty() ? line.read_some(asking.prepare()) : line.write_some(asio::buffer(text));
            if (stream::would_block(done.error))
                return done.error;
            if (text.empty())
                asking.commit(done.bytes);
            else
                asking.sent(done.bytes);
            if (done.error)
                asking.end_of_input(done.error);
        }
        return {};
    }

    static asio::awaitable<void> secure(outcome& opened, tls_session& tls, const std::string& name, operation& op)
    {
        error_code ec = errc::tls_failed;
        if (expect_server(tls.native_handle(), name))
            ec = tls.handshake().error;
        while (stream::would_block(ec) && !op.is_stopped()) {
            std::tie(ec) = co_await opened.connection->ready();
            if (!ec && !op.is_stopped())
                ec = tls.handshake().error;
        }
        // A session has the verdict of the handshake that began it.
        const auto objection = certificate_objection(tls.native_handle());
        const auto is_other = !ec && chose_another_protocol(tls.native_handle());
        if (!ec && !is_other && objection.empty() && !op.is_stopped())
            co_return;
        tls.sessions().forget();
        if (op.is_stopped())
            opened = aborted();
        else if (!objection.empty())
            opened = {errc::certificate_rejected, name + ": " + objection};
        else
            opened = {errc::tls_failed,
                      name + (is_other ? ": chose another protocol than http/1.1" : ": " + ec.message())};
    }

    std::shared_ptr<tls_settings> tls_;
    timeout_options timeouts_;
    limit_options limits_;
    proxy_choice proxies_;
    lookups lookups_;
    failed_addresses failures_;
};

} // namespace cojob::detail

#endif
