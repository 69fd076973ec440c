#ifndef COJOB_HTTP_EVENT_STREAM_HPP
#define COJOB_HTTP_EVENT_STREAM_HPP

#include <cojob/clock.hpp>
#include <cojob/detail/config.hpp>
#include <cojob/http/options.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace cojob::http {

/// One event of a `text/event-stream`. The texts are the server's bytes, unvalidated.
/// Source: https://html.spec.whatwg.org/multipage/server-sent-events.html
struct server_sent_event {
    std::string type = "message"; ///< the `event` field
    std::string data{};           ///< the `data` fields, joined with line feeds
    std::string id{};             ///< the stream's last `id` field so far; empty: none

    /// Whether all three texts are equal.
    friend bool operator==(const server_sent_event&, const server_sent_event&) = default;
};

/// Parses a `text/event-stream` incrementally, from chunks of any size. No I/O.
class event_stream_parser {
  public:
    /// Creates a parser for a new stream. Uses two of the limits: `event_line` for lines that are not data, and
    /// `event_bytes` for the data of an event, in one line or many.
    explicit event_stream_parser(const limit_options& limits)
        : max_line_(limits.event_line), max_event_(limits.event_bytes)
    {
    }

    /// Appends received bytes.
    COJOB_DECL void feed(std::string_view);

    /// Returns the next complete event, or an empty optional. Parses lazily, so the parser stores the bytes and at most
    /// one event. An event that is incomplete when the stream ends is dropped. Once a limit is exceeded, returns no
    /// more events.
    [[nodiscard]] COJOB_DECL std::optional<server_sent_event> next();

    /// The name of the exceeded limit; null: none.
    [[nodiscard]] const char* exceeded() const noexcept { return exceeded_; }

    /// The server's reconnection delay: its last `retry` field.
    [[nodiscard]] std::optional<duration> reconnection_time() const noexcept { return reconnection_time_; }

  private:
    [[nodiscard]] COJOB_DECL std::string_view line_without_mark() const noexcept;
    [[nodiscard]] COJOB_DECL bool is_line_too_long();
    COJOB_DECL std::optional<server_sent_event> take_line();
    COJOB_DECL void take_field(std::string_view name, std::string_view value);
    COJOB_DECL std::optional<server_sent_event> dispatch();

    std::size_t max_line_, max_event_;
    std::string input_;
    std::size_t taken_ = 0; // bytes of the input that were consumed
    std::string line_;      // the current line, possibly incomplete
    std::string type_, data_, last_id_;
    std::optional<duration> reconnection_time_;
    const char* exceeded_ = nullptr;
    bool is_first_line_ = true;
    bool skips_line_feed_ = false; // after a carriage return
};

} // namespace cojob::http

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/http/event_stream.ipp>
#endif

#endif
