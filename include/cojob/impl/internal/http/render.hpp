#ifndef COJOB_IMPL_INTERNAL_HTTP_RENDER_HPP
#define COJOB_IMPL_INTERNAL_HTTP_RENDER_HPP

#include <cojob/http/message.hpp>
#include <cojob/impl/internal/http/header_lines.hpp>
#include <cojob/impl/internal/http/stream.hpp>
#include <cojob/secret.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace cojob::detail {

/// Serializes a request into one string, so that it takes one write, and one TLS record if it fits. `text` is empty;
/// its memory is used.
inline std::string render(const http::request& r, std::string text = {})
{
    const auto length = r.has_body ? std::to_string(r.body.size()) : std::string();
    const bool are_made = r.made_lines && r.made_lines->are_of(r.origin, r.authorization);
    const auto made = are_made ? secret() : secret(make_server_lines(r.origin, r.authorization.reveal()));
    const auto server_lines = are_made ? r.made_lines->text() : made.reveal();
    const std::string_view common = r.common ? std::string_view(r.common->text()) : std::string_view();
    constexpr std::string_view content_length = "Content-Length";
    std::size_t size = r.method.size() + 1 + r.target.size() + server_lines.size() + common.size() +
                       content_length.size() + length.size() + header_overhead + end_of_line.size() + r.body.size();
    for (const auto& [name, value] : r.headers)
        size += name.size() + value.size() + header_overhead;

    text.reserve(size); // a reallocation would leave a copy of the key
    text.append(r.method).append(1, ' ').append(r.target).append(server_lines).append(common);
    for (const auto& [name, value] : r.headers)
        append_header(text, name, value);
    if (r.has_body)
        append_header(text, content_length, length);
    text.append(end_of_line).append(r.body);
    return text;
}

/// A serialized request that is being written, in memory that the connection keeps. It is wiped as soon as it is
/// written, or by the destructor, because it contains the key.
class outgoing {
  public:
    outgoing(const http::request& r, stream& connection) : text_(render(r, connection.take_spare_text())) {}
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
        wipe(text_);
        connection.keep_spare_text(std::move(text_));
        return {};
    }

    [[nodiscard]] std::size_t gone() const noexcept { return gone_; }

  private:
    std::string text_;
    std::size_t gone_ = 0;
};

} // namespace cojob::detail

#endif
