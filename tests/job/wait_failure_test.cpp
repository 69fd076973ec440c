#include "support/waits.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace wait_tests {

struct failure_row {
    const char* what;
    reply poll;
    bool passes;                 ///< for a job that was seen
    cojob::error_code ends_with; ///< of a wait whose polls all fail so
    bool is_odd = false;         ///< does not pass for a job that was never seen
};

const std::vector<failure_row> failures{
    {"connect refused", {errc::connect_failed, phase::connecting}, true, errc::connect_failed},
    {"TLS failed", {errc::tls_failed, phase::handshaking}, true, errc::tls_failed},
    {"lost", {errc::connection_lost, phase::awaiting_response}, true, errc::connection_lost},
    {"408", {408, "", {}}, true, errc::rejected},
    {"425", {425, "", {}}, true, errc::rejected},
    {"429", {429, "", {}}, true, errc::rate_limited},
    {"500", {500, "", {}}, true, errc::server_error},
    {"502", {502, "", {}}, true, errc::server_error},
    {"503", {503, "", {}}, true, errc::server_error},
    {"504", {504, "", {}}, true, errc::server_error},
    {"certificate", {errc::certificate_rejected, phase::handshaking}, false, errc::certificate_rejected},
    {"not HTTP", {errc::malformed_response, phase::receiving}, true, errc::malformed_response, true},
    {"too large", {errc::response_too_large, phase::receiving}, true, errc::response_too_large, true},
    {"not JSON", {200, "<html>", {}}, true, errc::invalid_response, true},
    {"401", {401, "", {}}, false, errc::unauthorized},
    {"403", {403, "", {}}, false, errc::forbidden},
    {"404", {404, "", {}}, true, errc::not_found, true},
    {"410", {410, "", {}}, false, errc::rejected},
    {"301", {301, "", {}}, true, errc::unexpected_status, true},
    {"999", {999, "", {}}, true, errc::unexpected_status, true},
};

} // namespace wait_tests

BOOST_AUTO_TEST_SUITE(a_wait_that_fails)

using namespace wait_tests;

BOOST_AUTO_TEST_CASE(gives_up_at_the_deadline_with_the_last_status)
{
    scripted_agent s(sequence({job_reply("active")}));
    auto waiting = s.start(wait_for_job(s.agent, "job_1", {.timeout = 1min}));
    const auto took = s.until_done(waiting);
    BOOST_TEST(waiting.code() == errc::wait_timeout);
    BOOST_TEST(waiting.error().job_id == "job_1");
    BOOST_TEST(waiting.error().job_status == "active");
    BOOST_TEST(took >= 58.9); // the last poll is one second before the deadline, and the wait ends with its answer
    BOOST_TEST(took <= 59.2);
}

