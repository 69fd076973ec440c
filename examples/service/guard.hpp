#ifndef EXAMPLES_SERVICE_GUARD_HPP
#define EXAMPLES_SERVICE_GUARD_HPP

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace service {

using request = boost::beast::http::request<boost::beast::http::string_body>;

/// Decides which requests come from the service's own page. A program on the loopback is within reach of every web page
/// that its user visits, so the address alone protects nothing.
class guard {
  public:
    /// The origins by which browsers reach the page: `http://127.0.0.1:8080`.
    explicit guard(std::vector<std::string> origins);

    /// Those of the loopback with this port.
    [[nodiscard]] static std::vector<std::string> loopback_origins(unsigned short port);

    /// Why a request is refused; empty if it is not.
    [[nodiscard]] std::string_view refusal(const request&) const;

    /// Goes to the page with its event stream, which no other site can read, and must come back with a creation.
    /// Random, new at each start.
    [[nodiscard]] const std::string& token() const noexcept { return token_; }

  private:
    [[nodiscard]] bool is_own_host(const request&) const;
    [[nodiscard]] bool is_own_origin(std::string_view origin) const;
    [[nodiscard]] bool is_token(std::string_view text) const;

    std::vector<std::string> origins_;
    std::string token_;
};

/// Random hexadecimal digits, two for each byte.
[[nodiscard]] std::string random_hex(std::size_t bytes);

} // namespace service

#endif
