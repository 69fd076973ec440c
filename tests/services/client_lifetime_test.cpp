#include <cojob/client.hpp>

#include "support/recording_observer.hpp"
#include "support/scripted_agent.hpp"
#include "support/scripted_client.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace client_lifetime_tests {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using cojob::client;
using cojob::client_options;
using cojob::errc;
using cojob::threading;
using cojob::mintlify::agent;
using cojob::testing::scripted_reply;
using tests::make_request;
using tests::scripted_client;

using strings = std::vector<std::string>;

scripted_reply reply_after(cojob::duration delay, cojob::duration commit_after = {})
{
    auto reply = tests::job_reply("active");
    reply.delay = delay;
    reply.commit_after = commit_after;
    return reply;
}

agent make_agent(client c)
{
    cojob::mintlify::agent_options o;
    o.project_id = "docs";
    o.api_key = cojob::secret("mint_key");
    return {std::move(c), o};
}

std::shared_ptr<cojob::testing::scripted_transport> make_transport(const scripted_reply& reply)
{
    return std::make_shared<cojob::testing::scripted_transport>([reply](const cojob::http::request&) { return reply; });
}

asio::awaitable<cojob::secret> never_give()
{
    asio::steady_timer never(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
    co_await never.async_wait(asio::use_awaitable);
    co_return cojob::secret("mint_key");
}

/// A context that goes while calls are suspended on it; the sanitizers see what stays.
void destroy_context_in_mid_flight(threading threads, const scripted_reply& reply, cojob::credential key)
{
    std::optional<asio::io_context> context(std::in_place);
    auto o = tests::one_attempt();
    o.threads = threads;
    std::optional<client> c(std::in_place, context->get_executor(), o, make_transport(reply));
    for (const auto* method : {"GET", "DELETE", "POST"}) {
        auto r = make_request(method);
        r.authorization = key;
        asio::co_spawn(*context, c->send(std::move(r)), asio::detached);
        tests::start(*context, c->send(make_request(method)));
    }
    context->poll();
    BOOST_TEST(c->stats().requests >= 3U);
    c.reset();
    context.reset();
}

/// Starts another call when the first has been answered.
class calling_observer final : public cojob::observer {
  public:
    void on_response(const cojob::response_event&) noexcept override
    {
        if (auto c = std::exchange(next, std::nullopt))
            asio::co_spawn(c->get_executor(), c->send(make_request()), asio::detached);
    }

    std::optional<client> next;
};

class closing_observer final : public cojob::observer {
  public:
    void on_attempt(const cojob::attempt_event&) noexcept override { own->close(); }

    std::optional<client> own;
};

} // namespace client_lifetime_tests

BOOST_AUTO_TEST_SUITE(the_life_of_a_client)

using namespace client_lifetime_tests;

BOOST_AUTO_TEST_CASE(ends_after_its_last_operation_not_with_its_last_handle)
{
    scripted_client bench(reply_after(10s));
    std::optional<agent> service(make_agent(bench.make({})));
    std::vector<asio::awaitable<cojob::mintlify::agent_job>> pending;
    pending.push_back(service->get_job("job_1"));
    pending.push_back(service->create_job("Document it"));
    pending.push_back(service->send_message("job_1", "And that"));
    service.reset();
    std::vector<tests::started<cojob::mintlify::agent_job>> calls;
    for (auto& p : pending)
        calls.push_back(bench.start(std::move(p)));
    bench.clock->advance(10s);
    for (const auto& call : calls)
        BOOST_TEST(call.get().value().id == "job_1");
}

BOOST_AUTO_TEST_CASE(goes_on_when_all_handles_go_in_the_middle_of_a_call)
{
    scripted_client bench(reply_after(10s, 5s));
    std::optional<client> only(bench.make({}));
    auto getting = bench.start(only->send(make_request()));
    auto posting = bench.start(only->send(make_request("POST")));
    only.reset();
    bench.clock->advance(7s);
    posting.cancel();
    bench.clock->settle();
    BOOST_TEST(posting.code() == make_error_code(errc::outcome_unknown));
    bench.clock->advance(3s);
    BOOST_TEST(getting.get().value().status == 200);
}

BOOST_AUTO_TEST_CASE(is_one_for_handles_that_were_copied_and_moved)
{
    scripted_client bench;
    auto first = make_agent(bench.client);
    auto copy = first;
    auto moved = std::move(first);
    first = copy;
    copy = std::move(moved);
    BOOST_CHECK(first.get_client() == copy.get_client());
    bench.reply = tests::job_reply("completed");
    BOOST_TEST(is_finished(bench.start(first.get_job("job_1")).get().value()));
    BOOST_TEST(is_finished(bench.start(copy.get_job("job_1")).get().value()));
}

