#ifndef COJOB_IMPL_JSON_CURSOR_IPP
#define COJOB_IMPL_JSON_CURSOR_IPP

#include <cojob/detail/body.hpp>
#include <cojob/detail/json_cursor.hpp>
#include <cojob/detail/text.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <charconv>

namespace cojob::detail {

std::size_t json_cursor::position() noexcept
{
    return at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size());
}

bool json_cursor::take(char expected) noexcept
{
    const auto begin = position();
    if (begin == text_.size() || text_[begin] != expected)
        return false;
    ++at_;
    return true;
}

std::optional<std::string_view> json_cursor::take_string() noexcept
{
    const auto begin = position();
    if (!take('"'))
        return std::nullopt;
    while ((at_ = text_.find_first_of("\"\\", at_)) < text_.size()) {
        if (text_[at_] == '"') {
            ++at_;
            return since(begin);
        }
        at_ += 2; // a backslash and the character that it escapes
    }
    at_ = text_.size();
    return std::nullopt;
}

std::optional<std::string_view> json_cursor::take_key() noexcept
{
    const auto key = take_string();
    return key && take(':') ? key : std::nullopt;
}

std::optional<std::string_view> json_cursor::take_container() noexcept
{
    const auto begin = at_;
    std::size_t depth = 0;
    while ((at_ = text_.find_first_of("\"[]{}", at_)) < text_.size()) {
        if (text_[at_] == '"') {
            if (!take_string())
                return std::nullopt;
            continue;
        }
        const bool opens = text_[at_] == '[' || text_[at_] == '{';
        ++at_;
        depth += opens ? 1 : 0;
        depth -= opens ? 0 : 1;
        if (depth == 0)
            return since(begin);
    }
    at_ = text_.size();
    return std::nullopt;
}

std::optional<std::string_view> json_cursor::take_value() noexcept
{
    const auto begin = position();
    if (begin == text_.size())
        return std::nullopt;
    if (text_[begin] == '"')
        return take_string();
    if (text_[begin] == '{' || text_[begin] == '[')
        return take_container();
    at_ = std::min(text_.find_first_of(",:]}\" \t\r\n", begin), text_.size());
    return at_ > begin && at_ < text_.size() ? std::optional(since(begin))
                                             : std::nullopt; // at the end of the text it may be truncated
}

std::optional<std::string> decode_json_string(std::string_view token)
{
    if (token.find('\\') == token.npos && token.size() >= 2)
        return std::string(token.substr(1, token.size() - 2));
    boost::system::error_code failed;
    const auto value = boost::json::parse({token.data(), token.size()}, failed);
    if (failed || !value.is_string())
        return std::nullopt;
    return std::string(value.get_string().data(), value.get_string().size());
}

bool is_json_integer(std::string_view token) noexcept
{
    const auto digits = token.substr(token.starts_with('-') ? 1 : 0);
    return !digits.empty() && std::all_of(digits.begin(), digits.end(), is_digit) &&
           (digits.size() == 1 || digits.front() != '0');
}

std::string find_json_id(std::string_view text, std::string_view name)
{
    std::string found;
    json_cursor at(without_byte_order_mark(text));
    for (bool goes_on = at.take('{'); goes_on; goes_on = at.take(',')) {
        const auto key = at.take_key();
        const auto value = key ? at.take_value() : std::nullopt;
        if (!value)
            break;
        if (decode_json_string(*key) != name)
            continue;
        auto id = value->starts_with('"')
                      ? decode_json_string(replace_lone_surrogates(*value).value_or(std::string(*value)))
                      : std::nullopt;
        if (is_json_integer(*value))
            id = std::string(*value);
        found = id && is_valid_utf8(*id) ? std::move(*id) : std::string();
    }
    return found;
}

/// The code unit of the `\uXXXX` at the front of the text; -1 if there is none.
inline int escaped_unit(std::string_view text) noexcept
{
    constexpr std::size_t length = 6;
    if (text.size() < length || text[0] != '\\' || text[1] != 'u')
        return -1;
    int unit = -1;
    const auto* const end = text.data() + length;
    const auto [stopped, failed] = std::from_chars(text.data() + 2, end, unit, 16);
    return failed == std::errc() && stopped == end ? unit : -1;
}

std::optional<std::string> replace_lone_surrogates(std::string_view text)
{
    const auto is_within = [](int unit, int first, int last) { return unit >= first && unit <= last; };
    std::optional<std::string> replaced;
    for (auto at = text.find('\\'); at < text.size(); at = text.find('\\', at)) {
        const auto unit = escaped_unit(text.substr(at));
        const bool is_high = is_within(unit, 0xD800, 0xDBFF), is_low = is_within(unit, 0xDC00, 0xDFFF);
        if (!is_high && !is_low) {
            at += 2;
            continue;
        }
        if (is_high && is_within(escaped_unit(text.substr(at + 6)), 0xDC00, 0xDFFF)) {
            at += 12; // a pair
            continue;
        }
        if (!replaced)
            replaced.emplace(text);
        replaced->replace(at, 6, "\\ufffd");
        at += 6;
    }
    return replaced;
}

} // namespace cojob::detail

#endif
