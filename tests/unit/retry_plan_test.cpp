#include <cojob/impl/internal/policy/retry_plan.hpp>

#include "support/planned_call.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <ostream>
#include <string_view>
#include <vector>

namespace retry_plan_tests {

using namespace tests::retries;
using cojob::effect;
using cojob::retry_options;
using cojob::stop_reason;

/// What follows an attempt. All but the second and third cost no attempt and no time.
enum class next { ends, again, again_elsewhere, reconnected, reauthorized, succeeds, in_an_odd_way };

std::ostream& operator<<(std::ostream& out, next n)
{
    static constexpr const char* names[] = {"ends",         "again",    "again elsewhere", "reconnected",
                                            "reauthorized", "succeeds", "in an odd way"};
    return out << names[static_cast<int>(n)];
}

struct row {
    const char* outcome;
    attempt_outcome attempt;
    next get, del, post;
};

row alike(const char* outcome, attempt_outcome attempt, next what)
{
    return {outcome, attempt, what, what, what};
}

row not_a_post(const char* outcome, attempt_outcome attempt, next what)
{
    return {outcome, attempt, what, what, next::ends};
}

const row table[] = {
    alike("no address found, or none answers", unsent(errc::connect_failed), next::again),
    alike("a limit of the connection", unsent(errc::connect_timeout), next::again),
    alike("TLS handshake fails", unsent(errc::tls_failed), next::again),
    alike("the proxy cannot now", unsent(errc::proxy_failed), next::again),
    alike("the proxy refuses", refused(errc::proxy_failed), next::ends),
    alike("a limit before commit", stopped(stop_reason::limit, false), next::again),
    alike("connection lost before the request", unsent(errc::connection_lost), next::again),
    alike("certificate rejected", unsent(errc::certificate_rejected), next::ends),
    alike("the call's deadline before commit", stopped(stop_reason::deadline, false), next::ends),
    alike("cancelled before commit", stopped(stop_reason::cancelled, false), next::ends),
    alike("closed before commit", stopped(stop_reason::closed, false), next::ends),

    not_a_post("kept connection closed", stale(lost(errc::connection_lost)), next::reconnected),
    not_a_post("silence on a kept connection", stale(stopped(stop_reason::limit, true)), next::again),
    not_a_post("a limit after commit", stopped(stop_reason::limit, true), next::again),
    not_a_post("the transport's own limit", lost(errc::request_timeout), next::again),
    not_a_post("reset, or an early end", lost(errc::connection_lost), next::again),
    alike("the server did not accept the handshake, after commit", lost(errc::tls_failed), next::ends),
    alike("not HTTP", lost(errc::malformed_response), next::ends),
    alike("not HTTP on a kept connection", stale(lost(errc::malformed_response)), next::ends),
    alike("over a limit", lost(errc::response_too_large), next::ends),
    alike("the call's deadline after commit", stopped(stop_reason::deadline, true), next::ends),
    alike("cancelled after commit", stopped(stop_reason::cancelled, true), next::ends),
    alike("closed after commit", stopped(stop_reason::closed, true), next::ends),
    alike("forked after commit", stopped(stop_reason::forked, true), next::ends),
    alike("closed after commit on a kept connection", stale(stopped(stop_reason::closed, true)), next::ends),

    alike("401", answered(401), next::reauthorized),
    not_a_post("408", answered(408), next::again),
    not_a_post("408 with a hint", answered(408, true), next::again),
    alike("408 to a part of the request", to_a_part(answered(408)), next::again),
    alike("421", answered(421), next::again_elsewhere),
    alike("425", answered(425), next::again),
    alike("429", answered(429), next::again),
    alike("429 with a hint", answered(429, true), next::again),
    alike("503 with Retry-After", answered(503, true), next::again),
    not_a_post("bare 503", answered(503), next::again),
    not_a_post("500", answered(500), next::again),
    not_a_post("500 with Retry-After", answered(500, true), next::again),
    not_a_post("502", answered(502), next::again),
    not_a_post("504", answered(504), next::again),
    alike("501", answered(501), next::ends),
    alike("505 with Retry-After", answered(505, true), next::ends),
    alike("101", answered(101), next::ends),
    alike("302", answered(302), next::ends),
    alike("999", answered(999), next::ends),
    alike("400", answered(400), next::ends),
    alike("403", answered(403), next::ends),
    alike("404", answered(404), next::ends),
    alike("409", answered(409), next::ends),
    alike("422 with Retry-After", answered(422, true), next::ends),
    alike("200", answered(200), next::ends),
    alike("201 with Retry-After", answered(201, true), next::ends),
    alike("204", answered(204), next::ends),
};

/// What follows, and whether that cost an attempt.
next follows(effect e, const attempt_outcome& outcome)
{
    planned_call call(e, attempts(2));
    const auto step = call.after(outcome);
    if (!step.is_again)
        return step.is_success ? next::succeeds : next::ends;
    const auto was_free = call.after(unsent(errc::connect_failed)).is_again;
    if (!was_free && step.wait > 0s && step.needs_new_connection)
        return next::again_elsewhere;
    if (was_free != (step.wait == 0s) || was_free != (step.needs_new_connection || step.needs_new_credential))
        return next::in_an_odd_way;
    if (!was_free)
        return next::again;
    if (step.needs_new_connection && step.needs_new_credential)
        return next::in_an_odd_way;
    return step.needs_new_connection ? next::reconnected : next::reauthorized;
}

/// A failure of each kind that may be repeated, and what switches that off.
struct kind {
    bool retry_options::* option;
    attempt_outcome failure;
    std::string_view why_not = "disabled in retry_options";
};

const kind kinds[] = {
    {&retry_options::on_connect_failure, unsent(errc::connect_failed)},
    {&retry_options::on_lost_answer, lost(errc::connection_lost)},
    {&retry_options::on_server_error, answered(500)},
    {&retry_options::on_unavailable, answered(503, true)},
    {&retry_options::on_throttled, answered(429)},
    {&retry_options::on_not_ready, answered(425)},
    {&retry_options::on_new_credential, answered(401), ""},
};

constexpr effect effects[] = {effect::none, effect::idempotent, effect::once};

} // namespace retry_plan_tests

