#ifndef COJOB_TESTING_SCRIPTED_TRANSPORT_HPP
#define COJOB_TESTING_SCRIPTED_TRANSPORT_HPP

#include <cojob/http/transport.hpp>

#include <functional>
#include <vector>

namespace cojob::testing {

/// What a scripted transport does with one request.
class scripted_reply {
  public:
    scripted_reply() = default;
    /// An answer.
    scripted_reply(int status, std::string body, http::header_list headers = {})
        : result{{}, {}, {status, std::move(headers), std::move(body)}, {}}
    {
    }
    /// A failure in a phase; at `sending` and later the request counts as committed.
    scripted_reply(errc failure, phase last) : result{failure, {}, {}, {}}, reached(last) {}

    http::exchange_result result; ///< the answer, or a failure
    phase reached = phase::done;  ///< how far the exchange comes; at `sending` and later the request is committed
    duration delay{};             ///< before the answer; `no_timeout`: never
    duration commit_after{};      ///< of the delay, how much passes before the request counts as committed
    /// Set: asked for the answer when the request arrives, which is when it counts as committed.
    std::function<http::response()> on_arrival;
};

/// A transport without sockets: a function answers every request, after as much (virtual) time as it says. Thread
/// safety as for any transport: used by one client, on its strand.
class BOOST_SYMBOL_VISIBLE scripted_transport final : public http::transport {
  public:
    /// What decides about each request, by its method, target and body.
    using script_type = std::function<scripted_reply(const http::request&)>;

    /// A transport that asks this function, on the client's strand.
    explicit scripted_transport(script_type script) : script_(std::move(script)) {}

    /// Asks the script, waits as it says on the client's clock, and returns its result. A request that must not be
    /// sent when it is about to be committed (`exchange::commit`) comes again, and the script is asked again.
    COJOB_DECL asio::awaitable<http::exchange_result> send(const http::request&, http::exchange&) override;
    /// Nothing: there is no connection.
    void close() noexcept override {}
    /// Nothing: there is no connection.
    void shutdown() noexcept override {}

    /// Every request that came, in order; twice where it came again.
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
