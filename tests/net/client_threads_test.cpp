#include "support/cancel_after.hpp"
#include "support/mock_agent.hpp"

#include <cojob/impl/internal/policy/quota_core.hpp>
#include <cojob/job/many.hpp>
#include <cojob/job/wait.hpp>
#include <cojob/job/watch.hpp>
#include <cojob/mintlify/agent.hpp>
#include <cojob/policy/quota.hpp>
#include <cojob/testing/mock_server.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace client_threads_tests {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using cojob::errc;
using cojob::error_code;
using cojob::wait_options;
using cojob::mintlify::agent;
using cojob::testing::fault;
using strings = std::vector<std::string>;

constexpr std::uint32_t limit = 50;
constexpr int lanes = 16, rounds = 60;

cojob::client make_client(const asio::any_io_executor& executor)
{
    cojob::client_options options;
    options.retry.base_delay = 1ms;
    options.retry.max_delay = 10ms;
    options.tls.insecure_skip_verify = true; // there is no TLS
    return cojob::client(executor, options);
}

agent make_agent(cojob::client client, const cojob::testing::mock_server& server, std::shared_ptr<cojob::quota> pool)
{
    auto project = server.agent_options();
    project.shared_quota = std::move(pool);
    return {std::move(client), project};
}

/// Everything that a client repeats or waits out.
void spoil(cojob::testing::mock_server& server)
{
    server.answer_next(429, "{}", {{"Retry-After", "0"}}, 3, "POST");
    server.answer_next(503, "{}", {{"Retry-After", "0"}}, 10);
    server.answer_next(500, "{}", {}, 10, "GET");
    server.inject(fault::drop_after_request, 10);
    server.inject(fault::reset_after_request, 5);
    server.inject(fault::close_after_answer, 10);
}

/// How operations ended, and when enough of them have.
class tally {
  public:
    explicit tally(int enough) : enough_(enough) {}

    void count(const error_code& code)
    {
        const std::lock_guard lock(mutex_);
        ++codes_[code.message()];
        if (++sum_ == enough_)
            reached_.set_value();
    }
    void wait_until_enough() { reached_.get_future().get(); }

    [[nodiscard]] int sum() const { return sum_; }
    [[nodiscard]] int of(const error_code& code) { return codes_[code.message()]; }
    [[nodiscard]] std::string describe() const
    {
        std::string text;
        for (const auto& [code, times] : codes_)
            text += code + ": " + std::to_string(times) + "; ";
        return text;
    }

  private:
    std::mutex mutex_;
    std::map<std::string, int> codes_;
    std::promise<void> reached_;
    int enough_, sum_ = 0;
};

struct ending {
    error_code code{};
};

template <class T>
asio::awaitable<ending> end_of(asio::awaitable<T> operation)
{
    const auto end = co_await cojob::as_result(std::move(operation));
    co_return ending{end ? error_code() : end.error().code()};
}

wait_options quick()
{
    return {.timeout = 300ms, .schedule = {1ms, 5ms, 20ms, 1.5}};
}

asio::awaitable<ending> end_of_all(agent service, strings ids)
{
    const auto ends = co_await cojob::as_result(cojob::wait_for_all(std::move(service), std::move(ids), quick()));
    if (!ends) // the client was closed before it began
        co_return ending{ends.error().code()};
    co_return ending{ends->front() ? error_code() : ends->front().error().code()};
}

asio::awaitable<ending> end_of_watch(agent service, std::string id)
{
    auto watch = cojob::watch_job(std::move(service), std::move(id), quick());
    for (;;) {
        const auto seen = co_await cojob::as_result(watch.next());
        if (!seen || !*seen)
            co_return ending{seen ? error_code() : seen.error().code()};
    }
}

asio::awaitable<ending> begin(unsigned which, const agent& a, const std::string& id, const strings& all)
{
    switch (which % 8) {
    case 0: return end_of(a.create_job("Document it"));
    case 1: return end_of(a.get_job(id));
    case 2: return end_of(a.send_message(id, "More"));
    case 3: return end_of(cojob::wait_for_job(a, id, quick()));
    case 4: return end_of(cojob::run_job(a, "Document it", {.timeout = 5s, .schedule = quick().schedule}));
    case 5: return end_of(cojob::wait_for_any(a, all, quick()));
    case 6: return end_of_all(a, all);
    default: return end_of_watch(a, id);
    }
}

/// One operation after the other, on a strand that is not the client's; half of them are cancelled from there.
asio::awaitable<void> make_calls(agent service, strings ids, unsigned seed, tally& count)
{
    std::minstd_rand random(seed);
    for (int i = 0; i < rounds; ++i) {
        auto operation = begin(static_cast<unsigned>(random() >> 8), service, ids[random() % ids.size()], ids);
        if (random() % 2 == 0) {
            const std::chrono::microseconds delay(random() % (random() % 2 == 0 ? 500 : 20'000));
            const auto end = co_await tests::cancel_after(delay, std::move(operation));
            count.count(end ? end->code : end.error().code());
        } else {
            count.count((co_await std::move(operation)).code);
        }
    }
}

/// That every slot is either free or stamped. Time goes on meanwhile, and only frees some.
void check_slots(const cojob::quota& pool)
{
    const auto before = pool.remaining();
    const auto state = cojob::detail::quota_access::core(pool)->state();
    const auto after = pool.remaining();
    BOOST_TEST(state.held == 0U);
    BOOST_TEST(state.pause_left.count() == 0);
    BOOST_TEST(before + state.ages.size() <= limit);
    BOOST_TEST(after + state.ages.size() >= limit);
}

} // namespace client_threads_tests

BOOST_AUTO_TEST_SUITE(clients_with_a_quota_from_many_threads, *boost::unit_test::label("threads"))

using namespace client_threads_tests;

BOOST_AUTO_TEST_CASE(end_every_operation_and_lose_no_slot)
{
    const auto seed = std::random_device()();
    BOOST_TEST_CONTEXT("seed " << seed)
    {
        BOOST_TEST_MESSAGE("seed " << seed);
        cojob::testing::mock_server server(tests::plain_http());
        spoil(server);
        strings ids;
        for (int i = 0; i < 5; ++i)
            ids.push_back(server.add_job({{"active", 50}, {"completed"}}));
        const auto pool = std::make_shared<cojob::quota>(
            cojob::quota_options{.limit = limit, .window = 200ms, .max_wait = cojob::no_timeout});
        tally count(lanes * rounds * 9 / 10);
        asio::thread_pool threads(4);
        {
            const auto first = make_client(threads.get_executor()), second = make_client(threads.get_executor());
            std::vector<std::future<void>> ends;
            for (unsigned lane = 0; lane < lanes; ++lane)
                ends.push_back(asio::co_spawn(
                    asio::make_strand(threads.get_executor()),
                    make_calls(make_agent(lane % 4 == 0 ? second : first, server, pool), ids, seed + lane, count),
                    asio::use_future));
            count.wait_until_enough();
            std::thread closer([&] { first.close(); }), other([&] { second.close(); });
            closer.join();
            other.join();
            for (auto& end : ends)
                end.get();
            BOOST_TEST_MESSAGE("retries " << first.stats().retries << ", throttles " << first.stats().throttles);
        }
        threads.join();
        BOOST_TEST_MESSAGE(count.describe());
        BOOST_TEST(count.sum() == lanes * rounds);
        BOOST_TEST(count.of({}) > 0);
        BOOST_TEST(count.of(asio::error::operation_aborted) > 0);
        check_slots(*pool);
    }
}

BOOST_AUTO_TEST_SUITE_END()
