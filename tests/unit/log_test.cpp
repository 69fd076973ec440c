#include <cojob/observer.hpp>

#include <cojob/detail/text.hpp>

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <iomanip>
#include <ios>
#include <latch>
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

/// Tells an observer of it. The texts are referred to.
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

/// Every event with every text in it that a server or a user could have a hand in.
std::vector<event> events_with(std::string_view text)
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
            unknown({text, text, text})};
}

std::string logged(const event& tell, log_level level = log_level::debug)
{
    std::ostringstream out;
    tell(*cojob::log_to(out, level));
    return out.str();
}

/// What becomes of a path.
std::string shown_path(std::string_view text)
{
    const auto line = logged(attempt({"GET", text, 1, false}));
    constexpr auto begin = "cojob debug   GET "sv, end = " begins attempt=1\n"sv;
    BOOST_TEST_REQUIRE(line.starts_with(begin));
    BOOST_TEST_REQUIRE(line.ends_with(end));
    return line.substr(begin.size(), line.size() - begin.size() - end.size());
}

/// What becomes of an id, as a value.
std::string shown_id(std::string_view text)
{
    const auto line = logged(unknown({"a", text, "s"}));
    constexpr auto begin = "cojob warning unknown status job="sv, end = " api=a status=s\n"sv;
    BOOST_TEST_REQUIRE(line.starts_with(begin));
    BOOST_TEST_REQUIRE(line.ends_with(end));
    return line.substr(begin.size(), line.size() - begin.size() - end.size());
}

std::string shown_time(cojob::duration time)
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

/// A sink that takes nothing, or throws.
struct broken_sink : std::streambuf {
    explicit broken_sink(bool throws) : is_throwing(throws) {}
    std::streamsize xsputn(const char*, std::streamsize) override
    {
        return is_throwing ? throw std::runtime_error("disk full") : 0;
    }
    bool is_throwing;
};

/// A sink that keeps each write by itself and notices when two meet in it.
struct careful_sink : std::streambuf {
    std::streamsize xsputn(const char* text, std::streamsize size) override
    {
        if (is_busy.exchange(true))
            has_met = true;
        std::this_thread::yield(); // whoever is not kept out comes in now
        if (!has_met)
            writes.emplace_back(text, static_cast<std::size_t>(size));
        is_busy = false;
        return size;
    }
    std::vector<std::string> writes;
    std::atomic<bool> is_busy{false}, has_met{false};
};

} // namespace log_tests

BOOST_AUTO_TEST_SUITE(log_to)

using namespace log_tests;

