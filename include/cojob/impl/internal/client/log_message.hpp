#ifndef COJOB_IMPL_INTERNAL_CLIENT_LOG_MESSAGE_HPP
#define COJOB_IMPL_INTERNAL_CLIENT_LOG_MESSAGE_HPP

#include <cojob/detail/ascii.hpp>
#include <cojob/detail/body.hpp>
#include <cojob/detail/text.hpp>
#include <cojob/error.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace cojob::detail {

/// External text as one word of a line: shortened, escaped, and quoted if it contains a separator.
inline std::string one_word(std::string_view text, std::string_view separators)
{
    constexpr std::size_t most = 256; // longer than any id, short enough for a readable line
    constexpr std::string_view cut_mark = "...";
    auto word = std::string(text.size() > most ? cut_at_character(text, most - cut_mark.size()) : text);
    if (text.size() > most)
        word += cut_mark;
    std::string quoted;
    for (const char c : word)
        quoted.append(c == '"' || c == '\\' ? "\\" : "").append(1, c);
    quoted = escape_control(quoted);
    const auto is_plain = !word.empty() && quoted == word && word.find_first_of(separators) == word.npos;
    return is_plain ? word : '"' + quoted + '"';
}

/// Whether part of a query is a single name or value. A server may accept other separators than `&`.
inline bool is_plain_member(std::string_view text)
{
    return std::all_of(text.begin(), text.end(), [](char c) {
        return is_alpha(c) || is_digit(c) || std::string_view("-._~%+,:").find(c) != std::string_view::npos;
    });
}

/// Whether the value of this query parameter may be logged.
inline bool is_public_member(std::string_view name)
{
    constexpr std::array<std::string_view, 6> names{"status", "limit", "offset", "skip", "take", "page"};
    return std::find(names.begin(), names.end(), name) != names.end();
}

/// A path with its query, in which names and values that may be secret are replaced by `***`.
inline std::string redact_query(std::string_view path)
{
    constexpr std::string_view hidden = "***";
    std::string shown(without_query(path));
    path.remove_prefix(shown.size());
    while (!path.empty()) {
        shown += path.front(); // ? or &
        path.remove_prefix(1);
        const auto member = path.substr(0, path.find('&'));
        path.remove_prefix(member.size());
        const auto name = member.substr(0, member.find('='));
        if (name.size() == member.size()) {
            shown += member.empty() ? "" : hidden;
            continue;
        }
        const auto value = member.substr(name.size() + 1);
        shown.append(is_plain_member(name) ? name : hidden).append("=");
        shown += is_public_member(name) && is_plain_member(value) ? value : hidden;
    }
    return shown;
}

/// The text of a log line, without level and line break.
class log_message {
  public:
    /// \param own text of this library, which needs no escaping
    explicit log_message(std::string_view own) : text_(own) {}

    log_message(std::string_view method, std::string_view path, std::string_view own)
        : text_(one_word(method, " ") + ' ' + one_word(redact_query(path), " ") + ' ')
    {
        text_ += own;
    }

    log_message& with(std::string_view key, std::string_view value)
    {
        text_.append(" ").append(key).append("=").append(one_word(value, " ="));
        return *this;
    }

    log_message& with(std::string_view key, std::size_t value) { return with(key, std::to_string(value)); }

    /// An id may be a URL that the server chose, whose query may be a signature.
    log_message& with_job(std::string_view id, std::string_view api)
    {
        return with("job", without_query(id)).with("api", api);
    }

    log_message& with(error_code failure) { return failure ? with("error", failure.message()) : *this; }

    [[nodiscard]] const std::string& text() const noexcept { return text_; }

  private:
    std::string text_;
};

} // namespace cojob::detail

#endif
