#ifndef TESTS_SUPPORT_LOGGED_EVENTS_HPP
#define TESTS_SUPPORT_LOGGED_EVENTS_HPP

#include <cojob/log.hpp>
#include <cojob/observer.hpp>

#include <cojob/detail/text.hpp>

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <iomanip>
#include <ios>
#include <locale>
#include <ostream>
#include <set>
#include <sstream>
#include <stdexcept>
#include <streambuf>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace log_tests {

using namespace std::chrono_literals;
using namespace std::string_view_literals;
using cojob::errc;
using cojob::log_level;
using cojob::phase;

/// Reports the event to an observer. Refers to the texts.
using event = std::function<void(cojob::observer&)>;

constexpr auto attempt = [](const cojob::attempt_event& e) { return event([e](auto& o) { o.on_attempt(e); }); };
constexpr auto response = [](const cojob::response_event& e) { return event([e](auto& o) { o.on_response(e); }); };
constexpr auto retry = [](const cojob::retry_event& e) { return event([e](auto& o) { o.on_retry(e); }); };
constexpr auto throttled = [](const cojob::throttled_event& e) { return event([e](auto& o) { o.on_throttled(e); }); };
constexpr auto connection = [](const cojob::connection_event& e) {
    return event([e](auto& o) { o.on_connection(e); });
};
constexpr auto polled = [](const cojob::poll_event& e) { return event([e](auto& o) { o.on_poll(e); }); };
constexpr auto changed = [](const cojob::poll_event& e) { return event([e](auto& o) { o.on_job_changed(e); }); };
constexpr auto stretched = [](const cojob::stretched_event& e) {
    return event([e](auto& o) { o.on_polls_stretched(e); });
};
constexpr auto unknown = [](const cojob::unknown_status_event& e) {
    return event([e](auto& o) { o.on_unknown_status(e); });
};

constexpr auto odd = [](const cojob::odd_member_event& e) { return event([e](auto& o) { o.on_odd_member(e); }); };

/// Every event, with this text in each member that a server or a user can influence.
inline std::vector<event> events_with(std::string_view text)
{
    return {attempt({text, text, 1, true}),
            response({text, text, 500, errc::server_error, phase::receiving, 1s}),
            retry({text, text, 1, errc::server_error, 1s, true}),
            throttled({text, text, {}, errc::rate_limited, 1s}),
            throttled({{}, {}, text, errc::rate_limited, 1s}),
            connection({text}),
            polled({text, text, text, {}, 1, 5s}),
            polled({text, text, text, errc::not_found, 1, {}}),
            changed({text, text, text, {}, 1, {}}),
            unknown({text, text, text}),
            odd({text, text, text})};
}

inline std::string logged(const event& tell, log_level level = log_level::debug)
{
    std::ostringstream out;
    tell(*cojob::log_to(out, level));
    return out.str();
}

/// The expected form of a path.
inline std::string shown_path(std::string_view text)
{
    const auto line = logged(attempt({"GET", text, 1, false}));
    constexpr auto begin = "cojob debug   GET "sv, end = " begins attempt=1\n"sv;
    BOOST_TEST_REQUIRE(line.starts_with(begin));
    BOOST_TEST_REQUIRE(line.ends_with(end));
    return line.substr(begin.size(), line.size() - begin.size() - end.size());
}

/// The expected form of an id as a value.
inline std::string shown_id(std::string_view text)
{
    const auto line = logged(unknown({"a", text, "s"}));
    constexpr auto begin = "cojob warning unknown status job="sv, end = " api=a status=s\n"sv;
    BOOST_TEST_REQUIRE(line.starts_with(begin));
    BOOST_TEST_REQUIRE(line.ends_with(end));
    return line.substr(begin.size(), line.size() - begin.size() - end.size());
}

inline std::string shown_time(cojob::duration time)
{
    const auto line = logged(response({"GET", "/", 200, {}, phase::done, time}));
    constexpr auto begin = "cojob debug   GET / -> 200 in "sv;
    BOOST_TEST_REQUIRE(line.starts_with(begin));
    return line.substr(begin.size(), line.size() - begin.size() - 1);
}

/// Groups digits, as std::locale("en_US") would.
struct grouping : std::numpunct<char> {
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\3"; }
};

/// A stream buffer that accepts nothing, or throws.
struct broken_sink : std::streambuf {
    explicit broken_sink(bool throws) : is_throwing(throws) {}
    std::streamsize xsputn(const char*, std::streamsize) override
    {
        return is_throwing ? throw std::runtime_error("disk full") : 0;
    }
    bool is_throwing;
};

/// A stream buffer that records each write separately and detects concurrent writes.
struct careful_sink : std::streambuf {
    std::streamsize xsputn(const char* text, std::streamsize size) override
    {
        if (is_busy.exchange(true))
            has_met = true;
        std::this_thread::yield(); // gives other threads time to enter
        if (!has_met)
            writes.emplace_back(text, static_cast<std::size_t>(size));
        is_busy = false;
        return size;
    }
    std::vector<std::string> writes;
    std::atomic<bool> is_busy{false}, has_met{false};
};

} // namespace log_tests

#endif
