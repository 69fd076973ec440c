#ifndef COJOB_IMPL_LOG_IPP
#define COJOB_IMPL_LOG_IPP

#include <cojob/detail/rfc3339.hpp>
#include <cojob/detail/share.hpp>
#include <cojob/impl/internal/base/in_units.hpp>
#include <cojob/impl/internal/client/log_message.hpp>
#include <cojob/log.hpp>
#include <cojob/policy/effect.hpp>

#include <boost/system/errc.hpp>

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

inline std::string from_now(duration wait)
{
    return wait < std::chrono::milliseconds(1) ? "now" : "in " + in_units(wait);
}

inline log_message format_attempt(const attempt_event& e)
{
    log_message words(e.method, e.path, "begins");
    words.with("attempt", e.number);
    if (e.is_poll)
        words.with("kind", "poll");
    return words;
}

inline log_message format_response(const response_event& e)
{
    const auto status = e.status == 0 ? "no response" : std::to_string(e.status);
    log_message words(e.method, e.path, "-> " + status + " in " + in_units(e.elapsed));
    words.with(e.error);
    if (e.error && e.reached != phase::done)
        words.with("phase", to_string(e.reached));
    return words;
}

inline log_message format_retry(const retry_event& e)
{
    log_message words(e.method, e.path, "retry " + from_now(e.wait));
    words.with("attempt", e.number).with(e.error);
    if (e.is_hinted)
        words.with("delay_from", "server");
    return words;
}

inline log_message format_throttled(const throttled_event& e)
{
    const auto how_long = "throttled for " + in_units(e.wait);
    if (!e.method.empty())
        return log_message(e.method, e.path, how_long).with(e.error);
    return log_message("polls " + how_long).with("scope", e.scope).with(e.error);
}

inline log_message format_connection(const connection_event& e)
{
    const auto change = e.change == connection_change::opened   ? "connection opened"
                        : e.change == connection_change::reused ? "connection reused"
                                                                : "connection closed";
    return log_message(e.is_resumed ? "connection opened, TLS session resumed" : change).with("host", e.host);
}

inline log_message format_poll(const poll_event& e)
{
    const std::string what = e.number == 0 ? "wait begins" : e.error ? "poll failed" : "poll succeeded";
    log_message words(what + (e.next_in > duration::zero() ? ", next poll " + from_now(e.next_in) : ", the wait ends"));
    words.with_job(e.job_id, e.api);
    if (e.number != 0)
        words.with("poll", e.number);
    if (!e.status.empty())
        words.with("status", e.status);
    return words.with(e.error);
}

inline log_message format_change(const poll_event& e)
{
    return log_message("job changed").with_job(e.job_id, e.api).with("poll", e.number).with("status", e.status);
}

inline log_message format_unknown_status(const unknown_status_event& e)
{
    return log_message("unknown status").with_job(e.job_id, e.api).with("status", e.status);
}

inline log_message format_odd_member(const odd_member_event& e)
{
    return log_message("unexpected JSON member").with("member", e.member).with("problem", e.problem).with("api", e.api);
}

inline log_message format_stretched(const stretched_event& e)
{
    log_message words("polls delayed, one is " + in_units(e.late) + " late");
    return words.with("overdue", e.overdue).with("in_flight", e.in_flight);
}

/// Decides by the method alone: an observer does not know the request's `effect`.
[[nodiscard]] inline bool has_effect(std::string_view method) noexcept
{
    return effect_of(method) == effect::once;
}

[[nodiscard]] inline log_level level_of(const response_event& e) noexcept
{
    if (!e.error)
        return has_effect(e.method) ? log_level::info : log_level::debug;
    if (e.error == boost::system::errc::operation_canceled)
        return has_effect(e.method) && e.reached >= phase::sending ? log_level::warning : log_level::debug;
    return e.error == errc::certificate_rejected ? log_level::error : log_level::warning;
}

/// A failed poll that does not end the wait is only a debug line: its response has been logged.
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

/// UTC with milliseconds; always of the same length.
[[nodiscard]] inline std::string time_stamp(timestamp now)
{
    const auto whole = std::chrono::floor<std::chrono::seconds>(now);
    const auto rest = std::chrono::floor<std::chrono::milliseconds>(now - whole).count();
    auto text = to_string(timestamp(whole));
    text.pop_back(); // Z
    append_padded(text += '.', rest, 3);
    return text += 'Z';
}

class line_log final : public observer {
  public:
    line_log(log_sink sink, log_level level) : sink_(std::move(sink)), level_(level) {}

    void on_attempt(const attempt_event& e) noexcept override { write(log_level::debug, format_attempt, e); }
    void on_response(const response_event& e) noexcept override { write(level_of(e), format_response, e); }
    void on_retry(const retry_event& e) noexcept override { write(log_level::info, format_retry, e); }
    void on_throttled(const throttled_event& e) noexcept override { write(log_level::info, format_throttled, e); }
    void on_connection(const connection_event& e) noexcept override { write(log_level::debug, format_connection, e); }
    void on_poll(const poll_event& e) noexcept override { write(level_of(e), format_poll, e); }
    void on_job_changed(const poll_event& e) noexcept override { write(log_level::info, format_change, e); }
    void on_polls_stretched(const stretched_event& e) noexcept override
    {
        write(log_level::warning, format_stretched, e);
    }
    void on_unknown_status(const unknown_status_event& e) noexcept override
    {
        write(log_level::warning, format_unknown_status, e);
    }
    void on_odd_member(const odd_member_event& e) noexcept override { write(log_level::warning, format_odd_member, e); }

  private:
    template <class Event>
    void write(log_level level, log_message (*format)(const Event&), const Event& event) noexcept
    {
        if (level > level_)
            return;
        try {
            sink_(level, format(event).text());
        } catch (...) { // the sink or an allocation failed: the line is lost
        }
    }

    const log_sink sink_;
    const log_level level_;
};

} // namespace detail

observer_ptr log_to(std::ostream& out, log_level level, time_stamps stamps)
{
    return log_to(
        [&out, stamps, mutex = detail::share<std::mutex>()](log_level of_line, std::string_view text) {
            auto line = std::string(detail::begin_of_line(of_line)).append(text).append(1, '\n');
            const std::lock_guard lock(*mutex);
            if (stamps == time_stamps::utc) // under the lock, so that times are in the order of the lines
                line.insert(0, detail::time_stamp(std::chrono::system_clock::now()) + ' ');
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
