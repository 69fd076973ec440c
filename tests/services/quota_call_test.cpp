#include "support/quota_bench.hpp"

#include <cojob/mintlify/agent.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace quota_call_tests {

using namespace std::chrono_literals;
using cojob::errc;
using cojob::error_code;
using cojob::no_timeout;
using cojob::phase;
using cojob::when_exhausted;
using cojob::mintlify::agent_job;
using tests::delayed;
using tests::job_reply;
using tests::one_attempt;
using tests::quota_bench;
using tests::throttling;
using reply = cojob::testing::scripted_reply;
using texts = std::vector<std::string>;

/// An attempt that ends, and what that says of the slot it had.
struct end_row {
    const char* what;
    reply ends;
    error_code code;
    std::size_t used;
};

std::vector<end_row> ends()
{
    return {
        {"a job", job_reply("active", 201), {}, 1},
        {"a job that cannot be read", {201, "{}"}, errc::invalid_response, 1},
        {"no address", {errc::connect_failed, phase::resolving}, errc::connect_failed, 0},
        {"refused", {errc::connect_failed, phase::connecting}, errc::connect_failed, 0},
        {"TLS", {errc::tls_failed, phase::handshaking}, errc::tls_failed, 0},
        {"TLS, once it was sent", {errc::tls_failed, phase::sending}, errc::tls_failed, 0},
        {"certificate", {errc::certificate_rejected, phase::handshaking}, errc::certificate_rejected, 0},
        {"late", delayed(no_timeout, {errc::connect_failed, phase::connecting}), errc::deadline_exceeded, 0},
        {"429", throttling("20"), errc::rate_limited, 0},
        {"lost at once", {errc::connection_lost, phase::sending}, errc::outcome_unknown, 1},
        {"lost", {errc::connection_lost, phase::awaiting_response}, errc::outcome_unknown, 1},
        {"garbage", {errc::malformed_response, phase::receiving}, errc::outcome_unknown, 1},
        {"no answer", delayed(no_timeout, job_reply("active", 201)), errc::outcome_unknown, 1},
        {"500", {500, "{}"}, errc::outcome_unknown, 1},
        {"503", {503, "{}", {{"Retry-After", "20"}}}, errc::server_error, 1},
        {"400", {400, "{}"}, errc::rejected, 1},
        {"401", {401, "{}"}, errc::unauthorized, 1},
    };
}

cojob::quota_options patient(std::uint32_t limit, cojob::duration window)
{
    return {.limit = limit, .window = window, .max_wait = no_timeout};
}

} // namespace quota_call_tests

BOOST_AUTO_TEST_SUITE(a_use_of_the_quota)

using namespace quota_call_tests;

BOOST_AUTO_TEST_CASE(is_a_creation_or_a_message_and_not_a_look)
{
    quota_bench b({.limit = 3});
    b.start(b.agent.get_job("job_1"));
    BOOST_TEST(b.pool->remaining() == 3U);
    b.create();
    BOOST_TEST(b.pool->remaining() == 2U);
    b.start(b.agent.send_message("job_1", "And that"));
    BOOST_TEST(b.pool->remaining() == 1U);
    b.start(b.agent.send_message("job_1", "")); // refused before it is anything
    b.start(b.agent.create_job(""));
    BOOST_TEST(b.pool->remaining() == 1U);
    b.create();
    auto look = b.start(b.agent.get_job("job_1")); // where none is left
    BOOST_TEST(look.code() == error_code());
    BOOST_TEST(b.pool->remaining() == 0U);
}

BOOST_AUTO_TEST_CASE(holds_a_slot_until_its_end_and_a_window_and_a_second_longer)
{
    quota_bench b(patient(1, 10min), {delayed(30s, job_reply("active", 201))});
    auto slow = b.create("slow");
    BOOST_TEST(b.pool->remaining() == 0U);
    auto second = b.create("second");
    b.clock->advance(30s);
    BOOST_TEST(slow.code() == error_code());
    b.clock->advance(10min + 1s - 1ms);
    BOOST_TEST((b.prompts == texts{"slow"}));
    b.clock->advance(1ms);
    BOOST_TEST((b.prompts == texts{"slow", "second"}));
    BOOST_TEST(second.code() == error_code());
}

