#ifndef COJOB_IMPL_INTERNAL_HTTP_CONNECTOR_HPP
#define COJOB_IMPL_INTERNAL_HTTP_CONNECTOR_HPP

#include <cojob/detail/share.hpp>
#include <cojob/http/https_transport.hpp>
#include <cojob/impl/internal/http/connect_race.hpp>
#include <cojob/impl/internal/http/failed_addresses.hpp>
#include <cojob/impl/internal/http/host.hpp>
#include <cojob/impl/internal/http/lookups.hpp>
#include <cojob/impl/internal/http/stream.hpp>
#include <cojob/impl/internal/http/tls.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

namespace cojob::detail {

/// Opens connections: name, address, TLS, each with its limit. A proxy's CONNECT belongs between address and TLS,
/// client certificates into the TLS context, session resumption into `secure`.
class connector {
  public:
    /// \throws api_error invalid_argument for authorities that cannot be read and names that are none
    connector(tls_options tls, const timeout_options& timeouts, name_lookup look_up)
        : tls_options_(std::move(tls)), timeouts_(timeouts), lookups_(std::move(look_up))
    {
        check_server_name(tls_options_.server_name, "tls_options::server_name");
        if (!tls_options_.ca_file.empty() || !tls_options_.ca_pem.empty())
            tls_context();
    }

    struct outcome {
        error_code error{};
        std::string why{};
        std::unique_ptr<stream> connection{};
    };

    /// The end of the attempt bounds every phase as well. A stopped operation ends as `operation_aborted`.
    asio::awaitable<outcome> open(const http::origin& to, http::exchange& x, time_point end_of_attempt)
    {
        auto& op = x.operation;
        enter(phase::resolving, x, timeouts_.resolve, end_of_attempt);
        auto found = co_await lookups_.find(op, to);
        if (op.is_stopped())
            co_return aborted();
        if (found.endpoints.empty())
            co_return outcome{errc::connect_failed, "name lookup of " + to.host + ": " + found.why, {}};

        enter(phase::connecting, x, timeouts_.connect, end_of_attempt);
        const auto race = share<connect_race>(op, failures_.order(std::move(found.endpoints), op.time().now()));
        auto connected = co_await race->run();
        for (const auto& address : connected.failed)
            note_failure(op, address);
        if (op.is_stopped())
            co_return aborted();
        if (!connected.socket)
            co_return outcome{errc::connect_failed, http::host_header(to) + ": " + connected.error.message(), {}};

        error_code ignored; // only a question of speed
        connected.socket->set_option(asio::ip::tcp::no_delay(true), ignored);
        outcome opened{{}, {}, std::make_unique<stream>(std::move(*connected.socket), connected.address)};
        if (to.is_secure)
            co_await secure(opened, to, x, end_of_attempt);
        if (opened.error)
            note_failure(op, connected.address);
        co_return opened;
    }

    /// The next connection begins with another address, unless it was the caller who stopped.
    void note_failure(const operation& op, const asio::ip::tcp::endpoint& address)
    {
        if (op.reason() != stop_reason::cancelled && op.reason() != stop_reason::closed)
            failures_.add(address, op.time().now());
    }

    void shutdown() noexcept { lookups_.shutdown(); }

  private:
    static outcome aborted() { return {asio::error::operation_aborted, {}, {}}; }

    static void enter(phase p, http::exchange& x, duration limit, time_point end_of_attempt)
    {
        x.reached = p;
        x.operation.set_limit(std::min(end_of_attempt, after(x.operation.time().now(), limit)));
    }

    asio::awaitable<void> secure(outcome& opened, const http::origin& to, http::exchange& x, time_point end_of_attempt)
    {
        enter(phase::handshaking, x, timeouts_.handshake, end_of_attempt);
        auto& tls = opened.connection->start_tls(tls_context().native_handle());
        const auto& name = tls_options_.server_name.empty() ? to.host : tls_options_.server_name;
        error_code ec = errc::tls_failed;
        if (expect_server(tls.native_handle(), name))
            ec = tls.handshake().error;
        while (stream::would_block(ec) && !x.operation.is_stopped()) {
            std::tie(ec) = co_await opened.connection->ready();
            if (!ec && !x.operation.is_stopped())
                ec = tls.handshake().error;
        }
        if (!ec && !x.operation.is_stopped())
            co_return;
        if (x.operation.is_stopped())
            opened = aborted();
        else if (auto objection = certificate_objection(tls.native_handle()); !objection.empty())
            opened = {errc::certificate_rejected, name + ": " + objection, {}};
        else
            opened = {errc::tls_failed, name + ": " + ec.message(), {}};
    }

    /// Made when it is needed: reading the system's authorities takes some 50 ms.
    asio::ssl::context& tls_context()
    {
        if (!tls_)
            tls_.emplace(make_tls_context(tls_options_));
        return *tls_;
    }

    tls_options tls_options_;
    std::optional<asio::ssl::context> tls_;
    timeout_options timeouts_;
    lookups lookups_;
    failed_addresses failures_;
};

} // namespace cojob::detail

#endif
