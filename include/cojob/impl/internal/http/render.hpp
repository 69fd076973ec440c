#ifndef COJOB_IMPL_INTERNAL_HTTP_RENDER_HPP
#define COJOB_IMPL_INTERNAL_HTTP_RENDER_HPP

#include <cojob/http/message.hpp>
#include <cojob/impl/internal/http/stream.hpp>
#include <cojob/secret.hpp>

#include <string>
#include <utility>

namespace cojob::detail {

/// Serializes a request into one string, so that it takes one write, and one TLS record if it fits.
inline std::string render(const http::request& r)
{
    const auto length = r.has_body ? std::to_string(r.body.size()) : std::string();
    const auto host = http::host_header(r.origin);
    std::size_t size =
        r.method.size() + r.target.size() + host.size() + r.authorization.reveal().size() + r.body.size() + 96;
    for (const auto& [name, value] : r.headers)
        size += name.size() + value.size() + 4;

    std::string text;
    text.reserve(size);                                            // a reallocation would leave a copy of the key
    constexpr std::string_view colon = ": ", end_of_line = "\r\n"; // append() would measure a literal each time
    const auto line = [&](std::string_view name, std::string_view value) {
        text.append(name).append(colon).append(value).append(end_of_line);
    };
    text.append(r.method).append(1, ' ').append(r.target).append(" HTTP/1.1\r\n");
    line("Host", host);
    if (!r.authorization.empty())
        line("Authorization", r.authorization.reveal());
    for (const auto& [name, value] : r.headers)
        line(name, value);
    if (r.has_body)
        line("Content-Length", length);
    text.append(end_of_line).append(r.body);
    return text;
}

/// A serialized request that is being written. The destructor wipes it, because it contains the key.
class outgoing {
  public:
    explicit outgoing(const http::request& r) : text_(render(r)) {}
    outgoing(const outgoing&) = delete;
    outgoing& operator=(const outgoing&) = delete;
    ~outgoing() { wipe(text_); }

    /// Writes as much as possible without blocking. Returns no error once the whole request is written.
    error_code go(stream& connection)
    {
        while (gone_ != text_.size()) {
            const auto wrote = connection.write_some(asio::buffer(text_) + gone_);
            gone_ += wrote.bytes;
            if (wrote.error)
                return wrote.error;
        }
        return {};
    }

    [[nodiscard]] std::size_t gone() const noexcept { return gone_; }

  private:
    std::string text_;
    std::size_t gone_ = 0;
};

} // namespace cojob::detail

#endif