BOOST_AUTO_TEST_CASE(that_provably_did_not_reach_the_server_is_none)
{
    for (const auto& row : ends())
        BOOST_TEST_CONTEXT(row.what)
        {
            quota_bench b({.limit = 5}, {row.ends}, one_attempt());
            auto call = b.create();
            b.clock->advance(3min);
            BOOST_TEST(call.code() == row.code);
            BOOST_TEST(b.used() == row.used);
            BOOST_TEST(b.clock->pending() == 0U);
        }
}

BOOST_AUTO_TEST_CASE(that_the_callers_own_code_ends_is_none)
{
    auto spoilt = one_attempt();
    spoilt.header_hook = [](const cojob::attempt_event&) -> cojob::http::header_list {
        throw std::runtime_error("no header");
    };
    quota_bench b({.limit = 1}, {}, spoilt);
    auto call = b.create();
    BOOST_CHECK_THROW((void)call.get(), std::runtime_error);
    BOOST_TEST(b.pool->remaining() == 1U);

    auto options = quota_bench::project();
    options.shared_quota = b.pool;
    options.api_key = []() -> cojob::asio::awaitable<cojob::secret> {
        throw std::runtime_error("no key");
        co_return cojob::secret();
    };
    auto keyless = b.start(cojob::mintlify::agent(b.make_client(one_attempt()), options).create_job("Document it"));
    BOOST_CHECK_THROW((void)keyless.get(), std::runtime_error);
    BOOST_TEST(b.pool->remaining() == 1U);
    BOOST_TEST(b.prompts.empty());
}

BOOST_AUTO_TEST_CASE(is_every_attempt_that_may_have_counted)
{
    const reply busy(503, "{}", {{"Retry-After", "10"}});
    quota_bench b(patient(2, 1h), {busy, busy});
    auto call = b.start(b.agent.with(b.agent.get_client().with_timeout(no_timeout)).create_job("stubborn"));
    b.clock->advance(2h);
    BOOST_TEST(call.code() == error_code());
    BOOST_TEST(b.prompts.size() == 3U);
    BOOST_TEST(b.sent_at.at(1) >= 10);
    BOOST_TEST(b.sent_at.at(1) <= 11);
    BOOST_TEST(b.sent_at.at(2) == 3601); // when its own first attempt has left the window
}

