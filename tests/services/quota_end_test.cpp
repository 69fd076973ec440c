#include "support/quota_bench.hpp"

#include <cojob/impl/internal/base/event.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

// Ends of an exchange that are not as they should be, and what they say of the slot.
namespace quota_end_tests {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using cojob::errc;
using cojob::error_code;
using cojob::no_timeout;
using cojob::phase;
using cojob::http::exchange;
using cojob::http::exchange_result;
using tests::delayed;
using tests::job_reply;
using tests::one_attempt;
using tests::quota_bench;
using tests::throttling;
using reply = cojob::testing::scripted_reply;

const cojob::quota_options hundred{.limit = 100, .max_wait = no_timeout};

/// An answer whose head has come, and whose body has not.
reply cut(errc why, reply answer)
{
    answer.result.error = why;
    answer.reached = phase::receiving;
    return answer;
}

constexpr errc cuts[] = {errc::connection_lost, errc::response_too_large, errc::malformed_response};

/// What such a head makes of a creation, and of its slot.
struct head_row {
    int status;
    errc code;
    std::size_t used = 1;
};

const head_row heads[] = {
    {400, errc::rejected},        {401, errc::unauthorized},    {403, errc::forbidden},
    {404, errc::not_found},       {409, errc::conflict},        {410, errc::rejected},
    {422, errc::rejected},        {429, errc::rate_limited, 0}, {408, errc::outcome_unknown},
    {500, errc::outcome_unknown}, {201, errc::outcome_unknown}, {303, errc::outcome_unknown},
};

/// A transport that ends every exchange in a way of its own, but for the first: the head of a 429, whose body does not
/// come before the limit of the attempt, after five seconds.
class odd_transport final : public cojob::http::transport {
  public:
    using ending = std::function<exchange_result(exchange&)>;

    explicit odd_transport(ending ends) : ends_(std::move(ends)) {}

    asio::awaitable<exchange_result> send(const cojob::http::request&, exchange& x) override
    {
        const bool is_first = ++calls == 1;
        x.reached = phase::connecting;
        if (is_first)
            (void)x.commit();
        const auto now = x.operation.time().now();
        if (is_first)
            x.operation.set_limit(now + 5s);
        co_await cojob::detail::sleep_until(x.operation, now + (is_first ? 60s : 8s));
        if (is_first)
            co_return exchange_result{asio::error::operation_aborted, {}, throttling("20").result.response, {}};
        (void)x.commit(); // and does not care
        x.reached = phase::awaiting_response;
        co_return ends_(x);
    }
    void close() noexcept override {}
    void shutdown() noexcept override {}

    int calls = 0;

  private:
    ending ends_;
};

exchange_result failing(error_code why)
{
    return {why, {}, {}, {}};
}

} // namespace quota_end_tests

BOOST_AUTO_TEST_SUITE(a_use_of_the_quota_whose_answer_is_cut)

using namespace quota_end_tests;

BOOST_AUTO_TEST_CASE(is_refused_where_the_head_says_so)
{
    for (const auto& row : heads)
        for (const auto why : cuts)
            BOOST_TEST_CONTEXT(row.status << ", " << make_error_code(why).message())
            {
                quota_bench b(hundred, {cut(why, {row.status, "{"})}, one_attempt());
                const auto error = b.create().error();
                BOOST_TEST(error.code() == row.code);
                BOOST_TEST(error.http_status == row.status);
                BOOST_TEST(b.used() == row.used);
            }
}

BOOST_AUTO_TEST_CASE(pauses_the_pool_where_it_is_a_429_and_is_made_again)
{
    for (const auto why : cuts) {
        quota_bench b(hundred, {cut(why, throttling("20"))});
        auto refused = b.create();
        BOOST_TEST(b.pause() >= 20);
        BOOST_TEST(b.agent.get_client().stats().throttles == 1U);
        b.clock->advance(22s);
        BOOST_TEST(refused.code() == error_code());
        BOOST_TEST(b.used() == 1U);
    }
}

BOOST_AUTO_TEST_CASE(hands_the_probe_on_when_nobody_knows_what_it_was)
{
    for (const bool is_cancelled : {true, false}) {
        quota_bench b(hundred, {throttling("20"), delayed(6s, {errc::connection_lost, phase::awaiting_response}),
                                delayed(6s, job_reply("active", 201))});
        auto probe = b.create("probe");
        const auto queued = b.create_many(3);
        b.clock->advance(22s);
        BOOST_TEST(b.prompts.size() == 2U);
        if (is_cancelled)
            probe.cancel(asio::cancellation_type::terminal);
        b.clock->advance(is_cancelled ? 0s : 6s);
        BOOST_TEST(probe.code() == errc::outcome_unknown);
        BOOST_TEST(b.prompts.size() == 3U); // the next probe, and no other
        b.clock->advance(6s);
        BOOST_TEST(tests::all_succeeded(queued));
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_transport_that_sends_what_a_pause_holds)

using namespace quota_end_tests;

BOOST_AUTO_TEST_CASE(sends_it_once)
{
    const std::pair<odd_transport::ending, error_code> rows[] = {
        {[](exchange&) { return failing(errc::connection_lost); }, errc::outcome_unknown},
        {[](exchange& x) {
             x.bytes_sent = 300;
             return failing(asio::error::operation_aborted);
         },
         errc::outcome_unknown},
        {[](exchange&) { return job_reply("active", 201).result; }, error_code()},
        {[](exchange&) { return reply(400, "{}").result; }, errc::rejected},
    };
    for (const auto& [ends, code] : rows) {
        quota_bench b(hundred);
        const auto odd = std::make_shared<odd_transport>(ends);
        cojob::client_options options;
        options.clock = b.clock;
        options.retry.on_throttled = false;
        const auto held_agent = b.agent_on(cojob::client(b.context.get_executor(), options, odd));
        auto refused = b.start(held_agent.create_job("refused"));
        auto held = b.start(held_agent.create_job("held"));
        b.clock->advance(10min);
        BOOST_TEST(refused.code() == errc::rate_limited);
        BOOST_TEST(held.code() == code);
        BOOST_TEST(odd->calls == 2);
        BOOST_TEST(b.clock->pending() == 0U);
    }
}

BOOST_AUTO_TEST_SUITE_END()