BOOST_AUTO_TEST_SUITE(a_retry_plan)

using namespace retry_plan_tests;

BOOST_AUTO_TEST_CASE(repeats_what_cannot_do_the_work_twice)
{
    for (const auto& r : table)
        BOOST_TEST_CONTEXT(r.outcome)
        {
            BOOST_TEST(follows(effect::none, r.attempt) == r.get);
            BOOST_TEST(follows(effect::idempotent, r.attempt) == r.del);
            BOOST_TEST(follows(effect::once, r.attempt) == r.post);
        }
}

BOOST_AUTO_TEST_CASE(knows_every_status)
{
    for (int status = 100; status < 1000; ++status)
        for (const auto has_hint : {false, true}) {
            const auto is_refusal = status == 425 || status == 429 || (status == 503 && has_hint);
            const auto is_timeout = status == 408;
            const auto is_failure = status >= 500 && status < 600 && status != 501 && status != 505;
            const auto again_if = [](bool b) { return b ? next::again : next::ends; };
            BOOST_TEST_CONTEXT(status << (has_hint ? " with a hint" : ""))
            {
                if (status == 401 || status == 421)
                    continue;
                BOOST_TEST(follows(effect::none, answered(status, has_hint)) ==
                           again_if(is_refusal || is_timeout || is_failure));
                BOOST_TEST(follows(effect::once, answered(status, has_hint)) == again_if(is_refusal));
            }
        }
}

BOOST_AUTO_TEST_CASE(reconnects_and_reauthorizes_once)
{
    planned_call stale_call(effect::none);
    BOOST_TEST(stale_call.after(stale(lost(errc::connection_lost))).needs_new_connection);
    const auto second = stale_call.after(stale(lost(errc::connection_lost)));
    BOOST_TEST(second.is_again);
    BOOST_CHECK(second.wait > 0s);

    for (const auto e : effects) {
        planned_call refused(e);
        BOOST_TEST(refused.after(answered(401)).needs_new_credential);
        BOOST_TEST(!refused.after(answered(401)).is_again);
        auto m = some_moment;
        m.has_provider = false;
        BOOST_TEST(!planned_call(e).after(answered(401), m).is_again);
    }
}

