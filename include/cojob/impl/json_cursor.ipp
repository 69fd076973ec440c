#ifndef COJOB_IMPL_JSON_CURSOR_IPP
#define COJOB_IMPL_JSON_CURSOR_IPP

#include <cojob/detail/body.hpp>
#include <cojob/detail/json_cursor.hpp>
#include <cojob/detail/text.hpp>

#include <algorithm>

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

} // namespace cojob::detail

#endif
