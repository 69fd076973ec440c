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

using header_list = std::vector<std::pair<std::string, std::string>>;

/// The first header of that name, whatever its case.
[[nodiscard]] COJOB_DECL std::optional<std::string_view> find_header(const header_list&,
                                                                     std::string_view name) noexcept;

/// A request as it goes to one server.
class request {
  public:
    request() = default;

    http::origin origin;
    std::string method;
    std::string target;   ///< origin form: path and query, encoded
    header_list headers;  ///< without Host, Content-Length, Authorization, Connection: those are made
    secret authorization; ///< the whole header value, empty for none
    std::string body;
    bool has_body = false; ///< an empty body is sent as `Content-Length: 0`
};

/// A response, whole.
struct response {
    int status = 0;
    header_list headers{};
    std::string body{};

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
