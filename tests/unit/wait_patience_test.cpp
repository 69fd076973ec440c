// What a wait bears, and for how long.
#include <cojob/impl/internal/job/answer_series.hpp>
#include <cojob/impl/internal/job/poll_failure.hpp>
#include <cojob/impl/internal/job/wait_patience.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <vector>

namespace wait_patience_tests {

using namespace std::chrono_literals;
using cojob::errc;
using cojob::detail::answer_series;
using cojob::detail::poll_failure;
using cojob::detail::wait_patience;

const cojob::time_point start{100h};

cojob::error_info failed(errc code, int status = 0)
{
    cojob::error_info failure(code);
    failure.http_status = status;
    return failure;
}

struct kind_row {
    errc code;
    int status;
    poll_failure kind;
    bool is_silence;
};

const std::vector<kind_row> kinds{
    {errc::rate_limited, 429, poll_failure::throttled, false},
    {errc::connect_failed, 0, poll_failure::passing, true},
    {errc::connect_timeout, 0, poll_failure::passing, true},
    {errc::tls_failed, 0, poll_failure::passing, true},
    {errc::proxy_failed, 0, poll_failure::passing, true},
    {errc::proxy_failed, 502, poll_failure::passing, true}, // the proxy's
    {errc::request_timeout, 0, poll_failure::passing, true},
    {errc::connection_lost, 0, poll_failure::passing, true},
    {errc::deadline_exceeded, 0, poll_failure::passing, true},
    {errc::server_error, 500, poll_failure::passing, false},
    {errc::server_error, 503, poll_failure::passing, false},
    {errc::server_error, 0, poll_failure::passing, false}, // of an own API
    {errc::rejected, 408, poll_failure::passing, false},
    {errc::rejected, 425, poll_failure::passing, false},
    {errc::server_error, 501, poll_failure::odd, false},
    {errc::server_error, 505, poll_failure::odd, false},
    {errc::rejected, 421, poll_failure::odd, false},
    {errc::not_found, 404, poll_failure::odd, false},
    {errc::invalid_response, 200, poll_failure::odd, false},
    {errc::response_too_large, 200, poll_failure::odd, false},
    {errc::malformed_response, 0, poll_failure::odd, true},
    {errc::unexpected_status, 302, poll_failure::odd, false},
    {errc::connection_lost, 200, poll_failure::odd, false}, // in the middle of the body
    {errc::request_timeout, 200, poll_failure::odd, false},
    {errc::rejected, 410, poll_failure::final, false},
    {errc::rejected, 400, poll_failure::final, false},
    {errc::conflict, 409, poll_failure::final, false},
    {errc::unauthorized, 401, poll_failure::final, false},
    {errc::forbidden, 403, poll_failure::final, false},
    {errc::certificate_rejected, 0, poll_failure::final, true},
    {errc::invalid_argument, 0, poll_failure::final, false},
};

} // namespace wait_patience_tests

BOOST_AUTO_TEST_SUITE(a_failed_poll)

using namespace wait_patience_tests;

BOOST_AUTO_TEST_CASE(is_of_one_of_four_kinds)
{
    for (const auto& row : kinds) {
        const auto failure = failed(row.code, row.status);
        BOOST_TEST_CONTEXT(failure.code().message() << " " << row.status)
        {
            BOOST_CHECK(cojob::detail::kind_of(failure) == row.kind);
            BOOST_TEST(cojob::detail::is_silence(failure) == row.is_silence);
        }
    }
}

BOOST_AUTO_TEST_CASE(ends_the_wait_if_it_would_come_again)
{
    for (const auto status : {0, 407, 421}) {
        auto failure = failed(errc::proxy_failed, status);
        failure.is_final = true;
        BOOST_CHECK(cojob::detail::kind_of(failure) == poll_failure::final);
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_series_of_odd_answers)

using namespace wait_patience_tests;

BOOST_AUTO_TEST_CASE(needs_thirty_seconds_and_three_polls)
{
    answer_series quick;
    for (auto at = 0s; at < 30s; at += 1s)
        BOOST_TEST(!quick.goes_on_too_long(start + at));
    BOOST_TEST(quick.goes_on_too_long(start + 30s));
    answer_series slow;
    BOOST_TEST(!slow.goes_on_too_long(start));
    BOOST_TEST(!slow.goes_on_too_long(start + 1h));
    BOOST_TEST(slow.goes_on_too_long(start + 2h));
}

BOOST_AUTO_TEST_CASE(is_ended_by_an_answer_only)
{
    answer_series series;
    BOOST_TEST(!series.goes_on_too_long(start));
    series.failed(); // as a restarting server does in between
    BOOST_TEST(series.goes_on_too_long(start + 30s));
    series.answered();
    BOOST_TEST(!series.goes_on_too_long(start + 31s));
}

BOOST_AUTO_TEST_CASE(does_not_begin_with_a_failure_that_passes)
{
    answer_series series;
    for (int i = 0; i < 100; ++i)
        series.failed();
    BOOST_TEST(!series.goes_on_too_long(start));
    BOOST_TEST(!series.goes_on_too_long(start + 40s)); // the second
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(the_patience_of_a_wait)

using namespace wait_patience_tests;

BOOST_AUTO_TEST_CASE(begins_with_the_first_poll_that_is_sent)
{
    wait_patience p(10min);
    p.excuse(1h);
    BOOST_TEST(!p.has_sent());
    BOOST_TEST((p.end() == cojob::time_point::max()));
    p.poll_was_sent(start);
    p.poll_was_sent(start + 1min);
    BOOST_TEST(p.has_sent());
    BOOST_TEST((p.end() == start + 2min));
}

BOOST_AUTO_TEST_CASE(is_two_minutes_to_the_first_answer_and_then_what_the_wait_has)
{
    wait_patience p(10min);
    p.poll_was_sent(start);
    p.answered();
    BOOST_TEST((p.end() == cojob::time_point::max()));
    p.poll_was_sent(start + 1min);
    BOOST_TEST((p.end() == start + 11min));
    p.responded(); // with a 500, say
    BOOST_TEST((p.end() == cojob::time_point::max()));
    p.poll_was_sent(start + 2min);
    BOOST_TEST((p.end() == start + 12min));
}

BOOST_AUTO_TEST_CASE(is_not_reset_by_a_response_that_tells_nothing_of_the_job_before_the_first_that_does)
{
    wait_patience p(10min);
    p.poll_was_sent(start);
    p.responded();
    BOOST_TEST((p.end() == start + 2min));
}

BOOST_AUTO_TEST_CASE(does_not_count_what_is_no_fault_of_the_server)
{
    wait_patience p(10min);
    p.poll_was_sent(start);
    p.excuse(5min);
    BOOST_TEST((p.end() == start + 7min));
    p.answered();
    p.poll_was_sent(start + 10min);
    p.excuse(1h);
    BOOST_TEST((p.end() == start + 10min + 10min + 1h));
    p.excuse(cojob::no_timeout);
    BOOST_TEST((p.end() == cojob::time_point::max()));
}

BOOST_AUTO_TEST_CASE(has_no_end_where_none_is_wanted)
{
    wait_patience p(cojob::no_timeout);
    p.answered();
    p.poll_was_sent(start);
    BOOST_TEST((p.end() == cojob::time_point::max()));
}

BOOST_AUTO_TEST_SUITE_END()
