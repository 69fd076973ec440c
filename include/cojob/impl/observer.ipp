#ifndef COJOB_IMPL_OBSERVER_IPP
#define COJOB_IMPL_OBSERVER_IPP

#include <cojob/detail/ascii.hpp>
#include <cojob/detail/body.hpp>
#include <cojob/detail/share.hpp>
#include <cojob/detail/text.hpp>
#include <cojob/impl/internal/in_units.hpp>
#include <cojob/observer.hpp>

#include <boost/system/errc.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <ios>
#include <memory>
#include <mutex>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

namespace cojob {

namespace detail {

/// A text from outside as one word: short, escaped, and in quotes where it could be taken for more than one.
inline std::string one_word(std::string_view text, std::string_view separators)
{
    constexpr std::size_t most = 256; // above any id, and a line stays one that can be read
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

/// Whether a part of a query is one thing: a server may separate members by more than `&`.
inline bool is_plain_member(std::string_view text)
{
    return std::all_of(text.begin(), text.end(), [](char c) {
        return is_alpha(c) || is_digit(c) || std::string_view("-._~%+,:").find(c) != std::string_view::npos;
    });
}

/// Whether the value of a query's member may be shown.
inline bool is_public_member(std::string_view name)
{
    constexpr std::array<std::string_view, 6> names{"status", "limit", "offset", "skip", "take", "page"};
    return std::find(names.begin(), names.end(), name) != names.end();
}

/// A path with its query, where what may be secret has become `***`.
inline std::string redact_query(std::string_view path)
{
    constexpr std::string_view hidden = "***";
    std::string shown(path.substr(0, path.find('?')));
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

inline std::string from_now(duration wait)
{
    return wait < std::chrono::milliseconds(1) ? "now" : "in " + in_units(wait);
}

/// What a line says, without level and line break.
class log_words {
  public:
    /// \param own this library's words
    explicit log_words(std::string_view own) : text_(own) {}

    log_words(std::string_view method, std::string_view path, std::string_view own)
        : text_(one_word(method, " ") + ' ' + one_word(redact_query(path), " ") + ' ')
    {
        text_ += own;
    }

    log_words& with(std::string_view key, std::string_view value)
    {
        text_.append(" ").append(key).append("=").append(one_word(value, " ="));
        return *this;
    }

    log_words& with(std::string_view key, std::size_t value) { return with(key, std::to_string(value)); }

    log_words& with_job(std::string_view id, std::string_view api) { return with("job", id).with("api", api); }

    log_words& with(error_code failure) { return failure ? with("error", failure.message()) : *this; }

    [[nodiscard]] const std::string& text() const noexcept { return text_; }

  private:
    std::string text_;
};

inline log_words words_of_attempt(const attempt_event& e)
{
    log_words words(e.method, e.path, "begins");
    words.with("attempt", e.number);
    if (e.is_poll)
        words.with("kind", "poll");
    return words;
}

inline log_words words_of_response(const response_event& e)
{
    const auto status = e.status == 0 ? "no response" : std::to_string(e.status);
    log_words words(e.method, e.path, "-> " + status + " in " + in_units(e.elapsed));
    words.with(e.error);
    if (e.error && e.reached != phase::done)
        words.with("phase", to_string(e.reached));
    return words;
}

inline log_words words_of_retry(const retry_event& e)
{
    log_words words(e.method, e.path, "retry " + from_now(e.wait));
    words.with("attempt", e.number).with(e.error);
    if (e.is_hinted)
        words.with("hinted", "yes");
    return words;
}

inline log_words words_of_throttled(const throttled_event& e)
{
    const auto how_long = "throttled for " + in_units(e.wait);
    if (!e.method.empty())
        return log_words(e.method, e.path, how_long).with(e.error);
    return log_words("polls " + how_long).with("scope", e.scope).with(e.error);
}

inline log_words words_of_connection(const connection_event& e)
{
    const auto change = e.change == connection_change::opened   ? "connection opened"
                        : e.change == connection_change::reused ? "connection reused"
                                                                : "connection closed";
    return log_words(change).with("host", e.host);
}

inline log_words words_of_poll(const poll_event& e)
{
    const std::string what = e.number == 0 ? "wait begins" : e.error ? "poll failed" : "poll answered";
    log_words words(what + (e.next_in > duration::zero() ? ", next poll " + from_now(e.next_in) : ", the wait ends"));
    words.with_job(e.job_id, e.api);
    if (e.number != 0)
        words.with("poll", e.number);
    if (!e.status.empty())
        words.with("status", e.status);
    return words.with(e.error);
}

inline log_words words_of_change(const poll_event& e)
{
    return log_words("job changed").with_job(e.job_id, e.api).with("poll", e.number).with("status", e.status);
}

inline log_words words_of_unknown_status(const unknown_status_event& e)
{
    return log_words("unknown status").with_job(e.job_id, e.api).with("status", e.status);
}

inline log_words words_of_odd_member(const odd_member_event& e)
{
    return log_words("odd member").with("member", e.member).with("problem", e.problem).with("api", e.api);
}

inline log_words words_of_stretched(const stretched_event& e)
{
    log_words words("polls stretched, one is " + in_units(e.late) + " late");
    return words.with("overdue", e.overdue).with("in_flight", e.in_flight);
}

/// By its method alone: what a request of this kind has done cannot be told without its answer.
[[nodiscard]] inline bool has_effect(std::string_view method) noexcept
{
    return method == "POST" || method == "PATCH";
}

[[nodiscard]] inline log_level level_of(const response_event& e) noexcept
{
    if (!e.error)
        return has_effect(e.method) ? log_level::info : log_level::debug;
    if (e.error == boost::system::errc::operation_canceled)
        return has_effect(e.method) && e.reached >= phase::sending ? log_level::warning : log_level::debug;
    return e.error == errc::certificate_rejected ? log_level::error : log_level::warning;
}

/// A poll that fails along the way is no news: its response was.
[[nodiscard]] inline log_level level_of(const poll_event& e) noexcept
{
    return e.error && e.next_in <= duration::zero() ? log_level::error : log_level::debug;
}

[[nodiscard]] inline std::string_view begin_of_line(log_level level) noexcept
{
    switch (level) {
    case log_level::error: return "cojob error   ";
    case log_level::warning: return "cojob warning ";
    case log_level::info: return "cojob info    ";
    case log_level::debug: break;
    }
    return "cojob debug   ";
}

class line_log final : public observer {
  public:
    line_log(log_sink sink, log_level level) : sink_(std::move(sink)), level_(level) {}

    void on_attempt(const attempt_event& e) noexcept override { write(log_level::debug, words_of_attempt, e); }
    void on_response(const response_event& e) noexcept override { write(level_of(e), words_of_response, e); }
    void on_retry(const retry_event& e) noexcept override { write(log_level::info, words_of_retry, e); }
    void on_throttled(const throttled_event& e) noexcept override { write(log_level::info, words_of_throttled, e); }
    void on_connection(const connection_event& e) noexcept override { write(log_level::debug, words_of_connection, e); }
    void on_poll(const poll_event& e) noexcept override { write(level_of(e), words_of_poll, e); }
    void on_job_changed(const poll_event& e) noexcept override { write(log_level::info, words_of_change, e); }
    void on_polls_stretched(const stretched_event& e) noexcept override
    {
        write(log_level::warning, words_of_stretched, e);
    }
    void on_unknown_status(const unknown_status_event& e) noexcept override
    {
        write(log_level::warning, words_of_unknown_status, e);
    }
    void on_odd_member(const odd_member_event& e) noexcept override
    {
        write(log_level::warning, words_of_odd_member, e);
    }

  private:
    template <class Event>
    void write(log_level level, log_words (*words_of)(const Event&), const Event& event) noexcept
    {
        if (level > level_)
            return;
        try {
            sink_(level, words_of(event).text());
        } catch (...) { // the sink, memory: a line less is no harm
        }
    }

    const log_sink sink_;
    const log_level level_;
};

} // namespace detail

observer_ptr log_to(std::ostream& out, log_level level)
{
    return log_to(
        [&out, mutex = detail::share<std::mutex>()](log_level of_line, std::string_view text) {
            const auto line = std::string(detail::begin_of_line(of_line)).append(text).append(1, '\n');
            const std::lock_guard lock(*mutex);
            out.write(line.data(), static_cast<std::streamsize>(line.size()));
        },
        level);
}

observer_ptr log_to(log_sink sink, log_level level)
{
    if (!sink)
        detail::throw_invalid_argument("log_to: the function must not be empty");
    return detail::share<detail::line_log>(std::move(sink), level);
}

} // namespace cojob

#endif
