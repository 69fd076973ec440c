#ifndef TESTS_CONFORMANCE_WITNESS_HPP
#define TESTS_CONFORMANCE_WITNESS_HPP

#include <cojob/client.hpp>
#include <cojob/http/https_transport.hpp>
#include <cojob/http/transport.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace conformance {

/// What Prism found wrong with a request or its answer.
struct violation {
    std::string method, target;
    int status = 0;
    std::string where;   ///< `request.query.limit`, `response.body.items`, …
    std::string message; ///< Prism's words
};

/// The transport of sockets, which keeps the last answer, and everything that Prism says of the exchanges in the header
/// sl-violations. Used by one client.
class witness final : public cojob::http::transport {
  public:
    explicit witness(const cojob::client_options& options)
    {
        cojob::http::https_options o;
        o.tls = options.tls;
        o.timeouts = options.timeouts;
        o.pool = options.pool;
        o.limits = options.limits;
        inner_ = cojob::http::make_https_transport(std::move(o));
    }

    asio::awaitable<cojob::http::exchange_result> send(const cojob::http::request& request,
                                                       cojob::http::exchange& exchange) override
    {
        auto result = co_await inner_->send(request, exchange);
        ++exchanges_;
        last_ = result.response;
        if (const auto found = last_.header("sl-violations"))
            keep(request, boost::json::parse(*found));
        co_return result;
    }
    void close() noexcept override { inner_->close(); }
    void shutdown() noexcept override { inner_->shutdown(); }

    [[nodiscard]] std::size_t exchanges() const { return exchanges_; }
    [[nodiscard]] const cojob::http::response& last() const { return last_; }
    /// Those since it was asked the last time.
    [[nodiscard]] std::vector<violation> take_violations() { return std::exchange(violations_, {}); }

  private:
    void keep(const cojob::http::request& request, const boost::json::value& found)
    {
        for (const auto& one : found.as_array()) {
            violation v{request.method, request.target, last_.status, {}, {}};
            for (const auto& part : one.at("location").as_array())
                v.where += (v.where.empty() ? "" : ".") +
                           (part.is_string() ? std::string(part.get_string()) : boost::json::serialize(part));
            v.message = one.at("message").as_string();
            violations_.push_back(std::move(v));
        }
    }

    std::shared_ptr<cojob::http::transport> inner_;
    cojob::http::response last_;
    std::vector<violation> violations_;
    std::size_t exchanges_ = 0;
};

inline std::string describe(const violation& v)
{
    return v.method + " " + v.target + " " + std::to_string(v.status) + ": " + v.where + ": " + v.message;
}

} // namespace conformance

#endif
