#include <cojob/client.hpp>
#include <cojob/mintlify/agent.hpp>
#include <cojob/testing/mock_server.hpp>

#include "support/retrying_agent.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <ostream>
#include <utility>

namespace retry_net_tests {

namespace data = boost::unit_test::data;
using cojob::errc;
using cojob::error_code;
using cojob::testing::fault;
using tests::method;
using tests::retrying_agent;
using namespace std::chrono_literals;

/// What becomes of a request whose answer, or connection, is spoiled.
enum class fate {
    not_sent, ///< it never arrives: any may be sent again
    lost,     ///< it arrives, and no answer comes: a GET may be sent again
    spoiled,  ///< an answer comes that no repetition makes better
    answered, ///< in an unusual way
};

struct fault_case {
    const char* name;
    fault broken;
    fate what;
    errc get = {}, post = errc::outcome_unknown; ///< when it is not sent again
    bool hangs = false;                          ///< until a limit of the client fires

    friend std::ostream& operator<<(std::ostream& out, const fault_case& c) { return out << c.name; }
};

constexpr auto lost = errc::connection_lost;
constexpr auto malformed = errc::malformed_response;
constexpr auto too_large = errc::response_too_large;
constexpr auto invalid = errc::invalid_response;
constexpr auto unknown = errc::outcome_unknown;

const fault_case faults[] = {
    {"close_at_accept", fault::close_at_accept, fate::not_sent, errc::tls_failed, errc::tls_failed},
    {"stall_handshake", fault::stall_handshake, fate::not_sent, errc::connect_timeout, errc::connect_timeout, true},
    {"garbage_handshake", fault::garbage_handshake, fate::not_sent, errc::tls_failed, errc::tls_failed},
    {"drop_after_request", fault::drop_after_request, fate::lost, lost},
    {"reset_after_request", fault::reset_after_request, fate::lost, lost},
    {"stall", fault::stall, fate::lost, errc::request_timeout, unknown, true},
    {"truncate_head", fault::truncate_head, fate::lost, lost},
    {"truncate_body", fault::truncate_body, fate::lost, lost},
    {"stall_in_body", fault::stall_in_body, fate::lost, errc::request_timeout, unknown, true},
    {"garbage", fault::garbage, fate::spoiled, malformed},
    {"garbage_first", fault::garbage_first, fate::spoiled, malformed},
    {"slow_drip", fault::slow_drip, fate::answered},
    {"endless_headers", fault::endless_headers, fate::spoiled, too_large},
    {"many_headers", fault::many_headers, fate::spoiled, too_large},
    {"endless_informational", fault::endless_informational, fate::spoiled, too_large},
    {"huge_content_length", fault::huge_content_length, fate::spoiled, too_large},
    {"endless_chunks", fault::endless_chunks, fate::spoiled, too_large},
    {"long_chunk_extension", fault::long_chunk_extension, fate::spoiled, too_large},
    {"two_answers", fault::two_answers, fate::answered},
    {"close_after_answer", fault::close_after_answer, fate::answered},
    {"announce_close", fault::announce_close, fate::answered},
    {"chunked", fault::chunked, fate::answered},
    {"until_close", fault::until_close, fate::answered},
    {"empty_body", fault::empty_body, fate::spoiled, invalid, invalid},
    {"html", fault::html, fate::spoiled, invalid, invalid},
    {"deep_json", fault::deep_json, fate::spoiled, invalid, invalid},
    {"invalid_utf8", fault::invalid_utf8, fate::spoiled, invalid, invalid},
    {"status_999", fault::status_999, fate::spoiled, errc::unexpected_status, errc::unexpected_status},
};

cojob::asio::awaitable<cojob::secret> give_key()
{
    co_return cojob::secret("mint_test_key");
}

const error_code success;
const auto methods = data::make({method::get, method::post});

} // namespace retry_net_tests

BOOST_AUTO_TEST_SUITE(a_repeated_call_over_the_network)

using namespace retry_net_tests;

BOOST_AUTO_TEST_CASE(is_tried_with_every_fault)
{
    for (int i = 0; i <= static_cast<int>(fault::status_999); ++i)
        BOOST_TEST(std::count_if(std::begin(faults), std::end(faults),
                                 [i](const fault_case& c) { return static_cast<int>(c.broken) == i; }) == 1);
}

