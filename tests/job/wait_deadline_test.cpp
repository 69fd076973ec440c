#include "support/job_script.hpp"
#include "support/waits.hpp"

#include <cojob/job/many.hpp>
#include <cojob/job/wait.hpp>
#include <cojob/job/watch.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace wait_deadline_tests {

using namespace std::chrono_literals;
using cojob::errc;
using cojob::phase;
using cojob::wait_for_job;
using cojob::wait_options;
using cojob::mintlify::agent;
using tests::job_bench;
using tests::job_reply;
using tests::life;
using wait_tests::after;
using wait_tests::reply;

const cojob::error_code aborted = cojob::asio::error::operation_aborted;

struct last_poll_row {
    const char* what;
    cojob::duration timeout, answer_takes;
    double last_poll, over; ///< in seconds
};

const std::vector<last_poll_row> last_poll_rows{
    {"a second before the deadline", 60s, 0s, 59, 59},
    {"twice the slowest answer before", 30s, 3s, 24, 27},
    {"but no more than a quarter of the time", 12s, 5s, 9, 12}, // and its answer comes too late
    {"which is less than a second", 3s, 0s, 2.25, 2.25},
    {"a moment", 100ms, 0s, 0.075, 0.075},
    {"an answer that takes nearly all of the time", 20s, 19s, 0, 19},
    {"an answer that takes nearly the quarter", 20s, 4s, 15, 19},
};

/// Its exchanges spend all of their time in its own queue.
class short_of_connections final : public cojob::http::transport {
  public:
    explicit short_of_connections(std::shared_ptr<transport> to) : to_(std::move(to)) {}

    cojob::asio::awaitable<cojob::http::exchange_result> send(const cojob::http::request& r,
                                                              cojob::http::exchange& x) override
    {
        const auto from = x.operation.time().now();
        auto result = co_await to_->send(r, x);
        x.queued = x.operation.time().now() - from;
        co_return result;
    }
    void close() noexcept override { to_->close(); }
    void shutdown() noexcept override { to_->shutdown(); }

  private:
    std::shared_ptr<transport> to_;
};

struct silent_row {
    const char* what;
    reply polled;
    errc expected;
};

const std::vector<silent_row> silent_rows{
    {"refuses", after(1s, {errc::connect_failed, phase::connecting}), errc::connect_failed},
    {"cannot be found", after(5s, {errc::connect_failed, phase::resolving}), errc::connect_failed},
    {"lets connections hang", after(10s, {errc::connect_timeout, phase::connecting}), errc::connect_timeout},
    {"lets handshakes hang", after(10s, {errc::connect_timeout, phase::handshaking}), errc::connect_timeout},
    {"lets requests hang", after(30s, {errc::request_timeout, phase::awaiting_response}), errc::request_timeout},
    {"hangs up", after(1s, {errc::connection_lost, phase::awaiting_response}), errc::connection_lost},
    {"is broken", after(1s, {502, "", {}}), errc::server_error},
};

/// A server that accepts each key for twenty seconds, and what a client has of its keys.
class expiring_keys {
  public:
    reply answer(const cojob::http::request& r)
    {
        const auto valid = key(seconds());
        if (r.authorization.reveal() == "Bearer " + valid)
            return job_reply(seconds() < 100 ? "active" : "completed");
        ++refused;
        return {401, "", {}};
    }

    /// Keeps a key until it is refused.
    [[nodiscard]] cojob::secret renewed()
    {
        if (std::exchange(refused_before_, refused) != refused)
            kept_ = key(seconds());
        return cojob::secret(kept_);
    }
    [[nodiscard]] static cojob::secret first() { return cojob::secret(key(0)); }

    std::shared_ptr<cojob::testing::manual_clock> clock{};
    cojob::time_point begun{};
    int refused = 0;

  private:
    static std::string key(double at) { return "key" + std::to_string(static_cast<int>(at) / 20); }
    [[nodiscard]] double seconds() const { return std::chrono::duration<double>(clock->now() - begun).count(); }

    std::string kept_ = key(0);
    int refused_before_ = 0;
};

cojob::asio::awaitable<cojob::secret> give(cojob::secret key)
{
    co_return key;
}

