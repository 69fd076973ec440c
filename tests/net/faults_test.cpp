#include <cojob/error.hpp>
#include <cojob/mintlify/agent.hpp>
#include <cojob/testing/mock_server.hpp>

#include "support/mock_agent.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <ostream>
#include <string>

namespace faults_tests {

namespace data = boost::unit_test::data;
using cojob::errc;
using cojob::error_code;
using cojob::phase;
using cojob::mintlify::agent_job;
using cojob::testing::fault;
using namespace std::chrono_literals;

enum class connection { kept, dropped };
enum class ends { by_itself, by_time };

/// What a fault must come to. The attempt itself ends with the same code for both methods.
struct fault_case {
    const char* name;
    fault broken;
    error_code get, post;
    phase reached = phase::done;
    connection after = connection::dropped;
    ends how = ends::by_itself;

    friend std::ostream& operator<<(std::ostream& out, const fault_case& c) { return out << c.name; }
};

constexpr auto unknown = errc::outcome_unknown;
constexpr auto lost = errc::connection_lost;
constexpr auto malformed = errc::malformed_response;
constexpr auto too_large = errc::response_too_large;
constexpr auto invalid = errc::invalid_response;
constexpr auto timed_out = errc::request_timeout;
const error_code success;

const fault_case connection_faults[] = {
    {"close_at_accept", fault::close_at_accept, errc::tls_failed, errc::tls_failed, phase::handshaking},
    {"stall_handshake", fault::stall_handshake, errc::connect_timeout, errc::connect_timeout, phase::handshaking,
     connection::dropped, ends::by_time},
    {"garbage_handshake", fault::garbage_handshake, errc::tls_failed, errc::tls_failed, phase::handshaking},
};

const fault_case request_faults[] = {
    {"drop_after_request", fault::drop_after_request, lost, unknown, phase::awaiting_response},
    {"reset_after_request", fault::reset_after_request, lost, unknown, phase::awaiting_response},
    {"stall", fault::stall, timed_out, unknown, phase::awaiting_response, connection::dropped, ends::by_time},
    {"truncate_head", fault::truncate_head, lost, unknown, phase::receiving},
    {"truncate_body", fault::truncate_body, lost, unknown, phase::receiving},
    {"stall_in_body", fault::stall_in_body, timed_out, unknown, phase::receiving, connection::dropped, ends::by_time},
    {"garbage", fault::garbage, malformed, unknown, phase::receiving},
    {"garbage_first", fault::garbage_first, malformed, unknown, phase::receiving},
    {"slow_drip", fault::slow_drip, success, success, phase::done, connection::kept},
    {"endless_headers", fault::endless_headers, too_large, unknown, phase::receiving},
    {"many_headers", fault::many_headers, too_large, unknown, phase::receiving},
    {"endless_informational", fault::endless_informational, too_large, unknown, phase::receiving},
    {"huge_content_length", fault::huge_content_length, too_large, unknown, phase::receiving},
    {"endless_chunks", fault::endless_chunks, too_large, unknown, phase::receiving},
    {"long_chunk_extension", fault::long_chunk_extension, too_large, unknown, phase::receiving},
    {"two_answers", fault::two_answers, success, success},
    {"close_after_answer", fault::close_after_answer, success, success},
    {"announce_close", fault::announce_close, success, success},
    {"chunked", fault::chunked, success, success, phase::done, connection::kept},
    {"until_close", fault::until_close, success, success},
    {"empty_body", fault::empty_body, invalid, invalid, phase::done, connection::kept},
    {"html", fault::html, invalid, invalid, phase::done, connection::kept},
    {"deep_json", fault::deep_json, invalid, invalid, phase::done, connection::kept},
    {"invalid_utf8", fault::invalid_utf8, invalid, invalid, phase::done, connection::kept},
    {"status_999", fault::status_999, errc::unexpected_status, errc::unexpected_status, phase::done, connection::kept},
};

enum class method { get, post };

std::ostream& operator<<(std::ostream& out, method m)
{
    return out << (m == method::get ? "GET" : "POST");
}

cojob::client_options small_body()
{
    auto options = tests::one_attempt();
    options.limits.body_bytes = 64 * 1024;
    return options;
}

/// The server hangs: goes on until whatever it will send has come, then lets time pass.
void let_time_pass(tests::mock_agent& mock, const fault_case& expected, const tests::started<agent_job>& call)
{
    if (expected.reached == phase::handshaking)
        BOOST_TEST(mock.until_connections(1));
    else
        BOOST_TEST(mock.until_requests(1));
    mock.until([moments = 0]() mutable { return ++moments > 4; });
    BOOST_TEST(!call.is_done());
    mock.clock->jump(30s);
}

void check_attempt(const cojob::error_info& info, const fault_case& expected)
{
    BOOST_TEST_REQUIRE(info.attempts.size() == 1U);
    const auto& tried = info.attempts.front();
    BOOST_TEST(tried.ended == expected.get);
    if (expected.broken == fault::stall_in_body) // the head may still be on its way
        BOOST_TEST((tried.reached == phase::awaiting_response || tried.reached == phase::receiving));
    else
        BOOST_CHECK(tried.reached == expected.reached);
    BOOST_TEST(tried.wait == cojob::duration::zero());
}

void try_fault(const fault_case& expected, method m, bool use_tls)
{
    auto options = tests::plain_http();
    options.use_tls = use_tls;
    tests::mock_agent mock(options, small_body());
    const auto id = mock.server.add_job({{"active"}});
    mock.server.inject(expected.broken);

    auto call = mock.start(m == method::get ? mock.agent.get_job(id) : mock.agent.create_job("Document it"));
    if (expected.how == ends::by_time)
        let_time_pass(mock, expected, call);
    BOOST_TEST_REQUIRE(mock.finish(call));

    const auto code = m == method::get ? expected.get : expected.post;
    BOOST_TEST(call.code() == code);
    if (!code)
        BOOST_TEST(call.get().value().id == (m == method::get ? id : "job_2"));
    else if (code != invalid) // found when the exchange was over
        check_attempt(call.error(), expected);

    // Nothing is repeated, and nothing that is left of the fault hits the next call.
    const auto is_kept = expected.after == connection::kept;
    BOOST_TEST(mock.server.wait_for_open_connections(is_kept ? 1 : 0));
    const auto before = mock.server.requests().size();
    BOOST_TEST(before == (expected.reached == phase::handshaking ? 0U : 1U));
    const auto next = mock.run(mock.agent.get_job(id));
    BOOST_TEST(next.code() == success);
    BOOST_TEST(mock.server.requests().size() == before + 1);
    BOOST_TEST(mock.server.connections() == (is_kept ? 1U : 2U));
}

const auto methods = data::make({method::get, method::post});

} // namespace faults_tests