BOOST_DATA_TEST_CASE(survives_a_fault_that_passes_unless_that_might_do_the_work_twice,
                     data::make(faults) * methods * data::make({true, false}), c, m, use_tls)
{
    if (c.what == fate::not_sent && !use_tls)
        return;
    retrying_agent b(use_tls);
    b.mock.server.inject(c.broken);
    const auto call = b.mock.start(b.operation(m));
    if (c.hangs)
        b.let_time_pass(c.what == fate::not_sent);
    b.finish(call);

    const auto is_repeated = c.what == fate::not_sent || (c.what == fate::lost && m == method::get);
    const auto is_success = is_repeated || c.what == fate::answered;
    BOOST_TEST(call.code() == (is_success ? success : make_error_code(m == method::get ? c.get : c.post)));
    BOOST_TEST(b.requests() == (c.what == fate::lost && m == method::get ? 2U : 1U));
    const auto stats = b.mock.client().stats();
    BOOST_TEST(stats.retries == (is_repeated ? 1U : 0U));
    BOOST_TEST(stats.requests == (is_repeated ? 2U : 1U));
    BOOST_CHECK((b.paused() >= 250ms && b.paused() <= 510ms) == is_repeated);
    if (!is_success)
        BOOST_TEST(call.error().attempts.size() == 1U);

    BOOST_TEST(b.run(b.mock.agent.get_job(b.id)).code() == success); // nothing of the fault is left
}

BOOST_DATA_TEST_CASE(gives_up_on_a_fault_that_stays, data::make(faults) * methods, c, m)
{
    if (c.hangs || c.what == fate::answered)
        return;
    retrying_agent b;
    b.mock.server.inject(c.broken, 100);
    const auto call = b.run(b.operation(m));
    BOOST_TEST(call.code() == make_error_code(m == method::get ? c.get : c.post));
    const auto is_repeated = c.what == fate::not_sent || (c.what == fate::lost && m == method::get);
    BOOST_TEST(call.error().attempts.size() == (is_repeated ? 4U : 1U));
    BOOST_TEST(b.requests() == (c.what == fate::not_sent ? 0U : is_repeated ? 4U : 1U));
    BOOST_TEST(b.mock.server.connections() == (is_repeated ? 4U : 1U));
}

BOOST_AUTO_TEST_CASE(that_is_a_post_is_sent_again_after_a_refusal_only)
{
    struct row {
        int status;
        cojob::http::header_list headers;
        std::size_t posts;
    };
    for (const auto& r : {row{429, {}, 2}, row{429, {{"Retry-After", "3"}}, 2}, row{503, {{"Retry-After", "3"}}, 2},
                          row{503, {{"Retry-After", "0"}}, 2}, row{503, {{"Retry-After", "x"}}, 1}, row{408, {}, 1},
                          row{425, {}, 2}, row{421, {}, 2}, row{500, {}, 1}, row{502, {}, 1}, row{503, {}, 1},
                          row{504, {}, 1}, row{501, {}, 1}, row{409, {}, 1}, row{302, {}, 1}})
        BOOST_TEST_CONTEXT(r.status)
        {
            retrying_agent b(false);
            b.mock.server.answer_next(r.status, "", r.headers);
            BOOST_TEST(b.run(b.operation(method::post)).code().failed() == (r.posts == 1));
            BOOST_TEST(b.requests() == r.posts);
        }
}

BOOST_AUTO_TEST_CASE(with_a_key_from_a_provider_goes_on_after_a_limit)
{
    for (const auto& [broken, what] : {std::pair{fault::stall, fate::lost}, {fault::stall_handshake, fate::not_sent}}) {
        retrying_agent b;
        b.mock.server.inject(broken);
        auto request = b.request("GET");
        request.authorization = cojob::credential(give_key);
        const auto call = b.mock.start(b.mock.client().send(request));
        b.let_time_pass(what == fate::not_sent);
        b.finish(call);
        BOOST_TEST(call.code() == success);
    }
}

BOOST_AUTO_TEST_SUITE_END()
