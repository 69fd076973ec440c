#ifndef COJOB_TESTING_SCRIPTED_TRANSPORT_HPP
#define COJOB_TESTING_SCRIPTED_TRANSPORT_HPP

#include <cojob/http/transport.hpp>

#include <functional>
#include <vector>

namespace cojob::testing {

/// The reply of a scripted transport to one request.
class scripted_reply {
  public:
    scripted_reply() = default;
    /// A response.
    scripted_reply(int status, std::string body, http::header_list headers = {})
        : result{{}, {}, {status, std::move(headers), std::move(body)}, {}}
    {
    }
    /// A failure in a phase. From `sending` on, the request counts as sent.
    scripted_reply(errc failure, phase last) : result{failure, {}, {}, {}}, reached(last) {}

    http::exchange_result result; ///< the response, or a failure
    phase reached = phase::done;  ///< the last phase of the exchange; from `sending` on, the request counts as sent
    duration delay{};             ///< delay of the reply; `no_timeout`: no reply
    duration commit_after{};      ///< the part of `delay` before the request counts as sent
    /// If set, called for the response when the request arrives, at which time it counts as sent.
    std::function<http::response()> on_arrival;
};

/// A transport without sockets: a function answers each request, after a delay in (virtual) time. Thread safety: as for
/// any transport, one client uses it, on its strand.
class BOOST_SYMBOL_VISIBLE scripted_transport final : public http::transport {
  public:
    /// Type of the function that answers requests, by their method, target and body.
    using script_type = std::function<scripted_reply(const http::request&)>;

    /// Creates a transport that calls this function, on the client's strand.
    explicit scripted_transport(script_type script) : script_(std::move(script)) {}

    /// Calls the script, waits for the reply's delay on the client's clock, and returns the result. If the request may
    /// not be sent at its commit (`exchange::commit`), the client sends it again later, and the script is called again.
    COJOB_DECL asio::awaitable<http::exchange_result> send(const http::request&, http::exchange&) override;
    [[nodiscard]] bool binds_steps() const noexcept override { return true; }
    /// Does nothing: there are no connections.
    void close() noexcept override {}
    /// Does nothing: there are no connections.
    void shutdown() noexcept override {}

    /// All requests, in order; one that was sent again occurs twice.
    [[nodiscard]] const std::vector<http::request>& requests() const noexcept { return requests_; }

  private:
    script_type script_;
    std::vector<http::request> requests_;
};

} // namespace cojob::testing

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/testing/scripted_transport.ipp>
#endif

#endif
