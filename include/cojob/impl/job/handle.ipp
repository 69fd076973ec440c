#ifndef COJOB_IMPL_JOB_HANDLE_IPP
#define COJOB_IMPL_JOB_HANDLE_IPP

#include <cojob/detail/ascii.hpp>
#include <cojob/detail/body.hpp>
#include <cojob/detail/rfc3339.hpp>
#include <cojob/detail/text.hpp>
#include <cojob/error.hpp>
#include <cojob/http/url.hpp>
#include <cojob/job/handle.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

// The text of a handle, version 1: words with spaces between them, the last of which shows that nothing is missing.
//
//     cojob-job/1 api=… scope=… id=… created=… messaged=… end
//
// Texts are encoded as path segments are; times are RFC 3339 and may be absent. The members may be in any order. Every
// version begins with `cojob-job/`, its number and a space.

namespace cojob {

namespace detail {

inline constexpr std::string_view handle_magic = "cojob-job/";
inline constexpr std::string_view handle_end = " end"; // or a time that was cut in its decimals would be another time
inline constexpr std::size_t longest_handle = 8192; // an id of 1 KiB is 3 KiB when encoded, and a scope has a URL in it

[[noreturn]] inline void refuse_handle(std::string_view why)
{
    throw_invalid_argument("job handle", why);
}

/// The name is always one of ours, never what the text has.
[[noreturn]] inline void refuse_handle(std::string_view member, std::string_view why)
{
    refuse_handle(std::string(member).append(": ").append(why));
}

inline void check_handle_id(std::string_view id)
{
    check_segment(id, "job handle: id");
}

/// What is asked of a handle both when it is written and when it is read.
inline void check_handle_members(const job_handle& handle)
{
    if (handle.api.empty())
        refuse_handle("api", "is missing");
    if (handle.scope.empty())
        refuse_handle("scope", "is missing");
    if (handle.id.empty())
        refuse_handle("id", "is missing");
    check_handle_id(handle.id);
}

inline void check_handle_length(std::string_view text)
{
    if (text.size() > longest_handle)
        refuse_handle("is longer than 8 KiB");
}

[[nodiscard]] inline std::string_view trim_line(std::string_view text) noexcept
{
    constexpr std::string_view ignored = " \t\r\n";
    text.remove_prefix(std::min(text.find_first_not_of(ignored), text.size()));
    return text.substr(0, text.find_last_not_of(ignored) + 1);
}

/// Takes what is before the next space, and the space, off the front of the text.
[[nodiscard]] inline std::string_view take_word(std::string_view& text) noexcept
{
    const auto word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    return word;
}

/// The first word. It is judged before anything else is: a newer version may have other rules.
inline void check_handle_version(std::string_view word)
{
    if (word.empty())
        refuse_handle("is empty");
    if (!take(word, handle_magic))
        refuse_handle("does not begin with cojob-job/");
    constexpr std::size_t longest = 9; // it is repeated in the message, and what is longer is no version
    if (word.empty() || word.size() > longest || word.front() == '0' ||
        !std::all_of(word.begin(), word.end(), is_digit))
        refuse_handle("the version is not a number");
    if (word != "1")
        refuse_handle(std::string("version ").append(word).append(" is newer than this library understands"));
}

inline void check_handle_line(std::string_view text)
{
    check_handle_version(text.substr(0, text.find(' ')));
    check_handle_length(text);
    if (std::any_of(text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }))
        refuse_handle("is not one line of printable ASCII");
    if (!text.ends_with(handle_end))
        refuse_handle("is cut off: it does not end with the word end");
}

/// The counterpart of `http::encode_segment`. A bad escape becomes some byte: the caller compares.
[[nodiscard]] inline std::string decode_handle_text(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        if (!take(text, '%')) {
            out += text.front();
            text.remove_prefix(1);
            continue;
        }
        unsigned char byte = 0;
        const auto digits = text.substr(0, 2);
        std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
        out += static_cast<char>(byte);
        text.remove_prefix(digits.size());
    }
    return out;
}

inline void read_handle_text(std::string& member, std::string_view name, std::string_view value)
{
    if (!member.empty())
        refuse_handle(name, "occurs twice");
    if (value.empty())
        refuse_handle(name, "is empty");
    member = decode_handle_text(value);
    if (http::encode_segment(member) != value) // also catches the value that has run into the next word
        refuse_handle(name, "is not percent-encoded correctly");
}

inline void read_handle_time(std::optional<timestamp>& member, std::string_view name, std::string_view value)
{
    if (member)
        refuse_handle(name, "occurs twice");
    member = parse_rfc3339(value);
    if (!member)
        refuse_handle(name, "is not an RFC 3339 time");
}

/// An unknown member is refused: what a later library adds to tell ends apart makes a new version.
inline void read_handle_member(job_handle& handle, std::string_view word)
{
    const auto name = word.substr(0, word.find('='));
    if (name.size() == word.size())
        refuse_handle("has a word that is not name=value");
    const auto value = word.substr(name.size() + 1);
    if (name == "api")
        read_handle_text(handle.api, "api", value);
    else if (name == "scope")
        read_handle_text(handle.scope, "scope", value);
    else if (name == "id")
        read_handle_text(handle.id, "id", value);
    else if (name == "created")
        read_handle_time(handle.created_at, "created", value);
    else if (name == "messaged")
        read_handle_time(handle.messaged_at, "messaged", value);
    else
        refuse_handle("has an unknown member");
}

void check_handle(const job_handle& handle, std::string_view api, std::string_view scope)
{
    if (handle.api != api)
        refuse_handle("belongs to another API");
    if (handle.scope != scope)
        refuse_handle("belongs to another server or project");
    check_handle_id(handle.id);
}

} // namespace detail

std::string to_string(const job_handle& handle)
{
    detail::check_handle_members(handle);
    std::string text(detail::handle_magic);
    text.append("1 api=").append(http::encode_segment(handle.api));
    text.append(" scope=").append(http::encode_segment(handle.scope));
    text.append(" id=").append(http::encode_segment(handle.id));
    if (handle.created_at)
        text.append(" created=").append(detail::format_rfc3339(*handle.created_at));
    if (handle.messaged_at)
        text.append(" messaged=").append(detail::format_rfc3339(*handle.messaged_at));
    text.append(detail::handle_end);
    detail::check_handle_length(text);
    return text;
}

job_handle parse_job_handle(std::string_view text)
{
    text = detail::trim_line(text);
    detail::check_handle_line(text);
    text.remove_suffix(detail::handle_end.size());
    text.remove_prefix(std::min(text.find(' '), text.size())); // the version
    job_handle handle;
    while (!text.empty())
        if (const auto word = detail::take_word(text); !word.empty())
            detail::read_handle_member(handle, word);
    detail::check_handle_members(handle);
    return handle;
}

} // namespace cojob

#endif
