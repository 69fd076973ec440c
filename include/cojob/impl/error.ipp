#ifndef COJOB_IMPL_ERROR_IPP
#define COJOB_IMPL_ERROR_IPP

#include <cojob/detail/body.hpp>
#include <cojob/detail/share.hpp>
#include <cojob/detail/text.hpp>
#include <cojob/error.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace cojob {

namespace detail {

/// The message and the conditions of each code, in the order of errc.
struct errc_row {
    const char* text;
    unsigned conditions;
};

constexpr unsigned bit(condition c)
{
    return 1U << static_cast<unsigned>(c);
}

inline const errc_row* find_errc(int value) noexcept
{
    constexpr unsigned retryable = bit(condition::retryable), client = bit(condition::client_error),
                       server = bit(condition::server_error), timeout = bit(condition::timeout),
                       throttled = bit(condition::throttled), transport = bit(condition::transport);
    static constexpr std::array<errc_row, 24> rows{{
        {"invalid argument", client},
        {"quota exhausted", retryable | throttled},
        {"rate limited", retryable | throttled},
        {"unauthorized", client},
        {"forbidden", client},
        {"not found", client},
        {"conflict", client},
        {"rejected", client},
        {"server error", retryable | server},
        {"unexpected status", 0},
        {"outcome unknown", 0},
        {"connect failed", retryable | transport},
        {"connect timeout", retryable | timeout | transport},
        {"TLS failed", retryable | transport},
        {"certificate rejected", transport},
        {"proxy failed", retryable | transport},
        {"request timeout", retryable | timeout | transport},
        {"deadline exceeded", timeout},
        {"wait timeout", timeout},
        {"connection lost", retryable | transport},
        {"response too large", 0},
        {"malformed response", transport},
        {"invalid response", 0},
        {"no progress", 0},
    }};
    if (value < 1 || value > static_cast<int>(rows.size()))
        return nullptr;
    return &rows[static_cast<std::size_t>(value - 1)];
}

// Categories are compared by id, not by address: a program with shared libraries may contain several instances.
class error_category_type final : public boost::system::error_category {
  public:
    constexpr error_category_type() noexcept : error_category(0xB9D7'41C2'6A0E'83F5U) {}
    [[nodiscard]] const char* name() const noexcept override { return "cojob"; }
    [[nodiscard]] std::string message(int value) const override
    {
        const auto* row = find_errc(value);
        return row ? row->text : "unknown error";
    }
};

class condition_category_type final : public boost::system::error_category {
  public:
    constexpr condition_category_type() noexcept : error_category(0x5E13'F08B'92C6'D74AU) {}
    [[nodiscard]] const char* name() const noexcept override { return "cojob.condition"; }
    [[nodiscard]] std::string message(int value) const override
    {
        switch (static_cast<condition>(value)) {
        case condition::retryable: return "retryable";
        case condition::client_error: return "client error";
        case condition::server_error: return "server error";
        case condition::timeout: return "timeout";
        case condition::throttled: return "throttled";
        case condition::transport: return "transport";
        }
        return "unknown condition";
    }
    [[nodiscard]] bool equivalent(const error_code& code, int value) const noexcept override
    {
        const auto* row = code.category() == cojob::error_category() ? find_errc(code.value()) : nullptr;
        return row && (row->conditions & bit(static_cast<condition>(value))) != 0;
    }
};

/// External text as part of a line: escaped and shortened.
inline std::string excerpt_for_line(std::string_view text, std::size_t most)
{
    const auto kept = cut_at_character(text, most);
    return escape_control(kept).append(kept.size() < text.size() ? "..." : "");
}

/// The call's method and path, or the job of a wait.
inline std::string subject_of(const error_info& info)
{
    constexpr std::size_t most = 256; // longer than any API path, short enough for a readable line
    const auto path = without_query(info.path), id = without_query(info.job_id);
    if (!info.method.empty() && !path.empty())
        return escape_control(info.method) + ' ' + excerpt_for_line(path, most);
    return id.empty() ? std::string() : "job " + excerpt_for_line(id, most);
}

inline void add_part(std::string& line, std::string_view separator, std::string_view name, const std::string& part)
{
    if (!part.empty())
        line.append(separator).append(name).append(part);
}

} // namespace detail

const boost::system::error_category& error_category() noexcept
{
    static const detail::error_category_type category;
    return category;
}

const boost::system::error_category& condition_category() noexcept
{
    static const detail::condition_category_type category;
    return category;
}

error_code make_error_code(errc code) noexcept
{
    return {static_cast<int>(code), error_category()};
}

boost::system::error_condition make_error_condition(condition c) noexcept
{
    return {static_cast<int>(c), condition_category()};
}

std::string_view to_string(phase p) noexcept
{
    switch (p) {
    case phase::queued: return "queued";
    case phase::resolving: return "resolving";
    case phase::connecting: return "connecting";
    case phase::proxying: return "asking the proxy";
    case phase::handshaking: return "handshaking";
    case phase::sending: return "sending";
    case phase::awaiting_response: return "awaiting response";
    case phase::receiving: return "receiving";
    case phase::done: return "done";
    }
    return "unknown";
}

std::string to_string(const error_info& info)
{
    auto line = info.code().message();
    if (info.http_status != 0)
        line += " (HTTP " + std::to_string(info.http_status) + ")";
    detail::add_part(line, ": ", "", detail::subject_of(info));
    detail::add_part(line, ": ", "", info.message);
    if (info.retry_at) { // do not advise a retry if the outcome is unknown
        const auto* const advice =
            info.code() == condition::retryable ? "try again at " : "the server asks for no requests until ";
        detail::add_part(line, info.message.empty() ? ": " : "; ", advice, to_string(*info.retry_at));
    }
    return line;
}

std::string explain(const error_info& info)
{
    constexpr std::size_t most = 512; // a sentence or two
    auto line = to_string(info);
    const auto add = [&line](std::string_view name, std::string_view text) {
        detail::add_part(line, "; ", name, detail::excerpt_for_line(text, most));
    };
    add("the server said: ", info.server_message);
    add(info.server_message.empty() ? "the server said: " : "and: ", info.server_detail);
    add("Location: ", info.location);
    add("Retry-After: ", info.retry_after);
    add("request ", info.request_id);
    if (!info.method.empty())
        add("job ", detail::without_query(info.job_id));
    return line;
}

std::string explain(const api_error& failure)
{
    return explain(failure.info());
}

api_error::api_error(error_info info) : system_error(info.code())
{
    auto what = to_string(info);
    state_ = detail::share<const state>(state{std::move(info), std::move(what)});
}

const char* api_error::what() const noexcept
{
    return state_->what.c_str();
}

void detail::throw_error(error_info info)
{
    if (info.code().category() == error_category())
        throw api_error(std::move(info));
    throw boost::system::system_error(info.code());
}

void detail::throw_invalid_argument(std::string_view message)
{
    throw_error(error_info(errc::invalid_argument, std::string(message)));
}

void detail::throw_invalid_argument(std::string_view what, std::string_view objection)
{
    throw_invalid_argument(std::string(what).append(": ").append(objection));
}

void throw_exception_from_error(const error_info& info, const boost::source_location&)
{
    detail::throw_error(info);
}

} // namespace cojob

#endif
