#include "support/quota_bench.hpp"

#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace quota_queue_tests {

namespace asio = boost::asio;

using namespace std::chrono_literals;
using cojob::errc;
using cojob::error_code;
using cojob::no_timeout;
using cojob::phase;
using cojob::mintlify::agent_job;
using tests::delayed;
using tests::job_reply;
using tests::one_attempt;
using tests::quota_bench;
using tests::throttling;
using texts = std::vector<std::string>;
using call = tests::started<agent_job>;

const error_code aborted = asio::error::operation_aborted;

/// Ways for a caller to leave.
struct leave_row {
    const char* what;
    std::function<void(call&, const cojob::client&)> leave;
};

leave_row by(const char* what, asio::cancellation_type type)
{
    return {what, [type](call& c, const cojob::client&) { c.cancel(type); }};
}

const leave_row ways[] = {
    by("terminal", asio::cancellation_type::terminal),
    by("partial", asio::cancellation_type::partial),
    by("total", asio::cancellation_type::total),
    {"close", [](call&, const cojob::client& own) { own.close(); }},
};

/// Three who queue for one slot, the middle one on a client of its own; the slot's holder fails after a minute.
struct queue {
    explicit queue(const cojob::quota_options& quota = {.limit = 1, .window = 59s, .max_wait = no_timeout})
        : bench(quota, {delayed(1min, {errc::connect_failed, phase::connecting})}, one_attempt())
    {
        for (std::size_t i = 0; i < names.size(); ++i)
            calls.push_back(bench.start(bench.agent_on(clients[i]).create_job(names[i])));
    }

    quota_bench bench;
    texts names{"holder", "first", "second", "third"};
    std::vector<cojob::client> clients{bench.agent.get_client(), bench.make_client({}), bench.make_client({}),
                                       bench.make_client({})};
    std::vector<call> calls;
};

/// Does something when a call on its client is about to be tried again.
class at_retry final : public cojob::observer {
  public:
    std::function<void()> act;

    void on_retry(const cojob::retry_event&) noexcept override { act(); }
};

} // namespace quota_queue_tests

BOOST_AUTO_TEST_SUITE(a_caller_that_leaves_the_queue)

using namespace quota_queue_tests;

BOOST_AUTO_TEST_CASE(ends_at_once_and_the_next_moves_up)
{
    for (const auto& way : ways)
        for (std::size_t place = 1; place <= 3; ++place)
            BOOST_TEST_CONTEXT(way.what << ", place " << place)
            {
                queue q;
                q.bench.clock->advance(30s);
                const auto before = q.bench.clock->now();
                way.leave(q.calls[place], q.clients[place]);
                q.bench.clock->settle();
                BOOST_TEST(q.calls[place].code() == aborted);
                BOOST_CHECK(q.bench.clock->now() == before);
                BOOST_TEST(q.bench.used() == 1U); // the holder's
                BOOST_TEST((q.bench.prompts == texts{"holder"}));

                q.bench.clock->advance(30s);
                auto expected = q.names;
                expected.erase(expected.begin() + static_cast<std::ptrdiff_t>(place));
                BOOST_TEST((q.bench.prompts == texts(expected.begin(), expected.begin() + 2)));
                q.bench.clock->advance(10min);
                BOOST_TEST((q.bench.prompts == expected));
                BOOST_TEST(q.bench.pool->remaining() == 1U);
                BOOST_TEST(q.bench.clock->pending() == 0U);
            }
}

BOOST_AUTO_TEST_CASE(leaves_what_remains_as_it_was)
{
    for (const auto& way : ways) {
        quota_bench b({.limit = 3, .max_wait = no_timeout}, {}, one_attempt());
        b.use(2);
        b.next = {throttling("20")};
        b.create("refused"); // the pool pauses, and one is left
        auto waits = b.create("waits");
        way.leave(waits, b.agent.get_client());
        b.clock->settle();
        BOOST_TEST(waits.code() == aborted);
        BOOST_TEST(b.used() == 2U);
        b.clock->advance(21s);
        BOOST_TEST(b.pool->remaining() == 1U);
        BOOST_TEST((b.prompts == texts{"refused"}));
    }
}

