#include "support/cancel_after.hpp"
#include "support/one_attempt.hpp"
#include "support/run.hpp"

#include <cojob/job/wait.hpp>
#include <cojob/mintlify/agent.hpp>
#include <cojob/testing/mock_server.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace threads_tests {

namespace asio = boost::asio;
using cojob::errc;
using cojob::mintlify::agent;

cojob::client make_client(const asio::any_io_executor& executor, const cojob::testing::mock_server& server)
{
    auto options = tests::one_attempt();
    options.tls.ca_pem = server.ca_pem();
    options.pool.max_connections = 4;
    return cojob::client(executor, options);
}

agent make_agent(const cojob::client& client, const cojob::testing::mock_server& server)
{
    return {client, server.agent_options()};
}

struct tally {
    std::atomic<int> succeeded{0}, aborted{0}, unknown{0}, other{0};

    void count(const boost::system::error_code& ec)
    {
        ++(!ec                                    ? succeeded
           : ec == asio::error::operation_aborted ? aborted
           : ec == errc::outcome_unknown          ? unknown
                                                  : other);
    }
    [[nodiscard]] int sum() const { return succeeded + aborted + unknown + other; }
};

asio::awaitable<void> create_and_look(agent service, tally& count)
{
    auto created = co_await cojob::as_result(service.create_job("Document it"));
    count.count(created ? boost::system::error_code() : created.error().code());
    if (!created)
        co_return;
    const auto looked = co_await cojob::as_result(service.get_job(created->id));
    count.count(looked ? boost::system::error_code() : looked.error().code());
}

/// Calls that are cancelled around their end.
asio::awaitable<void> cancel_calls(agent service, std::string id, unsigned seed, int rounds, tally& count)
{
    tests::cancel_times times(seed);
    for (int i = 0; i < rounds; ++i) {
        auto call = i % 2 == 0 ? service.get_job(id) : service.send_message(id, "More");
        const auto end = co_await tests::cancel_after(times.next(), std::move(call));
        times.was_in_time(end.has_error());
        count.count(end ? boost::system::error_code() : end.error().code());
    }
}

} // namespace threads_tests

BOOST_AUTO_TEST_SUITE(one_client_from_many_threads, *boost::unit_test::label("threads"))

using namespace threads_tests;

BOOST_AUTO_TEST_CASE(serves_calls_of_four_threads)
{
    cojob::testing::mock_server server;
    asio::thread_pool pool(4);
    tally count;
    {
        const auto service = make_agent(make_client(pool.get_executor(), server), server);
        std::vector<std::future<void>> calls;
        for (int i = 0; i < 100; ++i)
            calls.push_back(asio::co_spawn(pool.get_executor(), create_and_look(service, count), asio::use_future));
        for (auto& call : calls)
            call.get();
    }
    pool.join();
    BOOST_TEST(count.succeeded == 200);
    BOOST_TEST(server.open_connections() <= 4U);
}

BOOST_AUTO_TEST_CASE(survives_cancels_at_any_moment)
{
    cojob::testing::mock_server server;
    const auto id = server.add_job({{"active"}});
    asio::thread_pool pool(4);
    tally count;
    {
        const auto service = make_agent(make_client(pool.get_executor(), server), server);
        std::vector<std::future<void>> lanes;
        for (unsigned seed = 1; seed <= 8; ++seed)
            lanes.push_back(asio::co_spawn(asio::make_strand(pool.get_executor()),
                                           cancel_calls(service, id, seed, 200, count), asio::use_future));
        for (auto& lane : lanes)
            lane.get();
    }
    pool.join();
    BOOST_TEST(count.sum() == 1600);
    BOOST_TEST(count.other == 0);
    BOOST_TEST(count.succeeded > 0);
    BOOST_TEST(count.aborted + count.unknown > 0);
    BOOST_TEST_MESSAGE("succeeded " << count.succeeded << ", aborted " << count.aborted << ", unknown "
                                    << count.unknown);
}

BOOST_AUTO_TEST_CASE(can_be_closed_from_another_thread)
{
    cojob::testing::mock_server server;
    asio::thread_pool pool(4);
    {
        const auto client = make_client(pool.get_executor(), server);
        const auto service = make_agent(client, server);
        std::vector<std::future<cojob::result<cojob::mintlify::agent_job>>> waits;
        for (int i = 0; i < 50; ++i) {
            auto waiting = cojob::as_result(cojob::wait_for_job(service, server.add_job({{"active"}})));
            waits.push_back(asio::co_spawn(pool.get_executor(), std::move(waiting), asio::use_future));
        }
        server.wait_for_requests(10);
        std::thread first([&] { client.close(); }), second([&] { client.close(); });
        for (auto& wait : waits)
            BOOST_TEST(wait.get().error().code() == asio::error::operation_aborted);
        first.join();
        second.join();
        BOOST_TEST(client.stats().polls >= 10U);
    }
    pool.join();
}

BOOST_AUTO_TEST_CASE(callers_on_contexts_of_their_own_get_their_answers_there)
{
    cojob::testing::mock_server server;
    asio::thread_pool client_pool(1);
    {
        const auto service = make_agent(make_client(client_pool.get_executor(), server), server);
        std::vector<std::thread> callers;
        std::atomic<int> done{0};
        for (int i = 0; i < 4; ++i)
            callers.emplace_back([&] {
                asio::io_context context;
                tally count;
                auto ended = tests::start(context, create_and_look(service, count));
                context.run(); // kept at work until the answer is there
                done += ended.is_done() && count.succeeded == 2 ? 1 : 0;
            });
        for (auto& caller : callers)
            caller.join();
        BOOST_TEST(done == 4);
    }
    client_pool.join();
}

BOOST_AUTO_TEST_SUITE_END()