/// A wait for two hours with such keys.
class keyed_wait {
  public:
    explicit keyed_wait(const std::function<cojob::credential(std::shared_ptr<expiring_keys>)>& make)
        : keys(std::make_shared<expiring_keys>()),
          host([k = keys](const cojob::http::request& r) { return k->answer(r); }, cojob::client_options())
    {
        keys->clock = host.clock;
        keys->begun = host.clock->now();
        cojob::mintlify::agent_options o;
        o.project_id = "p";
        o.api_key = make(keys);
        waiting = host.start(wait_for_job(agent(host.agent.get_client(), o), "job_1"));
        took = host.until_done(*waiting);
    }

    std::shared_ptr<expiring_keys> keys;
    tests::scripted_agent host;
    std::optional<tests::started<cojob::mintlify::agent_job>> waiting;
    double took = 0;
};

} // namespace wait_deadline_tests

BOOST_AUTO_TEST_SUITE(the_time_of_a_wait)

using namespace wait_deadline_tests;

BOOST_AUTO_TEST_CASE(leaves_enough_for_the_answer_of_the_last_poll)
{
    for (const auto& row : last_poll_rows) {
        BOOST_TEST_CONTEXT(row.what)
        {
            job_bench b({{0, after(row.answer_takes, job_reply("active"))}});
            auto waiting = b.start(wait_for_job(b.host.agent, "job_1", {.timeout = row.timeout}));
            const auto took = b.host.until_done(waiting);
            BOOST_TEST(waiting.code() == errc::wait_timeout);
            BOOST_TEST(waiting.error().job_id == "job_1");
            BOOST_TEST(waiting.error().job_status == "active");
            BOOST_TEST(b.script.asked().back() == row.last_poll, boost::test_tools::tolerance(1e-9));
            BOOST_TEST(took >= row.over);
            BOOST_TEST(took <= row.over + 0.11);
            BOOST_TEST(b.is_idle());
        }
    }
}

BOOST_AUTO_TEST_CASE(leaves_none_for_this_clients_own_queue)
{
    job_bench b({{0, after(3s, job_reply("active"))}});
    auto options = tests::one_attempt();
    options.clock = b.host.clock;
    const cojob::client client(b.host.context.get_executor(), std::move(options),
                               std::make_shared<short_of_connections>(b.host.transport));
    auto waiting = b.start(wait_for_job(agent(client, tests::scripted_agent::project()), "job_1", {.timeout = 40s}));
    b.host.until_done(waiting);
    BOOST_TEST(b.script.asked().back() == 39.0, boost::test_tools::tolerance(1e-9)); // not 34
}

BOOST_AUTO_TEST_CASE(has_room_for_one_poll_however_short_it_is)
{
    for (const auto timeout : {1ms, 100ms, 1000ms, 4000ms}) { // less than until the first poll of a new job
        job_bench b({{0, "completed"}});
        auto waiting = b.start(wait_tests::create_and_wait(b.host.agent, {.timeout = timeout}));
        b.host.until_done(waiting);
        BOOST_TEST(waiting.get().has_value());
        BOOST_TEST(b.script.asked().size() == 1U);
    }
}

BOOST_AUTO_TEST_CASE(has_no_end_where_none_is_wanted)
{
    job_bench b({{0, "active"}});
    auto waiting = b.start(wait_for_job(b.host.agent, "job_1", {.timeout = cojob::no_timeout}));
    b.host.clock->advance(24h);
    BOOST_TEST(!waiting.is_done());
    BOOST_TEST(b.script.asked().size() > 24 * 360U); // every 10 s at least
    BOOST_TEST(b.script.asked().size() < 24 * 720U);
    waiting.cancel();
    BOOST_TEST(b.is_idle());
}