BOOST_AUTO_TEST_CASE(an_event_is_one_line_from_its_level_on)
{
    const auto aborted = boost::asio::error::make_error_code(boost::asio::error::operation_aborted);
    struct row {
        event tell;
        log_level from;
        std::string line;
    };
    const row rows[] = {
        {attempt({"POST", "/job", 1, false}), log_level::debug, "POST /job begins attempt=1"},
        {attempt({"GET", "/job/7", 2, true}), log_level::debug, "GET /job/7 begins attempt=2 kind=poll"},
        {response({"POST", "/job", 201, {}, phase::done, 120ms}), log_level::debug, "POST /job -> 201 in 120 ms"},
        {response({"GET", "/job/7", 503, errc::server_error, phase::done, 20ms}), log_level::warning,
         R"(GET /job/7 -> 503 in 20 ms error="server error")"},
        {response({"GET", "/job/7", 0, errc::connect_timeout, phase::connecting, 10s}), log_level::warning,
         R"(GET /job/7 -> no response in 10 s error="connect timeout" phase=connecting)"},
        {response({"GET", "/job/7", 200, errc::response_too_large, phase::receiving, 1s}), log_level::warning,
         R"(GET /job/7 -> 200 in 1 s error="response too large" phase=receiving)"},
        {response({"GET", "/job/7", 401, errc::unauthorized, phase::done, 20ms}), log_level::warning,
         "GET /job/7 -> 401 in 20 ms error=unauthorized"},
        {response({"GET", "/job/7", 0, errc::certificate_rejected, phase::handshaking, 20ms}), log_level::error,
         R"(GET /job/7 -> no response in 20 ms error="certificate rejected" phase=handshaking)"},
        {response({"GET", "/job/7", 0, aborted, phase::awaiting_response, 3s}), log_level::debug,
         "GET /job/7 -> no response in 3 s error=\"" + aborted.message() + R"(" phase="awaiting response")"},
        {retry({"GET", "/job/7", 1, errc::server_error, 480ms, false}), log_level::info,
         R"(GET /job/7 retry in 480 ms attempt=1 error="server error")"},
        {retry({"POST", "/job/7", 2, errc::rate_limited, 36s, true}), log_level::info,
         R"(POST /job/7 retry in 36 s attempt=2 error="rate limited" hinted=yes)"},
        {retry({"GET", "/job/7", 1, errc::connection_lost, 0s, false}), log_level::info,
         R"(GET /job/7 retry now attempt=1 error="connection lost")"},
        {throttled({"POST", "/job", {}, errc::quota_exhausted, 125s}), log_level::info,
         R"(POST /job throttled for 2 min 5 s error="quota exhausted")"},
        {throttled({{}, {}, "project-1", errc::rate_limited, 36s}), log_level::info,
         R"(polls throttled for 36 s scope=project-1 error="rate limited")"},
        {stretched({12, 4, 2300ms}), log_level::warning, "polls stretched, one is 2.3 s late overdue=12 in_flight=4"},
        {connection({"api.mintlify.com", cojob::connection_change::opened}), log_level::debug,
         "connection opened host=api.mintlify.com"},
        {connection({"::1", cojob::connection_change::reused}), log_level::debug, "connection reused host=::1"},
        {connection({"localhost", cojob::connection_change::closed}), log_level::debug,
         "connection closed host=localhost"},
        {polled({"v2", "7", {}, {}, 0, 5s}), log_level::debug, "wait begins, next poll in 5 s job=7 api=v2"},
        {polled({"v2", "7", {}, {}, 0, 1ns}), log_level::debug, "wait begins, next poll now job=7 api=v2"},
        {polled({"v2", "7", "active", {}, 3, 6250ms}), log_level::debug,
         "poll answered, next poll in 6.2 s job=7 api=v2 poll=3 status=active"},
        {polled({"v2", "7", {}, errc::server_error, 4, 6s}), log_level::debug,
         R"(poll failed, next poll in 6 s job=7 api=v2 poll=4 error="server error")"},
        {polled({"v2", "7", "completed", {}, 5, {}}), log_level::debug,
         "poll answered, the wait ends job=7 api=v2 poll=5 status=completed"},
        {polled({"v2", "7", {}, errc::not_found, 1, {}}), log_level::error,
         R"(poll failed, the wait ends job=7 api=v2 poll=1 error="not found")"},
        {polled({"v2", "7", {}, aborted, 1, {}}), log_level::error,
         "poll failed, the wait ends job=7 api=v2 poll=1 error=\"" + aborted.message() + '"'},
        {changed({"v2", "7", "completed", {}, 5, {}}), log_level::info,
         "job changed job=7 api=v2 poll=5 status=completed"},
        {unknown({"v2", "7", "on hold"}), log_level::warning, R"(unknown status job=7 api=v2 status="on hold")"},
    };
    const std::pair<log_level, std::string> begins[] = {{log_level::error, "cojob error   "},
                                                        {log_level::warning, "cojob warning "},
                                                        {log_level::info, "cojob info    "},
                                                        {log_level::debug, "cojob debug   "}};
    for (const auto& row : rows)
        for (const auto& [level, unused] : begins) {
            const auto whole = begins[static_cast<std::size_t>(row.from)].second + row.line + '\n';
            BOOST_TEST_CONTEXT("level " << static_cast<int>(level))
            BOOST_TEST(logged(row.tell, level) == (row.from <= level ? whole : std::string()));
        }
}

BOOST_AUTO_TEST_CASE(the_level_is_info_unless_another_is_asked_for)
{
    std::ostringstream out;
    const auto log = cojob::log_to(out);
    log->on_connection({"localhost"});
    log->on_job_changed({"a", "1", "done", {}, 1, {}});
    BOOST_TEST(out.str() == "cojob info    job changed job=1 api=a poll=1 status=done\n");
}

