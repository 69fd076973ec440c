#ifndef COJOB_IMPL_HTTP_EVENT_STREAM_IPP
#define COJOB_IMPL_HTTP_EVENT_STREAM_IPP

#include <cojob/detail/body.hpp>
#include <cojob/http/event_stream.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>

namespace cojob::http {

void event_stream_parser::feed(std::string_view text)
{
    input_.erase(0, std::exchange(taken_, 0));
    input_.append(text);
}

std::optional<server_sent_event> event_stream_parser::next()
{
    while (taken_ < input_.size() && !exceeded_) {
        const auto rest = std::string_view(input_).substr(taken_);
        if (std::exchange(skips_line_feed_, false) && rest.front() == '\n') {
            ++taken_;
            continue;
        }
        const auto end = rest.find_first_of("\r\n");
        const auto part = rest.substr(0, end);
        line_.append(part);
        taken_ += part.size();
        if (is_line_too_long())
            break;
        if (end == std::string_view::npos)
            break;
        skips_line_feed_ = rest[end] == '\r';
        ++taken_;
        auto event = take_line();
        line_.clear();
        if (event)
            return event;
    }
    return std::nullopt;
}

/// The part of the line that has been received. A stream may begin with a byte order mark.
std::string_view event_stream_parser::line_without_mark() const noexcept
{
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    std::string_view line = line_;
    if (is_first_line_ && line.starts_with(byte_order_mark))
        line.remove_prefix(byte_order_mark.size());
    return line;
}

/// A data line may be as long as an event, whatever the limit of other lines: servers usually send an event as one data
/// line.
bool event_stream_parser::is_line_too_long()
{
    constexpr std::string_view data = "data: ";
    const auto line = line_without_mark();
    const auto is_data = line.substr(0, data.size() - 1) == data.substr(0, std::min(line.size(), data.size() - 1));
    if (is_data ? line.size() > data.size() && line.size() - data.size() > max_event_ : line.size() > max_line_)
        exceeded_ = is_data ? "limits.event_bytes" : "limits.event_line";
    return exceeded_ != nullptr;
}

std::optional<server_sent_event> event_stream_parser::take_line()
{
    const auto line = line_without_mark();
    is_first_line_ = false;
    if (line.empty())
        return dispatch();
    const auto colon = line.find(':');
    if (colon == 0) // a comment
        return std::nullopt;
    auto value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
    if (value.starts_with(' '))
        value.remove_prefix(1);
    take_field(line.substr(0, colon), value);
    return std::nullopt;
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
        unsigned milliseconds = 0; // no server means more than the 49 days that this holds
        if (std::from_chars(value.data(), value.data() + value.size(), milliseconds).ec == std::errc())
            reconnection_time_ = std::chrono::milliseconds(milliseconds);
    }
}

std::optional<server_sent_event> event_stream_parser::dispatch()
{
    auto type = std::exchange(type_, {});
    auto data = std::exchange(data_, {});
    if (data.empty())
        return std::nullopt;
    data.pop_back(); // the last line feed
    server_sent_event event{.data = std::move(data), .id = last_id_};
    if (!type.empty())
        event.type = std::move(type);
    return event;
}

} // namespace cojob::http

#endif
