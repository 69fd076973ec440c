#include <cojob/impl/internal/policy/verdict.hpp>

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <map>

namespace verdict_tests {

using cojob::effect;
using cojob::errc;
using cojob::error_code;
using cojob::stop_reason;
using cojob::detail::attempt_error;
using cojob::detail::attempt_outcome;
using cojob::detail::final_error;
using cojob::detail::status_error;

const error_code success;
const error_code aborted = boost::asio::error::operation_aborted;

enum sent { before_commit, after_commit };

/// A row of the table of outcomes: what an attempt ends with, and what a call that ends with it does.
struct row {
    const char* outcome;
    attempt_outcome attempt;
    error_code get, del, post;
};

attempt_outcome failed(errc error, sent when)
{
    return {error, 0, false, when == after_commit};
}

attempt_outcome stopped(stop_reason why, sent when)
{
    return {aborted, 0, false, when == after_commit, why};
}

attempt_outcome answered(int status, bool has_retry_hint = false)
{
    return {{}, status, has_retry_hint, true};
}

/// Before all of the request was written.
attempt_outcome to_a_part(attempt_outcome attempt)
{
    attempt.is_cut_short = true;
    return attempt;
}

row alike(const char* outcome, attempt_outcome attempt, error_code code)
{
    return {outcome, attempt, code, code, code};
}

row ambiguous(const char* outcome, attempt_outcome attempt, error_code code)
{
    return {outcome, attempt, code, code, errc::outcome_unknown};
}

attempt_outcome at_proxy(attempt_outcome attempt)
{
    attempt.is_at_proxy = true;
    return attempt;
}

const row table[] = {
    alike("no address found, or none answers", failed(errc::connect_failed, before_commit), errc::connect_failed),
    alike("connecting takes too long", failed(errc::connect_timeout, before_commit), errc::connect_timeout),
    alike("TLS handshake fails", failed(errc::tls_failed, before_commit), errc::tls_failed),
    alike("proxy refuses", failed(errc::proxy_failed, before_commit), errc::proxy_failed),
    alike("the proxy is silent", at_proxy(stopped(stop_reason::limit, before_commit)), errc::proxy_failed),
    alike("the call's deadline at the proxy", at_proxy(stopped(stop_reason::deadline, before_commit)),
          errc::deadline_exceeded),
    alike("cancelled at the proxy", at_proxy(stopped(stop_reason::cancelled, before_commit)), aborted),
    alike("certificate rejected", failed(errc::certificate_rejected, before_commit), errc::certificate_rejected),
    alike("connection lost before the request", failed(errc::connection_lost, before_commit), errc::connection_lost),
    alike("a limit before commit", stopped(stop_reason::limit, before_commit), errc::connect_timeout),
    alike("the call's deadline before commit", stopped(stop_reason::deadline, before_commit), errc::deadline_exceeded),
    alike("cancelled before commit", stopped(stop_reason::cancelled, before_commit), aborted),
    alike("closed before commit", stopped(stop_reason::closed, before_commit), aborted),

    alike("the server did not accept the handshake, after commit", failed(errc::tls_failed, after_commit),
          errc::tls_failed),
    ambiguous("a limit after commit", stopped(stop_reason::limit, after_commit), errc::request_timeout),
    ambiguous("reset, or an early end", failed(errc::connection_lost, after_commit), errc::connection_lost),
    ambiguous("not HTTP", failed(errc::malformed_response, after_commit), errc::malformed_response),
    ambiguous("over a limit", failed(errc::response_too_large, after_commit), errc::response_too_large),
    ambiguous("the call's deadline after commit", stopped(stop_reason::deadline, after_commit),
              errc::deadline_exceeded),
    ambiguous("closed after commit", stopped(stop_reason::closed, after_commit), aborted),
    alike("forked after commit: the parent goes on", stopped(stop_reason::forked, after_commit), aborted),
    {"cancelled after commit", stopped(stop_reason::cancelled, after_commit), aborted, errc::outcome_unknown,
     errc::outcome_unknown},

    alike("401", answered(401), errc::unauthorized),
    ambiguous("408: a gateway's upstream may have been at work", answered(408), errc::rejected),
    ambiguous("408 with Retry-After", answered(408, true), errc::rejected),
    alike("408 to a part of the request", to_a_part(answered(408)), errc::rejected),
    ambiguous("500 to a part of the request", to_a_part(answered(500)), errc::server_error),
    alike("413 to a part of the request", to_a_part(answered(413)), errc::rejected),
    alike("421: not this server's", answered(421), errc::rejected),
    alike("425", answered(425), errc::rejected),
    alike("429", answered(429), errc::rate_limited),
    alike("429 with a hint", answered(429, true), errc::rate_limited),
    alike("503 with Retry-After", answered(503, true), errc::server_error),
    ambiguous("bare 503", answered(503), errc::server_error),
    ambiguous("500", answered(500), errc::server_error),
    ambiguous("500 with Retry-After", answered(500, true), errc::server_error),
    ambiguous("502", answered(502), errc::server_error),
    ambiguous("504", answered(504), errc::server_error),
    alike("501: the server does not know the method", answered(501), errc::server_error),
    alike("505: nor the version", answered(505), errc::server_error),
    alike("101", answered(101), errc::unexpected_status),
    alike("302", answered(302), errc::unexpected_status),
    alike("304", answered(304), errc::unexpected_status),
    alike("999", answered(999), errc::unexpected_status),
    alike("400", answered(400), errc::rejected),
    alike("403", answered(403), errc::forbidden),
    alike("404", answered(404), errc::not_found),
    alike("409", answered(409), errc::conflict),
    alike("422", answered(422), errc::rejected),
    alike("200", answered(200), success),
    alike("201", answered(201), success),
    alike("204", answered(204), success),
};

error_code judge(attempt_outcome attempt, effect what)
{
    attempt.effect = what;
    return final_error(attempt);
}

/// What api.md says of a status, written the other way round: by class, with the exceptions listed.
error_code documented(int status)
{
    static const std::map<int, errc> named{{401, errc::unauthorized},
                                           {403, errc::forbidden},
                                           {404, errc::not_found},
                                           {409, errc::conflict},
                                           {429, errc::rate_limited}};
    if (const auto found = named.find(status); found != named.end())
        return found->second;
    switch (status / 100) {
    case 2: return success;
    case 4: return errc::rejected;
    case 5: return errc::server_error;
    default: return errc::unexpected_status;
    }
}

} // namespace verdict_tests

