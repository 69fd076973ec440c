#ifndef COJOB_HTTP_MESSAGE_HPP
#define COJOB_HTTP_MESSAGE_HPP

#include <cojob/http/url.hpp>
#include <cojob/secret.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cojob::http {

/// Names and values, in order. A name may occur more than once; its case is ignored.
using header_list = std::vector<std::pair<std::string, std::string>>;

/// Returns the value of the first header with this name, ignoring case. The view is valid as long as the list.
[[nodiscard]] COJOB_DECL std::optional<std::string_view> find_header(const header_list&,
                                                                     std::string_view name) noexcept;

/// A request to one server.
class request {
  public:
    request() = default;

    http::origin origin;   ///< the server
    std::string method;    ///< upper case
    std::string target;    ///< path and query, encoded (origin form)
    header_list headers;   ///< without Host, Content-Length, Authorization and Connection, which the transport adds
    secret authorization;  ///< the value of the Authorization header; empty: none
    std::string body;      ///< the body
    bool has_body = false; ///< whether there is a body; an empty one is sent as `Content-Length: 0`
};

/// A complete response.
struct response {
    int status = 0;        ///< HTTP status; 0: no response
    header_list headers{}; ///< in the order of arrival
    std::string body{};    ///< the complete body without transfer coding; empty if it is streamed

    /// Returns the value of the first header with this name, ignoring case. The view is valid as long as the response.
    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const noexcept
    {
        return find_header(headers, name);
    }
};

} // namespace cojob::http

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/http/message.ipp>
#endif

#endif
