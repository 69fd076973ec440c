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

/// Names and values, in order; a name may come more than once, and its case does not matter.
using header_list = std::vector<std::pair<std::string, std::string>>;

/// The first header of that name, whatever its case. The view lives as long as the list.
[[nodiscard]] COJOB_DECL std::optional<std::string_view> find_header(const header_list&,
                                                                     std::string_view name) noexcept;

/// A request as it goes to one server.
class request {
  public:
    request() = default;

    http::origin origin;   ///< where it goes
    std::string method;    ///< upper case
    std::string target;    ///< origin form: path and query, encoded
    header_list headers;   ///< without Host, Content-Length, Authorization, Connection: those are made
    secret authorization;  ///< the whole header value, empty for none
    std::string body;      ///< as it is sent
    bool has_body = false; ///< an empty body is sent as `Content-Length: 0`
};

/// A response, whole.
struct response {
    int status = 0;        ///< of HTTP; 0: there is no response
    header_list headers{}; ///< in the order they came
    std::string body{};    ///< whole and without its transfer coding; empty where it is streamed

    /// The first header of that name, whatever its case. The view lives as long as the response.
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