BOOST_AUTO_TEST_SUITE(a_verdict)

using namespace verdict_tests;

BOOST_AUTO_TEST_CASE(follows_from_the_outcome_and_from_what_repeating_would_do)
{
    for (const auto& expected : table) {
        BOOST_TEST_CONTEXT(expected.outcome)
        {
            BOOST_TEST(judge(expected.attempt, effect::none) == expected.get);
            BOOST_TEST(judge(expected.attempt, effect::idempotent) == expected.del);
            BOOST_TEST(judge(expected.attempt, effect::once) == expected.post);
        }
    }
}

BOOST_AUTO_TEST_CASE(leaves_the_reason_of_the_attempt_itself_in_its_trail)
{
    for (const auto& expected : table)
        for (const auto what : {effect::none, effect::idempotent, effect::once}) {
            auto attempt = expected.attempt;
            attempt.effect = what;
            BOOST_TEST_CONTEXT(expected.outcome) BOOST_TEST(attempt_error(attempt) == expected.get);
        }
}

BOOST_AUTO_TEST_CASE(never_says_outcome_unknown_of_what_was_not_sent_or_may_be_repeated)
{
    for (const auto& expected : table) {
        BOOST_TEST_CONTEXT(expected.outcome)
        {
            BOOST_TEST(judge(expected.attempt, effect::none) != make_error_code(errc::outcome_unknown));
            auto unsent = expected.attempt;
            unsent.was_committed = false;
            BOOST_TEST(judge(unsent, effect::once) != make_error_code(errc::outcome_unknown));
        }
    }
}

BOOST_AUTO_TEST_CASE(gives_every_status_a_code)
{
    for (int status = 100; status < 600; ++status)
        BOOST_TEST_CONTEXT(status) BOOST_TEST(status_error(status) == documented(status));
    for (const auto status : {-1, 0, 1, 99, 600, 999, 1000})
        BOOST_TEST_CONTEXT(status) BOOST_TEST(status_error(status) == make_error_code(errc::unexpected_status));
}

BOOST_AUTO_TEST_CASE(of_a_post_is_unknown_for_exactly_the_statuses_that_do_not_tell)
{
    for (int status = 100; status < 600; ++status) {
        const auto is_refusal = status == 501 || status == 505;
        const auto is_unknown = (status >= 500 && !is_refusal) || status == 408;
        BOOST_TEST_CONTEXT(status)
        BOOST_TEST(judge(answered(status), effect::once) ==
                   (is_unknown ? make_error_code(errc::outcome_unknown) : documented(status)));
    }
}

BOOST_AUTO_TEST_SUITE_END()
