#ifndef COJOB_HTTP_MESSAGE_HPP
#define COJOB_HTTP_MESSAGE_HPP

#include <cojob/http/url.hpp>
#include <cojob/secret.hpp>

#include <memory>
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

/// Headers that all requests of a client have in common, also as text, which is made once.
class common_headers {
  public:
    /// Takes the headers.
    COJOB_DECL explicit common_headers(header_list);

    /// The headers.
    [[nodiscard]] const header_list& list() const noexcept { return list_; }
    /// The headers as they are sent, each with its line break.
    [[nodiscard]] const std::string& text() const noexcept { return text_; }

  private:
    header_list list_;
    std::string text_;
};

/// What follows the target in every request to one server with one key: the end of the request line, `Host` and
/// `Authorization`. Made once.
class server_lines {
  public:
    /// `authorization` is the value of the header; empty: none.
    COJOB_DECL server_lines(http::origin server, secret authorization);

    /// Whether these are the lines of requests to this server with this value.
    [[nodiscard]] bool are_of(const http::origin& server, const secret& authorization) const noexcept
    {
        return server == server_ && authorization == authorization_;
    }
    /// The lines as they are sent.
    [[nodiscard]] std::string_view text() const noexcept { return text_.reveal(); }

  private:
    http::origin server_;
    secret authorization_, text_;
};

/// A request to one server.
class request {
  public:
    request() = default;

    http::origin origin; ///< the server
    std::string method;  ///< upper case
    std::string target;  ///< path and query, encoded (origin form)
    header_list headers; ///< without Host, Content-Length, Authorization and Connection, which the transport adds
    std::shared_ptr<const common_headers> common; ///< further headers, none of which is in `headers`; null: none
    secret authorization;                         ///< the value of the Authorization header; empty: none
    std::shared_ptr<const http::server_lines> made_lines; ///< used if they are of `origin` and `authorization`
    std::string body;                                     ///< the body
    bool has_body = false; ///< whether there is a body; an empty one is sent as `Content-Length: 0`

    /// Returns the value of the first header with this name, ignoring case, in `headers` or in `common`. The view is
    /// valid as long as the request.
    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const noexcept
    {
        const auto own = find_header(headers, name);
        return own || !common ? own : find_header(common->list(), name);
    }
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