BOOST_AUTO_TEST_CASE(a_short_wait_still_polls_once)
{
    scripted_agent s(sequence({job_reply("active")}));
    auto waiting = s.start(create_and_wait(s.agent, {.timeout = 1s}));
    s.until_done(waiting);
    BOOST_TEST(waiting.code() == errc::wait_timeout);
    BOOST_TEST(s.transport->requests().size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_failure_that_may_pass_is_followed_by_the_next_poll_and_any_other_ends_the_wait)
{
    for (const auto& row : failures) {
        BOOST_TEST_CONTEXT(row.what)
        {
            scripted_agent s(sequence({job_reply("active"), row.poll, job_reply("completed")}));
            auto waiting = s.start(wait_for_job(s.agent, "job_1"));
            s.until_done(waiting);
            BOOST_TEST(waiting.get().has_value() == row.passes);
            BOOST_TEST(waiting.code() == (row.passes ? cojob::error_code() : row.ends_with));
            BOOST_TEST(s.transport->requests().size() == (row.passes ? 3U : 2U)); // one attempt a poll
            if (!row.passes) {
                BOOST_TEST(waiting.error().job_id == "job_1");
                BOOST_TEST(waiting.error().job_status == "active");
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_server_that_never_answers_a_poll_ends_the_wait_after_two_minutes)
{
    for (const auto& row : failures) {
        if (!row.passes || row.is_odd || row.ends_with == errc::rate_limited) // who says "too many" is alive
            continue;
        BOOST_TEST_CONTEXT(row.what)
        {
            scripted_agent s(sequence({row.poll}));
            auto waiting = s.start(wait_for_job(s.agent, "job_1"));
            const auto took = s.until_done(waiting);
            BOOST_TEST(waiting.code() == row.ends_with);
            BOOST_TEST(waiting.error().job_id == "job_1");
            BOOST_TEST(took == 120.0, boost::test_tools::tolerance(0.002));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_server_that_stops_answering_is_not_a_job_that_does_not_end)
{
    scripted_agent s(sequence({job_reply("active"), {errc::connect_failed, phase::connecting}}));
    auto waiting = s.start(wait_for_job(s.agent, "job_1", {.timeout = 10min}));
    const auto took = s.until_done(waiting);
    BOOST_TEST(waiting.code() == errc::connect_failed);
    BOOST_TEST(waiting.error().job_status == "active");
    BOOST_TEST(took > 590);
}

BOOST_AUTO_TEST_CASE(the_deadline_cuts_a_poll_that_hangs)
{
    const struct {
        reply hangs;
        errc expected;
    } rows[] = {
        {after(cojob::no_timeout, {errc::connect_failed, phase::connecting}), errc::connect_timeout},
        {after(cojob::no_timeout, {200, "", {}}), errc::request_timeout},
    };
    for (const auto& row : rows) {
        scripted_agent s(sequence({row.hangs}));
        auto waiting = s.start(wait_for_job(s.agent, "job_1", {.timeout = 20s}));
        const auto took = s.until_done(waiting);
        BOOST_TEST(waiting.code() == row.expected);
        BOOST_TEST(took == 20.0, boost::test_tools::tolerance(0.01));
    }
}

BOOST_AUTO_TEST_CASE(a_poll_that_hangs_after_an_answer_is_a_wait_timeout)
{
    scripted_agent s(sequence({job_reply("active"), after(cojob::no_timeout, job_reply("completed"))}));
    auto waiting = s.start(wait_for_job(s.agent, "job_1", {.timeout = 20s}));
    s.until_done(waiting);
    BOOST_TEST(waiting.code() == errc::wait_timeout);
    BOOST_TEST(waiting.error().job_status == "active");
}

BOOST_AUTO_TEST_CASE(a_retry_after_on_a_success_raises_the_next_delay)
{
    scripted_agent s(
        sequence({{200, tests::job_json("job_1", "active"), {{"Retry-After", "60"}}}, job_reply("completed")}));
    auto waiting = s.start(wait_for_job(s.agent, "job_1"));
    BOOST_TEST(s.until_done(waiting) == 60.0, boost::test_tools::tolerance(0.01));
}

BOOST_AUTO_TEST_CASE(a_retry_after_of_days_is_not_slept_through)
{
    const std::vector<std::pair<int, errc>> rows{{429, errc::rate_limited}, {503, errc::server_error}};
    for (const auto& [status, expected] : rows) {
        scripted_agent s(sequence({{status, "", {{"Retry-After", "200000"}}}}));
        auto waiting = s.start(wait_for_job(s.agent, "job_1"));
        BOOST_TEST(waiting.code() == expected);
        BOOST_TEST((waiting.error().retry_at == s.clock->wall_now() + 200000s));
        BOOST_TEST(s.elapsed() == 0);
    }
    scripted_agent s(
        sequence({{200, tests::job_json("job_1", "active"), {{"Retry-After", "200000"}}}, job_reply("completed")}));
    auto waiting = s.start(wait_for_job(s.agent, "job_1", {.timeout = cojob::no_timeout}));
    BOOST_TEST(s.until_done(waiting) <= 120.1);
}

BOOST_AUTO_TEST_CASE(bad_arguments_are_refused_when_awaited_and_nothing_is_sent)
{
    scripted_agent s(sequence({job_reply("active")}));
    const std::vector<std::pair<std::string, wait_options>> rows{{"", {}},
                                                                 {"..", {}},
                                                                 {"a\r\nb", {}},
                                                                 {"job_1", {.timeout = 0s}},
                                                                 {"job_1", {.timeout = -1s}},
                                                                 {"job_1", {.schedule = {.growth = 0.1}}}};
    for (const auto& [id, options] : rows) {
        auto waiting = s.start(wait_for_job(s.agent, id, options));
        BOOST_TEST(waiting.code() == errc::invalid_argument);
    }
    BOOST_TEST(s.transport->requests().empty());
}

BOOST_AUTO_TEST_CASE(ends_at_once_on_every_cancellation_wherever_it_is)
{
    using enum cojob::asio::cancellation_type;
    for (const auto type : {terminal, partial, total}) {
        for (const auto at : {0s, 2s, 6s}) { // in the first poll, between polls, in a later poll
            scripted_agent s(sequence({after(1s, job_reply("active"))}));
            auto waiting = s.start(wait_for_job(s.agent, "job_1"));
            s.clock->advance(at);
            const auto before = s.elapsed();
            waiting.cancel(type);
            s.clock->settle();
            BOOST_TEST(waiting.code() == cojob::asio::error::operation_aborted);
            BOOST_TEST(s.elapsed() == before);
            BOOST_TEST(s.clock->pending() == 0U);
        }
    }
}

BOOST_AUTO_TEST_CASE(close_ends_every_wait)
{
    scripted_agent s(sequence({after(1s, job_reply("active"))}));
    std::vector<tests::started<cojob::mintlify::agent_job>> waits;
    for (int i = 0; i < 10; ++i)
        waits.push_back(s.start(wait_for_job(s.agent, "job_1")));
    s.clock->advance(500ms);
    waits.push_back(s.start(create_and_wait(s.agent, {})));
    s.clock->advance(2s);
    s.agent.get_client().close();
    s.clock->settle();
    for (const auto& w : waits)
        BOOST_TEST(w.code() == cojob::asio::error::operation_aborted);
    auto later = s.start(wait_for_job(s.agent, "job_1"));
    BOOST_TEST(later.code() == cojob::asio::error::operation_aborted);
}

BOOST_AUTO_TEST_CASE(an_idle_client_has_nothing_pending)
{
    scripted_agent s(sequence({job_reply("completed")}));
    auto waiting = s.start(create_and_wait(s.agent, {}));
    s.until_done(waiting);
    BOOST_TEST(waiting.get().has_value());
    s.context.restart();
    s.context.run(); // returns
    BOOST_TEST(s.clock->pending() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
