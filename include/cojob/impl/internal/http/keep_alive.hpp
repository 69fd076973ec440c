#ifndef COJOB_IMPL_INTERNAL_HTTP_KEEP_ALIVE_HPP
#define COJOB_IMPL_INTERNAL_HTTP_KEEP_ALIVE_HPP

#include <cojob/clock.hpp>
#include <cojob/detail/ascii.hpp>
#include <cojob/http/message.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace cojob::detail {

/// How long a server keeps a connection open, as its `Keep-Alive: timeout=5, max=100` announces (RFC 2068, 19.7.1.1;
/// Node, Apache and Tomcat send it). The client gives a connection up one second earlier: a request that crosses the
/// server's close may or may not have been processed.
class keep_alive {
  public:
    /// Updates the terms from the headers of a response that was received at `now`. A response without `Keep-Alive`
    /// leaves the earlier terms in force.
    void heard(const http::header_list& headers, time_point now)
    {
        heard_at_ = now;
        if (requests_left_ && *requests_left_ != 0)
            --*requests_left_;
        for (const auto& [name, value] : headers)
            if (equal_ignoring_case(name, "Keep-Alive"))
                take(value);
    }

    /// Sets when the client gives the connection up, whatever the server announces.
    void end_at(time_point when) noexcept { end_ = when; }

    /// When the last response was received; empty before the first one.
    [[nodiscard]] std::optional<time_point> heard_at() const noexcept { return heard_at_; }

    /// Until when the connection may be reused. This is the time of the last response if it may not be reused at all.
    [[nodiscard]] time_point until() const
    {
        if (!heard_at_)
            return end_;
        if (requests_left_ == 0U)
            return *heard_at_;
        return timeout_ ? std::min(end_, after(*heard_at_, std::max(*timeout_ - margin, duration::zero()))) : end_;
    }

  private:
    static constexpr duration margin = std::chrono::seconds(1);
    static constexpr std::uint64_t most = 1'000'000'000; // larger numbers are clamped

    void take(std::string_view parameters)
    {
        while (!parameters.empty()) {
            const auto end = std::min(parameters.find_first_of(",;"), parameters.size());
            take_one(parameters.substr(0, end));
            parameters.remove_prefix(std::min(end + 1, parameters.size()));
        }
    }

    void take_one(std::string_view parameter)
    {
        const auto equals = std::min(parameter.find('='), parameter.size());
        const auto name = trim(parameter.substr(0, equals));
        const auto number = to_number(trim(parameter.substr(std::min(equals + 1, parameter.size()))));
        if (number && equal_ignoring_case(name, "timeout"))
            timeout_ = std::chrono::seconds(*number); // the last one wins
        else if (number && equal_ignoring_case(name, "max"))
            requests_left_ = number;
    }

    /// Parses digits, which may be quoted. A fraction is cut off.
    static std::optional<std::uint64_t> to_number(std::string_view text)
    {
        if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
            text = text.substr(1, text.size() - 2);
        constexpr std::string_view digits = "0123456789";
        const auto point = std::min(text.find('.'), text.size());
        const auto whole = text.substr(0, point), rest = text.substr(std::min(point + 1, text.size()));
        if (whole.empty() || whole.find_first_not_of(digits) != whole.npos ||
            rest.find_first_not_of(digits) != rest.npos)
            return std::nullopt;
        std::uint64_t number = 0;
        for (const char c : whole)
            number = std::min(number * 10 + static_cast<std::uint64_t>(c - '0'), most);
        return number;
    }

    time_point end_ = time_point::max();
    std::optional<time_point> heard_at_;
    std::optional<duration> timeout_;
    std::optional<std::uint64_t> requests_left_; // after the last answer
};

} // namespace cojob::detail

#endif