BOOST_AUTO_TEST_CASE(with_a_slot_on_its_way_to_it_hands_it_on)
{
    for (const auto type : {asio::cancellation_type::terminal, asio::cancellation_type::total}) {
        const auto observer = std::make_shared<at_retry>();
        quota_bench b({.limit = 1, .max_wait = no_timeout}, {delayed(1s, {errc::connect_failed, phase::connecting})});
        cojob::client_options options;
        options.observer = observer;
        const auto agent = b.agent_on(b.make_client(options));
        b.start(agent.create_job("fails"));
        auto first = b.start(agent.create_job("first")), second = b.start(agent.create_job("second"));
        observer->act = [&] {
            BOOST_TEST(b.used() == 1U); // granted to the first, which does not know yet
            first.cancel(type);
        };
        b.clock->advance(1s);
        BOOST_TEST(first.code() == aborted);
        BOOST_TEST(second.code() == error_code());
        BOOST_TEST((b.prompts == texts{"fails", "second"}));
    }
}

BOOST_AUTO_TEST_CASE(after_a_429_leaves_it_just_as_well)
{
    for (const auto& way : ways) {
        quota_bench b({.limit = 100, .max_wait = no_timeout}, {throttling("20")});
        const auto own = b.make_client({});
        auto refused = b.start(b.agent_on(own).create_job("refused"));
        auto next = b.create("next");
        b.clock->advance(1s);
        way.leave(refused, own);
        b.clock->settle();
        BOOST_TEST(refused.code() == aborted);
        BOOST_TEST(b.used() == 0U);
        b.clock->advance(20s);
        BOOST_TEST((b.prompts == texts{"refused", "next"}));
        BOOST_TEST(next.code() == error_code());
    }
}

BOOST_AUTO_TEST_CASE(because_its_context_goes_takes_no_slot_along)
{
    asio::io_context context;
    const auto clock = std::make_shared<cojob::testing::manual_clock>(context);
    const auto transport = std::make_shared<cojob::testing::scripted_transport>(
        [](const cojob::http::request&) { return job_reply("active", 201); });
    cojob::client_options options;
    options.clock = clock;
    auto project = quota_bench::project();
    std::optional<call> survivor;
    {
        asio::io_context other_context;
        project.shared_quota =
            std::make_shared<cojob::quota>(cojob::quota_options{.limit = 2, .max_wait = no_timeout}, clock);
        const auto silent = std::make_shared<cojob::testing::scripted_transport>(
            [](const cojob::http::request&) { return delayed(no_timeout, job_reply("active", 201)); });
        std::vector<call> gone;
        {
            const cojob::mintlify::agent other(cojob::client(other_context.get_executor(), options, silent), project);
            for (int i = 0; i < 4; ++i)
                gone.push_back(tests::start(other_context, other.create_job("gone")));
        }
        other_context.poll(); // two under way, two in the queue
        BOOST_TEST(silent->requests().size() == 2U);
        const cojob::mintlify::agent agent(cojob::client(context.get_executor(), options, transport), project);
        survivor = tests::start(context, agent.create_job("stays"));
        clock->settle();
        BOOST_TEST(!survivor->is_done());
    }
    clock->advance(1h + 1s - 1ms); // those under way may have counted
    BOOST_TEST(!survivor->is_done());
    clock->advance(4h);
    BOOST_TEST(survivor->code() == error_code());
    BOOST_TEST(project.shared_quota->remaining() == 2U);
}

BOOST_AUTO_TEST_CASE(lets_the_others_have_their_slots_sooner)
{
    for (const auto leaves : {1U, 2U}) {
        queue q;
        q.calls[leaves].cancel();
        q.bench.clock->advance(2min); // the holder gives its slot back after one; the next has used it a minute ago
        BOOST_TEST(q.calls[3].code() == error_code());
        BOOST_TEST(q.bench.prompts.size() == 3U);
    }
    queue nobody_leaves;
    nobody_leaves.bench.clock->advance(3min);
    BOOST_TEST(nobody_leaves.bench.prompts.size() == 4U);
}

BOOST_AUTO_TEST_SUITE_END()