BOOST_AUTO_TEST_CASE(times_are_in_units_that_people_read)
{
    const std::pair<cojob::duration, std::string_view> rows[] = {{-5s, "0 ms"},
                                                                 {0s, "0 ms"},
                                                                 {999us, "0 ms"},
                                                                 {1ms, "1 ms"},
                                                                 {999'999us, "999 ms"},
                                                                 {1s, "1 s"},
                                                                 {1050ms, "1 s"},
                                                                 {6250ms, "6.2 s"},
                                                                 {59'999ms, "59.9 s"},
                                                                 {60s, "1 min"},
                                                                 {125'900ms, "2 min 5 s"},
                                                                 {1h - 1ns, "59 min 59 s"},
                                                                 {1h, "1 h"},
                                                                 {100min + 59s, "1 h 40 min"},
                                                                 {49h, "49 h"}};
    for (const auto& [time, text] : rows)
        BOOST_TEST(shown_time(time) == text);
    BOOST_TEST(shown_time(cojob::duration::min()) == "0 ms");
    BOOST_TEST(shown_time(cojob::no_timeout).ends_with(" min"));
}

BOOST_AUTO_TEST_CASE(a_query_keeps_its_values_by_allow_list)
{
    const std::pair<std::string_view, std::string_view> rows[] = {
        {"/jobs", "/jobs"},
        {"/jobs?", "/jobs?"},
        {"/jobs?status=active&limit=100&offset=5&skip=1&take=100&page=2",
         "/jobs?status=active&limit=100&offset=5&skip=1&take=100&page=2"},
        {"/jobs?status=partial_failure&token=hush&limit=1", "/jobs?status=partial_failure&token=***&limit=1"},
        {"/jobs?status=&token=", "/jobs?status=&token=***"},
        {"/jobs?hush", "/jobs?***"},
        {"/jobs?hush&status=a", "/jobs?***&status=a"},
        {"/jobs?&&", "/jobs?&&"},
        {"/jobs?Status=hush&status%20=hush&xstatus=hush&%73tatus=hush",
         "/jobs?Status=***&status%20=***&xstatus=***&%73tatus=***"},
        {"/jobs?status=active;token=hush", "/jobs?status=***"},
        {"/jobs?status=active?token=hush", "/jobs?status=***"},
        {"/jobs?token:hush;status=active", "/jobs?***=***"},
        {"/jobs?status=active#hush", "/jobs?status=***"},
        {"/jobs?status=\r\nhush", "/jobs?status=***"},
        {"/jobs?status=caf\xC3\xA9", "/jobs?status=***"},
        {"?key=hush", "?key=***"},
    };
    for (const auto& [text, shown] : rows)
        BOOST_TEST(shown_path(text) == shown);
}

BOOST_AUTO_TEST_CASE(a_text_is_one_word_and_cannot_pass_for_more)
{
    struct row {
        std::string_view text, in_path, as_id;
    };
    const row rows[] = {
        {"", R"("")", R"("")"},
        {"a/b-1:2", "a/b-1:2", "a/b-1:2"},
        {"caf\xC3\xA9", "caf\xC3\xA9", "caf\xC3\xA9"},
        {"a=b", "a=b", R"("a=b")"},
        {"a status=done", R"("a status=done")", R"("a status=done")"},
        {R"(a" b)", R"("a\" b")", R"("a\" b")"},
        {R"(a\)", R"("a\\")", R"("a\\")"},
        {R"(\x1B)", R"("\\x1B")", R"("\\x1B")"},
        {"\x1B", R"("\x1B")", R"("\x1B")"},
        {"a\r\ncojob", R"("a\x0D\x0Acojob")", R"("a\x0D\x0Acojob")"},
        {"\0\t\x7F"sv, R"("\x00\x09\x7F")", R"("\x00\x09\x7F")"},
        {"\xC2\x9B"
         "2J",
         R"("\xC2\x9B2J")", R"("\xC2\x9B2J")"},
        {"\xFF\xE2\x82", R"("\xFF\xE2\x82")", R"("\xFF\xE2\x82")"},
    };
    for (const auto& [text, in_path, as_id] : rows) {
        BOOST_TEST(shown_path(text) == in_path);
        BOOST_TEST(shown_id(text) == as_id);
    }
}

BOOST_AUTO_TEST_CASE(no_text_of_any_event_breaks_the_line_or_reaches_a_terminal)
{
    for (const auto evil : {"a\r\nb"sv, "a\x1B[31mb"sv, "a\0b"sv, "a\xC2\x9B\xC2\x85z"sv, "a\xFF\xC3"sv, "\xE2\x80"sv})
        for (const auto& tell : events_with(evil)) {
            const auto line = logged(tell);
            BOOST_TEST_CONTEXT(line)
            {
                BOOST_TEST_REQUIRE(line.ends_with('\n'));
                const auto words = std::string_view(line).substr(0, line.size() - 1);
                BOOST_TEST(cojob::detail::escape_control(words) == words);
                BOOST_TEST(words.find("\\x") != words.npos);
            }
        }
}

BOOST_AUTO_TEST_CASE(an_overlong_text_is_cut_between_two_characters)
{
    const auto a = [](std::size_t count) { return std::string(count, 'a'); };
    const std::pair<std::string, std::string> rows[] = {
        {a(256), a(256)},
        {a(257), a(253) + "..."},
        {a(251) + "\xE2\x82\xAC" + a(2), a(251) + "\xE2\x82\xAC" + a(2)},
        {a(251) + "\xE2\x82\xAC" + a(3), a(251) + "..."},
        {a(250) + "\xE2\x82\xAC" + a(9), a(250) + "\xE2\x82\xAC..."},
    };
    for (const auto& [text, shown] : rows) {
        BOOST_TEST(shown_path(text) == shown);
        BOOST_TEST(shown_id(text) == shown);
    }
    const std::string endless(100'000, '\x1B');
    for (const auto& tell : events_with(endless))
        BOOST_TEST(logged(tell).size() < 4 * (4 * 256 + 50));
}

BOOST_AUTO_TEST_CASE(a_secret_in_a_query_never_appears_wherever_the_path_is_cut)
{
    constexpr auto secret = "sk_live_4f9a"sv;
    for (std::size_t length = 200; length < 300; ++length) {
        const auto target = "/" + std::string(length, 'p') + "?limit=5&key=" + std::string(secret) + "&" +
                            std::string(secret) + "&status=a;" + std::string(secret);
        for (const auto& tell :
             {attempt({"GET", target, 1, false}), response({"GET", target, 401, errc::unauthorized, phase::done, 1s}),
              retry({"GET", target, 1, errc::unauthorized, 1s, false}),
              throttled({"GET", target, {}, errc::rate_limited, 1s})})
            for (std::size_t known = 4; known <= secret.size(); ++known)
                BOOST_TEST(logged(tell).find(secret.substr(0, known)) == std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(how_the_stream_formats_does_not_matter)
{
    std::ostringstream out;
    out.imbue(std::locale(std::locale::classic(), new grouping));
    out << std::hex << std::showbase << std::setw(99) << std::setfill('_');
    cojob::log_to(out)->on_polls_stretched({1234567, 4, 1s});
    BOOST_TEST(out.str() == "cojob warning polls stretched, one is 1 s late overdue=1234567 in_flight=4\n");
}

BOOST_AUTO_TEST_CASE(a_stream_that_fails_or_throws_loses_lines_and_nothing_else)
{
    for (const auto sink_throws : {false, true})
        for (const auto exceptions : {std::ios::goodbit, std::ios::badbit | std::ios::failbit}) {
            broken_sink sink(sink_throws);
            std::ostream out(&sink);
            out.exceptions(exceptions);
            const auto log = cojob::log_to(out, log_level::debug);
            for (const auto& tell : events_with("text"))
                tell(*log);
            BOOST_TEST(out.bad());

            std::ostringstream mended;
            out.exceptions(std::ios::goodbit);
            out.rdbuf(mended.rdbuf()); // and clears the state
            log->on_connection({"localhost"});
            BOOST_TEST(mended.str() == "cojob debug   connection opened host=localhost\n");
        }
}

BOOST_AUTO_TEST_CASE(lines_of_two_threads_never_mix, *boost::unit_test::label("threads"))
{
    constexpr int rounds = 2000;
    careful_sink sink;
    std::ostream out(&sink);
    const auto log = cojob::log_to(out, log_level::debug);
    std::latch both(2);
    const auto tell = [&](std::string_view host) {
        both.arrive_and_wait();
        for (int i = 0; i < rounds; ++i)
            log->on_connection({host});
    };
    std::thread other([&] { tell("one"); });
    tell("two");
    other.join();

    BOOST_TEST(!sink.has_met);
    BOOST_TEST(sink.writes.size() == 2U * rounds);
    const std::set<std::string> lines(sink.writes.begin(), sink.writes.end());
    const std::set<std::string> expected{"cojob debug   connection opened host=one\n",
                                         "cojob debug   connection opened host=two\n"};
    BOOST_TEST(lines == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