BOOST_AUTO_TEST_CASE(leaves_nothing_behind_when_its_context_goes_with_calls_in_flight)
{
    for (const auto threads : {threading::safe, threading::single})
        for (const auto& key : {cojob::credential(cojob::secret("mint_key")), cojob::credential(never_give)}) {
            destroy_context_in_mid_flight(threads, reply_after(cojob::no_timeout), key);
            destroy_context_in_mid_flight(threads, reply_after(1h, 30min), key);
            destroy_context_in_mid_flight(threads, {errc::connect_failed, cojob::phase::connecting}, key);
        }
}

BOOST_AUTO_TEST_CASE(does_not_keep_the_context_running_after_the_last_call)
{
    for (const auto threads : {threading::safe, threading::single}) {
        asio::io_context context;
        auto o = tests::one_attempt();
        o.threads = threads;
        const client c(context.get_executor(), o, make_transport(reply_after({})));
        const auto began = std::chrono::steady_clock::now();
        const auto failed = tests::start(context, c.send(make_request()));
        const auto posted = tests::start(context, c.send(make_request("POST")));
        context.run();
        BOOST_TEST(failed.is_done());
        BOOST_TEST(posted.is_done());
        BOOST_CHECK(std::chrono::steady_clock::now() - began < 30s); // the call's own alarm would have been 2 min
        c.close();
        context.restart();
        context.run();
    }
}

BOOST_AUTO_TEST_CASE(may_be_ended_from_any_thread, *boost::unit_test::label("threads"))
{
    for (int round = 0; round < 100; ++round) {
        asio::thread_pool pool(2);
        const client c(pool.get_executor(), {}, make_transport(reply_after(cojob::no_timeout)));
        std::vector<std::future<cojob::result<cojob::http::response>>> calls;
        for (int i = 0; i < 8; ++i)
            calls.push_back(asio::co_spawn(pool, cojob::as_result(c.send(make_request())), asio::use_future));
        auto closing = std::async(std::launch::async, [c] { c.close(); });
        c.close();
        closing.get();
        for (auto& call : calls)
            BOOST_TEST(call.get().error().code() == asio::error::operation_aborted);
        pool.join();
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(an_observer)

using namespace client_lifetime_tests;

BOOST_AUTO_TEST_CASE(hears_of_an_attempt_and_then_of_its_end)
{
    const auto heard = std::make_shared<tests::recording_observer>();
    auto o = tests::one_attempt();
    o.observer = heard;
    scripted_client bench(reply_after(2s), o);
    auto call = bench.send(make_request());
    BOOST_TEST(heard->lines == strings{"attempt 1 GET /api"}, boost::test_tools::per_element());
    bench.clock->advance(2s);
    bench.reply = scripted_reply(503, "down", {});
    bench.send(make_request("POST"));
    bench.reply = scripted_reply(errc::connect_failed, cojob::phase::connecting);
    bench.send(make_request("DELETE"));
    const strings expected{"attempt 1 GET /api",    "response GET /api 200 ok, done after 2 s",
                           "attempt 1 POST /api",   "response POST /api 503 server error, done after 0 s",
                           "attempt 1 DELETE /api", "response DELETE /api 0 connect failed, connecting after 0 s"};
    BOOST_TEST(heard->lines == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(hears_nothing_of_a_call_that_is_refused)
{
    const auto heard = std::make_shared<tests::recording_observer>();
    auto o = tests::one_attempt();
    o.observer = heard;
    scripted_client bench({200, "{}"}, o);
    bench.send(make_request("not a token"));
    bench.client.close();
    bench.send(make_request());
    BOOST_TEST(heard->lines.empty());
}

BOOST_AUTO_TEST_CASE(may_start_a_call)
{
    const auto calling = std::make_shared<calling_observer>();
    auto o = tests::one_attempt();
    o.observer = calling;
    scripted_client bench({200, "{}"}, o);
    calling->next = bench.client;
    bench.send(make_request());
    BOOST_TEST(bench.sent().size() == 2U);
}

BOOST_AUTO_TEST_CASE(may_close_the_client)
{
    const auto closing = std::make_shared<closing_observer>();
    auto o = tests::one_attempt();
    o.observer = closing;
    scripted_client bench({200, "{}"}, o);
    closing->own = bench.client;
    BOOST_TEST(bench.send(make_request("POST")).code() == asio::error::operation_aborted);
    BOOST_TEST(bench.sent().empty());
    closing->own.reset(); // or the client and its observer would hold each other
}

BOOST_AUTO_TEST_SUITE_END()
