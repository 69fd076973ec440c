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

/// One event of a `text/event-stream`. The texts are the server's bytes, whatever they are.
/// Source: https://html.spec.whatwg.org/multipage/server-sent-events.html
struct server_sent_event {
    std::string type = "message"; ///< the `event` field
    std::string data{};           ///< the `data` fields, joined with line feeds
    std::string id{};             ///< the last `id` field of the stream up to here; empty when there was none

    /// Whether all three texts are equal.
    friend bool operator==(const server_sent_event&, const server_sent_event&) = default;
};

/// Finds the events in the bytes of a `text/event-stream`, whatever pieces they come in. No I/O.
class event_stream_parser {
  public:
    /// A parser at the beginning of a stream. Of the limits, `event_line` and `event_bytes` count: the first for
    /// lines that are no data, the second for the data of an event, be it one line or many.
    explicit event_stream_parser(const limit_options& limits)
        : max_line_(limits.event_line), max_event_(limits.event_bytes)
    {
    }

    /// Takes the next bytes, as many as have come.
    COJOB_DECL void feed(std::string_view);

    /// The next event that is complete in what was taken. It is parsed now: what is held is the bytes and one event.
    /// What is incomplete when the stream ends is not an event. After something over a limit there is nothing any more.
    [[nodiscard]] COJOB_DECL std::optional<server_sent_event> next();

    /// The name of the limit that the stream is over; null when it is over none.
    [[nodiscard]] const char* exceeded() const noexcept { return exceeded_; }

    /// How long the server wants a client to wait before it connects anew: its last `retry` field.
    [[nodiscard]] std::optional<duration> reconnection_time() const noexcept { return reconnection_time_; }

  private:
    [[nodiscard]] COJOB_DECL std::string_view line_without_mark() const noexcept;
    [[nodiscard]] COJOB_DECL bool is_line_too_long();
    COJOB_DECL std::optional<server_sent_event> take_line();
    COJOB_DECL void take_field(std::string_view name, std::string_view value);
    COJOB_DECL std::optional<server_sent_event> dispatch();

    std::size_t max_line_, max_event_;
    std::string input_;
    std::size_t taken_ = 0; // of the input
    std::string line_;      // as far as it has come
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
