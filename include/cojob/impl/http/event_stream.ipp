#ifndef COJOB_IMPL_HTTP_EVENT_STREAM_IPP
#define COJOB_IMPL_HTTP_EVENT_STREAM_IPP

#include <cojob/http/event_stream.hpp>

#include <charconv>
#include <chrono>
#include <utility>

namespace cojob::http {

void event_stream_parser::feed(std::string_view text)
{
    while (!text.empty() && !exceeded_) {
        if (std::exchange(skips_line_feed_, false) && text.front() == '\n') {
            text.remove_prefix(1);
            continue;
        }
        const auto end = text.find_first_of("\r\n");
        const auto part = text.substr(0, end);
        if (part.size() > max_line_ - line_.size()) {
            exceeded_ = "limits.event_line";
            return;
        }
        line_.append(part);
        if (end == std::string_view::npos)
            return;
        skips_line_feed_ = text[end] == '\r';
        text.remove_prefix(end + 1);
        take_line();
        line_.clear();
    }
}

std::optional<server_sent_event> event_stream_parser::next()
{
    if (ready_.empty())
        return std::nullopt;
    auto event = std::move(ready_.front());
    ready_.pop_front();
    return event;
}

void event_stream_parser::take_line()
{
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    std::string_view line = line_;
    if (std::exchange(is_first_line_, false) && line.starts_with(byte_order_mark))
        line.remove_prefix(byte_order_mark.size());
    if (line.empty()) {
        dispatch();
        return;
    }
    const auto colon = line.find(':');
    if (colon == 0) // a comment
        return;
    auto value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
    if (value.starts_with(' '))
        value.remove_prefix(1);
    take_field(line.substr(0, colon), value);
}

void event_stream_parser::take_field(std::string_view name, std::string_view value)
{
    if (name == "event") {
        type_ = value;
    } else if (name == "data" && value.size() >= max_event_ - data_.size()) {
        exceeded_ = "limits.event_bytes";
    } else if (name == "data") {
        data_.append(value).append(1, '\n');
    } else if (name == "id" && value.find('\0') == std::string_view::npos) {
        last_id_ = value;
    } else if (name == "retry" && value.find_first_not_of("0123456789") == std::string_view::npos) {
        unsigned milliseconds = 0; // of 49 days at most: more is nobody's meaning
        if (std::from_chars(value.data(), value.data() + value.size(), milliseconds).ec == std::errc())
            reconnection_time_ = std::chrono::milliseconds(milliseconds);
    }
}

void event_stream_parser::dispatch()
{
    auto type = std::exchange(type_, {});
    auto data = std::exchange(data_, {});
    if (data.empty())
        return;
    data.pop_back(); // the last line feed
    server_sent_event event{.data = std::move(data), .id = last_id_};
    if (!type.empty())
        event.type = std::move(type);
    ready_.push_back(std::move(event));
}

} // namespace cojob::http

#endif
