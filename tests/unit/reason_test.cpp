#include <cojob/impl/internal/policy/reason.hpp>

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

namespace reason_tests {

using namespace std::chrono_literals;
using cojob::effect;
using cojob::errc;
using cojob::phase;
using cojob::stop_reason;
using cojob::detail::attempt_outcome;

attempt_outcome stopped(stop_reason why, bool was_committed)
{
    return {boost::asio::error::operation_aborted, 0, false, was_committed, why, effect::once};
}

attempt_outcome answered(int status)
{
    return {{}, status, false, true, stop_reason::none, effect::once};
}

} // namespace reason_tests

BOOST_AUTO_TEST_SUITE(a_reason)

using namespace reason_tests;

BOOST_AUTO_TEST_CASE(says_in_words_what_code_and_transport_do_not)
{
    const struct {
        attempt_outcome attempt;
        phase reached;
        const char* words;
    } rows[] = {
        {stopped(stop_reason::limit, true), phase::awaiting_response, "no response within 30 s"},
        {stopped(stop_reason::limit, true), phase::receiving, "no response within 30 s"},
        {stopped(stop_reason::limit, false), phase::resolving, "host name not resolved within 4 s"},
        {stopped(stop_reason::limit, false), phase::connecting, "no connection within 10 s"},
        {stopped(stop_reason::limit, false), phase::proxying, "no tunnel from the proxy within 10 s"},
        {stopped(stop_reason::limit, false), phase::handshaking, "no TLS handshake within 30 s"},
        {stopped(stop_reason::limit, false), phase::queued, "request not sent within 30 s"},
        {stopped(stop_reason::deadline, true), phase::receiving, "no response before the call's deadline"},
        {stopped(stop_reason::deadline, false), phase::queued, "request not sent before the call's deadline"},
        {stopped(stop_reason::cancelled, true), phase::sending, "cancelled before a response arrived"},
        {stopped(stop_reason::closed, true), phase::sending, "the client was closed before a response arrived"},
        {stopped(stop_reason::forked, true), phase::sending,
         "begun before the process forked: the parent process continues it"},
        {{errc::connection_lost, 0, false, true, stop_reason::none, effect::once}, phase::receiving, "connection lost"},
        {{errc::connection_lost, 0, false, true, stop_reason::none, effect::none}, phase::receiving, ""},
        {{errc::connect_failed}, phase::connecting, ""},
        {answered(500), phase::done, "the response does not show whether the server did the work"},
        {answered(408), phase::done, "the response does not show whether the server did the work"},
        {answered(301), phase::done, "redirects are not followed"},
        {answered(404), phase::done, ""},
        {answered(999), phase::done, ""},
    };
    cojob::timeout_options limits;
    limits.resolve = 4s;
    limits.handshake = cojob::no_timeout;
    for (const auto& [attempt, reached, words] : rows)
        BOOST_TEST(reason_of(attempt, reached, limits) == words);
}

BOOST_AUTO_TEST_SUITE_END()