BOOST_AUTO_TEST_CASE(is_not_spent_on_a_server_that_has_never_answered)
{
    for (const auto& row : silent_rows) {
        for (const auto timeout : {cojob::duration(30min), cojob::no_timeout}) {
            BOOST_TEST_CONTEXT(row.what)
            {
                job_bench b({{0, row.polled}});
                auto waiting = b.start(wait_for_job(b.host.agent, "job_1", {.timeout = timeout}));
                const auto took = b.host.until_done(waiting);
                BOOST_TEST(waiting.code() == row.expected);
                BOOST_TEST(waiting.error().job_id == "job_1");
                BOOST_TEST(waiting.error().job_status == "");
                BOOST_TEST(took >= 120.0);
                BOOST_TEST(took <= 155.0); // a poll that begins then may take its time
                BOOST_TEST(b.is_idle());
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(that_is_shorter_than_a_pause_the_server_needs_is_over_at_once)
{
    job_bench b({{0, "active"}, {3, reply(429, "")}}); // which says nothing of how long: 36 s
    auto waiting = b.start(wait_for_job(b.host.agent, "job_1", {.timeout = 30s}));
    BOOST_TEST(b.host.until_done(waiting) <= 6.0);
    BOOST_TEST(waiting.code() == errc::rate_limited);
    BOOST_TEST(waiting.error().job_status == "active");
    BOOST_REQUIRE(waiting.error().retry_at.has_value());
    BOOST_TEST((*waiting.error().retry_at >= b.host.clock->wall_now() + 35s));
}

BOOST_DATA_TEST_CASE(is_over_for_all_when_the_client_is_closed,
                     boost::unit_test::data::make({cojob::threading::safe, cojob::threading::single}), threads)
{
    auto options = tests::one_attempt();
    options.threads = threads;
    const auto hangs = after(cojob::no_timeout, reply(200, ""));
    job_bench b(tests::job_script({{"job_1", {{0, "active"}}}, {"mute", {{0, hangs}}}}, hangs), options);
    const auto& agent = b.host.agent;
    const cojob::job_handle handle(std::string(agent::api_name), agent.scope(), "job_1");
    auto watch = cojob::watch_job(agent, "mute");
    auto told = b.start(watch.next());
    const auto one = b.start(wait_for_job(agent, "job_1")), polling = b.start(wait_for_job(agent, "mute")),
               resumed = b.start(wait_for_job(agent, handle)), creating = b.start(cojob::run_job(agent, "Do it"));
    const auto all = b.start(cojob::wait_for_all(agent, {"job_1", "mute"}));
    const auto any = b.start(cojob::wait_for_any(agent, {"job_1", "mute"}));
    b.host.clock->advance(7s);
    agent.get_client().close();
    BOOST_TEST(b.is_idle());
    for (const auto& call : {one, polling, resumed})
        BOOST_TEST(call.code() == aborted);
    BOOST_TEST(creating.code() == errc::outcome_unknown);
    BOOST_TEST(told.code() == aborted);
    BOOST_TEST(any.code() == aborted);
    for (const auto& result : all.get().value())
        BOOST_TEST(result.error().code() == aborted);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_wait_that_is_longer_than_its_key_is_good)

using namespace wait_deadline_tests;

BOOST_AUTO_TEST_CASE(goes_on_with_the_next_key)
{
    const keyed_wait w([](auto keys) { return cojob::credential([keys] { return give(keys->renewed()); }); });
    BOOST_TEST(w.waiting->get().value().status_text == "completed");
    BOOST_TEST(w.took >= 100.0);
    BOOST_TEST(w.keys->refused >= 4);
    BOOST_TEST(w.keys->refused <= 6);
}

BOOST_AUTO_TEST_CASE(ends_where_there_is_no_other)
{
    const std::vector<std::function<cojob::credential(std::shared_ptr<expiring_keys>)>> rows{
        [](auto) { return cojob::credential(expiring_keys::first()); },
        [](auto) { return cojob::credential([] { return give(expiring_keys::first()); }); },
    };
    for (const auto& row : rows) {
        const keyed_wait w(row);
        BOOST_TEST(w.waiting->code() == errc::unauthorized);
        BOOST_TEST(w.waiting->error().job_id == "job_1");
        BOOST_TEST(w.waiting->error().job_status == "active");
        BOOST_TEST(w.took <= 30.1);
        BOOST_TEST(w.keys->refused == 1);
    }
}

BOOST_AUTO_TEST_SUITE_END()