BOOST_AUTO_TEST_SUITE(faults_of_a_server)

using namespace faults_tests;

BOOST_DATA_TEST_CASE(in_a_handshake_have_their_error, data::make(connection_faults) * methods, expected, m)
{
    try_fault(expected, m, true);
}

BOOST_DATA_TEST_CASE(in_an_answer_have_their_error, data::make(request_faults) * methods * data::make({true, false}),
                     expected, m, use_tls)
{
    try_fault(expected, m, use_tls);
}

BOOST_AUTO_TEST_CASE(every_status_class_has_its_error_and_keeps_the_connection)
{
    struct row {
        int status;
        error_code get, post;
    };
    const row rows[] = {
        {301, errc::unexpected_status, errc::unexpected_status},
        {400, errc::rejected, errc::rejected},
        {401, errc::unauthorized, errc::unauthorized},
        {403, errc::forbidden, errc::forbidden},
        {404, errc::not_found, errc::not_found},
        {408, errc::rejected, unknown},
        {409, errc::conflict, errc::conflict},
        {425, errc::rejected, errc::rejected},
        {429, errc::rate_limited, errc::rate_limited},
        {500, errc::server_error, unknown},
        {501, errc::server_error, errc::server_error},
        {502, errc::server_error, unknown},
        {503, errc::server_error, unknown},
        {504, errc::server_error, unknown},
        {599, errc::server_error, unknown},
        {600, errc::unexpected_status, errc::unexpected_status},
    };
    tests::mock_agent mock;
    const auto id = mock.server.add_job({{"active"}});
    for (const auto& r : rows)
        for (const auto m : {method::get, method::post}) {
            BOOST_TEST_CONTEXT(r.status << ' ' << m)
            {
                mock.server.answer_next(r.status, R"({"error":"words of the server"})");
                const auto call =
                    mock.run(m == method::get ? mock.agent.get_job(id) : mock.agent.create_job("Document it"));
                BOOST_TEST(call.code() == (m == method::get ? r.get : r.post));
                BOOST_TEST(call.error().http_status == r.status);
                BOOST_TEST(call.error().server_message == "words of the server");
                BOOST_TEST_REQUIRE(call.error().attempts.size() == 1U);
                BOOST_TEST(call.error().attempts.front().ended == r.get);
                BOOST_TEST(call.error().attempts.front().status == r.status);
            }
        }
    mock.server.answer_next(503, "", {{"Retry-After", "7"}});
    BOOST_TEST(mock.run(mock.agent.create_job("Document it")).code() == errc::server_error);
    BOOST_TEST(mock.server.wait_for_open_connections(1)); // the last POST's, and it is kept
}

BOOST_AUTO_TEST_SUITE_END()