BOOST_AUTO_TEST_CASE(takes_another_connection_once_where_the_server_says_that_it_is_the_wrong_one)
{
    for (const auto e : effects) {
        planned_call c(e);
        BOOST_TEST(c.after(answered(421)).needs_new_connection);
        BOOST_TEST(c.after(answered(425)).needs_new_connection); // the old one may still be kept
        BOOST_TEST(!c.after(answered(421)).is_again);
    }
    retry_budget budget;
    planned_call poll(budget, purpose::poll); // the next poll would meet the same connection
    const auto step = poll.after(answered(421));
    BOOST_TEST((step.is_again && step.needs_new_connection && step.wait == 0s));
    BOOST_TEST(!poll.after(answered(421)).is_again);
    retry_options off;
    off.on_not_ready = false;
    for (const auto& o : {attempts(1), off})
        BOOST_TEST(!planned_call(budget, purpose::poll, effect::none, o).after(answered(421)).is_again);
}

BOOST_AUTO_TEST_CASE(waits_a_second_at_least_where_the_server_takes_leave_for_no_time)
{
    for (const auto& failure : {answered(429, true), answered(503, true), answered(500, true), answered(425, true)})
        for (const auto hint : {std::optional<cojob::duration>(), std::optional<cojob::duration>(0ns)}) {
            auto m = some_moment;
            m.uniform = 0;
            m.hint = hint;
            planned_call c(effect::none, attempts(9));
            BOOST_CHECK(c.after(failure, m).wait == 1s);
            for (int i = 0; i < 2; ++i)
                BOOST_TEST(c.after(failure, m).is_again);
            BOOST_CHECK(c.after(failure, m).wait >= 2s); // it doubles as it always does
        }
}

BOOST_AUTO_TEST_CASE(has_a_switch_for_each_kind_of_failure)
{
    for (const auto& off : kinds)
        for (const auto& k : kinds) {
            retry_options o;
            o.*off.option = false;
            const auto step = planned_call(effect::none, o).after(k.failure);
            BOOST_TEST(step.is_again == (&k != &off));
            BOOST_TEST(step.why_not == (&k == &off ? off.why_not : ""));
        }
    retry_options o;
    o.on_lost_answer = false; // that is no failure
    BOOST_TEST(planned_call(effect::none, o).after(stale(lost(errc::connection_lost))).is_again);
}

BOOST_AUTO_TEST_CASE(makes_as_many_attempts_as_it_may)
{
    for (const auto& k : kinds)
        BOOST_TEST(!planned_call(effect::none, attempts(1)).after(k.failure).is_again);
    BOOST_TEST(planned_call(effect::none, attempts(1)).after(stale(lost(errc::connection_lost))).is_again);
    for (const auto e : effects) {
        planned_call c(e, attempts(4));
        for (const auto status : {425, 401, 429, 425})
            BOOST_TEST(c.after(answered(status)).is_again);
        BOOST_TEST(c.after(answered(425)).why_not == "max_attempts reached");
    }
}

BOOST_AUTO_TEST_CASE(takes_404_for_the_end_of_a_delete_that_may_have_done_its_work)
{
    const auto removed = [](std::vector<attempt_outcome> before, effect e = effect::idempotent, bool removes = true) {
        planned_call c(e);
        before.push_back(answered(404));
        retry_step step;
        for (auto attempt : before) {
            attempt.removes = removes;
            step = c.after(attempt);
        }
        BOOST_TEST(!step.is_again);
        return step.is_success;
    };
    for (const auto& ambiguous :
         {lost(errc::connection_lost), stale(lost(errc::connection_lost)), answered(502),
          stopped(stop_reason::limit, true), answered(503), answered(500, true), answered(408)}) {
        BOOST_TEST(removed({ambiguous}));
        BOOST_TEST(removed({ambiguous, unsent(errc::connect_failed)}));
        BOOST_TEST(removed({answered(429), ambiguous, answered(401)}));
        BOOST_TEST(!removed({ambiguous}, effect::none));
        BOOST_TEST(!removed({ambiguous}, effect::idempotent, false)); // a PUT
    }
    for (const auto& refused :
         {unsent(errc::connect_failed), stopped(stop_reason::limit, false), answered(429), answered(503, true),
          to_a_part(answered(408)), answered(401), answered(421), lost(errc::tls_failed)})
        BOOST_TEST(!removed({refused}));
    BOOST_TEST(!removed({}));
}

BOOST_AUTO_TEST_SUITE_END()
