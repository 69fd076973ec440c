#include <cojob/detail/rfc3339.hpp>

#include "support/logged_events.hpp"

#include <boost/test/unit_test.hpp>

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
        {response({"POST", "/job", 201, {}, phase::done, 120ms}), log_level::info, "POST /job -> 201 in 120 ms"},
        {response({"GET", "/job/7", 200, {}, phase::done, 120ms}), log_level::debug, "GET /job/7 -> 200 in 120 ms"},
        {response({"POST", "/job", 0, aborted, phase::awaiting_response, 3s}), log_level::warning,
         "POST /job -> no response in 3 s error=\"" + aborted.message() + R"(" phase="awaiting response")"},
        {response({"POST", "/job", 0, aborted, phase::connecting, 3s}), log_level::debug,
         "POST /job -> no response in 3 s error=\"" + aborted.message() + R"(" phase=connecting)"},
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
        {response({"DELETE", "/job/7", 0, aborted, phase::awaiting_response, 3s}), log_level::debug,
         "DELETE /job/7 -> no response in 3 s error=\"" + aborted.message() + R"(" phase="awaiting response")"},
        {response({"MERGE", "/job/7", 0, aborted, phase::awaiting_response, 3s}), log_level::warning,
         "MERGE /job/7 -> no response in 3 s error=\"" + aborted.message() + R"(" phase="awaiting response")"},
        {retry({"GET", "/job/7", 1, errc::server_error, 480ms, false}), log_level::info,
         R"(GET /job/7 retry in 480 ms attempt=1 error="server error")"},
        {retry({"POST", "/job/7", 2, errc::rate_limited, 36s, true}), log_level::info,
         R"(POST /job/7 retry in 36 s attempt=2 error="rate limited" delay_from=server)"},
        {retry({"GET", "/job/7", 1, errc::connection_lost, 0s, false}), log_level::info,
         R"(GET /job/7 retry now attempt=1 error="connection lost")"},
        {throttled({"POST", "/job", {}, errc::quota_exhausted, 125s}), log_level::info,
         R"(POST /job throttled for 2 min 5 s error="quota exhausted")"},
        {throttled({{}, {}, "project-1", errc::rate_limited, 36s}), log_level::info,
         R"(polls throttled for 36 s scope=project-1 error="rate limited")"},
        {stretched({12, 4, 2300ms}), log_level::warning, "polls delayed, one is 2.3 s late overdue=12 in_flight=4"},
        {connection({"api.mintlify.com", cojob::connection_change::opened}), log_level::debug,
         "connection opened host=api.mintlify.com"},
        {connection({"::1", cojob::connection_change::reused}), log_level::debug, "connection reused host=::1"},
        {connection({"localhost", cojob::connection_change::closed}), log_level::debug,
         "connection closed host=localhost"},
        {polled({"v2", "7", {}, {}, 0, 5s}), log_level::debug, "wait begins, next poll in 5 s job=7 api=v2"},
        {polled({"v2", "7", {}, {}, 0, 1ns}), log_level::debug, "wait begins, next poll now job=7 api=v2"},
        {polled({"v2", "7", "active", {}, 3, 6250ms}), log_level::debug,
         "poll succeeded, next poll in 6.2 s job=7 api=v2 poll=3 status=active"},
        {polled({"v2", "7", {}, errc::server_error, 4, 6s}), log_level::debug,
         R"(poll failed, next poll in 6 s job=7 api=v2 poll=4 error="server error")"},
        {polled({"v2", "7", "completed", {}, 5, {}}), log_level::debug,
         "poll succeeded, the wait ends job=7 api=v2 poll=5 status=completed"},
        {polled({"v2", "7", {}, errc::not_found, 1, {}}), log_level::error,
         R"(poll failed, the wait ends job=7 api=v2 poll=1 error="not found")"},
        {polled({"v2", "7", {}, aborted, 1, {}}), log_level::error,
         "poll failed, the wait ends job=7 api=v2 poll=1 error=\"" + aborted.message() + '"'},
        {changed({"v2", "7", "completed", {}, 5, {}}), log_level::info,
         "job changed job=7 api=v2 poll=5 status=completed"},
        {unknown({"v2", "7", "on hold"}), log_level::warning, R"(unknown status job=7 api=v2 status="on hold")"},
        {odd({"v2", "source.repository", "missing"}), log_level::warning,
         "unexpected JSON member member=source.repository problem=missing api=v2"},
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

BOOST_AUTO_TEST_CASE(a_function_gets_each_line_with_its_level)
{
    std::vector<std::pair<log_level, std::string>> lines;
    const auto log = cojob::log_to([&](log_level level, std::string_view text) { lines.emplace_back(level, text); });
    log->on_connection({"localhost"}); // below the requested level
    log->on_job_changed({"a", "1", "done\n", {}, 1, {}});
    log->on_polls_stretched({12, 4, 1s});
    BOOST_TEST_REQUIRE(lines.size() == 2U);
    BOOST_TEST(lines[0].first == log_level::info);
    BOOST_TEST(lines[0].second == R"(job changed job=1 api=a poll=1 status="done\x0A")");
    BOOST_TEST(lines[1].first == log_level::warning);
    cojob::log_to([](log_level, std::string_view) {
        throw std::runtime_error("full");
    })->on_polls_stretched({1, 4, 1s});
    BOOST_CHECK_THROW((void)cojob::log_to(cojob::log_sink()), cojob::api_error);
}

BOOST_AUTO_TEST_CASE(a_line_begins_with_the_time_where_that_is_asked_for)
{
    std::ostringstream out;
    const auto before = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    cojob::log_to(out, log_level::info, cojob::time_stamps::utc)->on_polls_stretched({12, 4, 1s});
    const auto after = std::chrono::system_clock::now();
    const auto line = out.str();
    BOOST_TEST_REQUIRE(line.find(' ') == std::string_view("2026-11-29T07:05:54.120Z").size());
    BOOST_TEST(line.substr(line.find(' ')) == " cojob warning polls delayed, one is 1 s late overdue=12 in_flight=4\n");
    const auto time = cojob::detail::parse_rfc3339(line.substr(0, line.find(' ')));
    BOOST_TEST_REQUIRE(time.has_value());
    BOOST_TEST((*time >= before && *time <= after));
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

BOOST_AUTO_TEST_CASE(how_the_stream_formats_does_not_matter)
{
    std::ostringstream out;
    out.imbue(std::locale(std::locale::classic(), new grouping));
    out << std::hex << std::showbase << std::setw(99) << std::setfill('_');
    cojob::log_to(out)->on_polls_stretched({1234567, 4, 1s});
    BOOST_TEST(out.str() == "cojob warning polls delayed, one is 1 s late overdue=1234567 in_flight=4\n");
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
    std::atomic<int> ready = 0; // no latch: that of libstdc++ 12 for Windows can miss the last arrival
    const auto tell = [&](std::string_view host) {
        for (++ready; ready < 2;)
            std::this_thread::yield();
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
