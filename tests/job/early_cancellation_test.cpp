#include "support/poll_bench.hpp"

#include <cojob/job/many.hpp>
#include <cojob/job/watch.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace early_cancellation_tests {

namespace asio = boost::asio;
using cojob::mintlify::agent;

struct operation_row {
    std::string name;
    std::function<asio::awaitable<void>(agent)> run;
};

asio::awaitable<void> get(agent a)
{
    co_await a.get_job("x");
}
asio::awaitable<void> create(agent a)
{
    co_await a.create_job("do it");
}
asio::awaitable<void> create_and_wait(agent a)
{
    co_await cojob::run_job(a, "do it");
}
asio::awaitable<void> wait(agent a)
{
    co_await cojob::wait_for_job(a, std::string("x"));
}
asio::awaitable<void> wait_for_some(agent a)
{
    auto ids = tests::make_ids(3);
    const auto ends = co_await cojob::wait_for_all(a, std::move(ids));
    for (const auto& end : ends)
        if (!end)
            throw cojob::api_error(end.error());
}
asio::awaitable<void> watch(agent a)
{
    auto w = cojob::watch_job(a, "x");
    co_await w.next();
}

const std::vector<operation_row> operations{
    {"get_job", get},       {"create_job", create},          {"run_job", create_and_wait},
    {"wait_for_job", wait}, {"wait_for_all", wait_for_some}, {"job_watch::next", watch}};

struct ending {
    bool is_back = false;
    cojob::error_code code{};
};

asio::awaitable<void> call(asio::awaitable<void> operation, ending& end)
{
    const auto result = co_await cojob::as_result(std::move(operation));
    end = {true, result ? cojob::error_code() : result.error().code()};
}

/// The cancellation stands on the client's strand before the call does.
ending cancelled_before_its_first_step(const operation_row& row, asio::cancellation_type type, cojob::threading threads)
{
    tests::poll_bench b([](const std::string& id, std::size_t) { return tests::job_of(id, "completed"); });
    auto options = tests::one_attempt();
    options.clock = b.clock;
    options.threads = threads;
    const cojob::client client(b.context.get_executor(), std::move(options), b.make_transport());
    const auto agent = tests::poll_bench::make_agent({}, client);
    asio::cancellation_signal signal;
    ending end;
    auto begin = [&]() -> asio::awaitable<void> {
        asio::post(client.get_executor(), [&] { signal.emit(type); });
        co_await call(row.run(agent), end);
    };
    asio::co_spawn(b.context, begin(), asio::bind_cancellation_slot(signal.slot(), [](std::exception_ptr) {}));
    b.context.poll(); // throws what comes out of a handler
    b.clock->advance(std::chrono::minutes(1));
    // On the context itself there is no strand to queue for: the call may be over by then.
    if (threads == cojob::threading::safe) {
        BOOST_TEST(end.code == asio::error::operation_aborted);
        BOOST_TEST(b.polls.empty());
    }
    return end;
}

} // namespace early_cancellation_tests

BOOST_AUTO_TEST_SUITE(a_cancellation_on_the_strand_before_the_call_has_begun)

using namespace early_cancellation_tests;

BOOST_AUTO_TEST_CASE(ends_the_call_and_the_caller_goes_on)
{
    using enum asio::cancellation_type;
    for (const auto& row : operations)
        for (const auto type : {terminal, partial, total})
            for (const auto threads : {cojob::threading::safe, cojob::threading::single}) {
                BOOST_TEST_CONTEXT(row.name)
                {
                    BOOST_TEST(cancelled_before_its_first_step(row, type, threads).is_back);
                }
            }
}

BOOST_AUTO_TEST_SUITE_END()
