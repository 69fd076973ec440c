#ifndef EXAMPLES_SERVICE_ROUTES_HPP
#define EXAMPLES_SERVICE_ROUTES_HPP

#include "board.hpp"
#include "guard.hpp"
#include "job_desk.hpp"
#include "metrics.hpp"
#include "settings.hpp"

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/string_body.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace service {

using response = boost::beast::http::response<boost::beast::http::string_body>;
using boost::beast::http::status;

/// Which request gets which response. Plain functions: what they decide needs no connection.
class routes {
  public:
    routes(const guard&, job_desk&, const board&, const std::shared_ptr<cojob::quota>&, counters&, const bounds&);

    /// The response; empty for the event stream, which the connection has to send.
    [[nodiscard]] std::optional<response> answer(const request&);

    /// A response with the headers that all have. The text is JSON or plain, as the type says.
    [[nodiscard]] response make(status, std::string_view type, std::string body) const;
    /// A response that says what is wrong, as JSON.
    [[nodiscard]] response refuse(status, std::string_view why) const;

  private:
    [[nodiscard]] std::optional<response> get(const request&);
    [[nodiscard]] response create(const request&);
    [[nodiscard]] std::string metrics() const;

    const guard& guard_;
    job_desk& desk_;
    const board& board_;
    std::shared_ptr<cojob::quota> quota_;
    counters& count_;
    bounds most_;
};

} // namespace service

#endif