BOOST_AUTO_TEST_CASE(is_one_that_a_gateway_gave_up_on_and_is_not_made_again)
{
    quota_bench b(patient(2, 1h), {reply(408, "stream timeout")});
    auto call = b.create("slow");
    b.clock->advance(1min);
    BOOST_TEST(call.code() == errc::outcome_unknown);
    BOOST_TEST(b.prompts.size() == 1U);
    BOOST_TEST(b.used() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_call_that_finds_no_slot)

using namespace quota_call_tests;

BOOST_AUTO_TEST_CASE(gets_one_in_its_turn)
{
    quota_bench b(patient(1, 59s));
    std::vector<tests::started<agent_job>> calls;
    texts names{"a", "b", "c", "d", "e"};
    for (const auto& name : names) {
        calls.push_back(b.create(name));
        b.clock->advance(1s);
    }
    b.clock->advance(5min);
    for (const auto& call : calls)
        BOOST_TEST(call.code() == error_code());
    BOOST_TEST((b.prompts == names));
    BOOST_TEST((b.sent_at == std::vector<double>{0, 60, 120, 180, 240}));
}

BOOST_AUTO_TEST_CASE(gets_the_slot_that_another_gives_back_at_once)
{
    quota_bench b(patient(1, 1h), {delayed(20s, {errc::connect_failed, phase::connecting})}, one_attempt());
    auto first = b.create("first");
    auto second = b.create("second");
    b.clock->advance(20s - 1ms);
    BOOST_TEST((b.prompts == texts{"first"}));
    b.clock->advance(1ms);
    BOOST_TEST((b.prompts == texts{"first", "second"}));
    BOOST_TEST(first.code() == errc::connect_failed);
    BOOST_TEST(second.code() == error_code());
}

BOOST_AUTO_TEST_CASE(lets_one_go_ahead_that_tries_again)
{
    quota_bench b(patient(1, 1min), {delayed(1s, {errc::connect_failed, phase::connecting})});
    auto tries_again = b.create("tries again");
    auto next = b.create("next"); // meanwhile the slot is its
    auto last = b.create("last");
    b.clock->advance(200s);
    BOOST_TEST((b.prompts == texts{"tries again", "next", "tries again", "last"}));
    BOOST_TEST((b.sent_at == std::vector<double>{0, 1, 62, 123}));
    for (const auto& call : {tries_again, next, last})
        BOOST_TEST(call.code() == error_code());
}

BOOST_AUTO_TEST_CASE(has_its_time_from_then_on)
{
    quota_bench b({.limit = 1, .window = 4min - 1s},
                  {job_reply("active", 201), delayed(100s, job_reply("active", 201))});
    b.create();
    auto queued = b.create(); // its call may take 2 minutes
    b.clock->advance(4min);
    BOOST_TEST(b.prompts.size() == 2U);
    b.clock->advance(100s);
    BOOST_TEST(queued.code() == error_code());
}

BOOST_AUTO_TEST_CASE(waits_no_longer_than_it_may)
{
    quota_bench b({.limit = 1, .window = 1min}, {delayed(no_timeout, {errc::connect_failed, phase::connecting})});
    b.start(b.agent.with(b.agent.get_client().with_timeout(10min)).create_job("slow"));
    b.clock->advance(30s);
    auto queued = b.create();
    b.clock->advance(5min - 1ms); // the slot might be given back at any moment
    BOOST_TEST(!queued.is_done());
    b.clock->advance(1ms);
    BOOST_TEST(queued.code() == errc::quota_exhausted);
    BOOST_TEST(b.until(queued.error().retry_at) == 61.0); // if the slow one ends now
    BOOST_TEST(queued.error().method == "POST");
    BOOST_TEST(queued.error().path == "/v2/agent/p/job");
    BOOST_TEST(queued.error().attempts.empty());
    BOOST_TEST((b.prompts == texts{"slow"}));
}

BOOST_AUTO_TEST_CASE(is_told_at_once_when_it_would_wait_in_vain)
{
    quota_bench b({.limit = 2, .window = 10min}, {job_reply("active", 201), delayed(20s, job_reply("active", 201))});
    b.create("first");
    b.create("slow");
    auto queued = b.create("queued");
    b.clock->advance(20s - 1ms); // what is held may be given back
    BOOST_TEST(!queued.is_done());
    b.clock->advance(1ms);
    BOOST_REQUIRE(queued.is_done()); // it was not
    BOOST_TEST(queued.code() == errc::quota_exhausted);
    BOOST_TEST(b.until(queued.error().retry_at) == 581.0);
    BOOST_TEST(b.create("too early").code() == errc::quota_exhausted);
    b.clock->advance(281s);
    auto in_time = b.create("in time");
    b.clock->advance(5min);
    BOOST_TEST(in_time.code() == error_code());
    BOOST_TEST((b.prompts == texts{"first", "slow", "in time"}));
}

BOOST_AUTO_TEST_CASE(does_not_wait_where_that_is_not_wanted)
{
    quota_bench b({.limit = 1, .window = 1min, .on_exhausted = when_exhausted::fail});
    b.create();
    b.clock->advance(30s);
    auto refused = b.create();
    BOOST_TEST(refused.code() == errc::quota_exhausted);
    BOOST_TEST(b.until(refused.error().retry_at) == 31.0);
    b.clock->advance(31s);
    BOOST_TEST(b.create().code() == error_code());
}

BOOST_AUTO_TEST_CASE(can_be_told_of_a_window_that_never_ends)
{
    quota_bench b({.limit = 1, .window = no_timeout - 1s});
    b.create();
    auto refused = b.create();
    BOOST_TEST(refused.code() == errc::quota_exhausted);
    BOOST_TEST((refused.error().retry_at == cojob::timestamp::max()));
}

BOOST_AUTO_TEST_CASE(says_so_to_the_observer_once)
{
    quota_bench b(patient(1, 59s));
    b.create();
    auto first = b.create(), second = b.create();
    b.clock->advance(3min);
    BOOST_TEST(second.code() == error_code());
    BOOST_TEST(b.count_seen("throttled POST /v2/agent/p/job quota exhausted for 60 s") == 1);
    BOOST_TEST(b.count_seen("throttled POST /v2/agent/p/job quota exhausted for 120 s") == 1);
    BOOST_TEST(b.count_seen("throttled ") == 2);
    BOOST_TEST(b.agent.get_client().stats().throttles == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
