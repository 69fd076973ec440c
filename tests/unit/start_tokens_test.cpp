// Every completion token: what it makes of a value, of an error and of a cancellation, and cancellations around the
// end.
#include "support/hop_and_return.hpp"
#include "support/scripted_agent.hpp"
#include "support/scripted_client.hpp"
#include "support/start_tokens.hpp"

#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <future>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace start_tokens_tests {

namespace asio = boost::asio;
using cojob::errc;
using tests::outcome_ptr;
using tests::scripted_agent;
using tests::start_outcome;
using tests::start_place;
using tests::start_token;

asio::awaitable<std::string> status_of(cojob::mintlify::agent agent)
{
    const auto job = co_await agent.get_job("job_1");
    co_return job.status_text;
}

/// Starts `get_job` in virtual time with one of the tokens.
struct started {
    started(const start_token& token, const cojob::testing::scripted_reply& reply)
        : host([reply](const cojob::http::request&) { return reply; })
    {
        const auto executor = host.context.get_executor();
        token.start({executor, asio::make_strand(executor)}, status_of(host.agent), outcome);
        host.clock->settle();
    }

    void emit(asio::cancellation_type type)
    {
        outcome->signal.emit(type);
        host.clock->settle();
    }
    [[nodiscard]] boost::system::system_error failure() const
    {
        try {
            std::rethrow_exception(outcome->failure);
        } catch (const cojob::api_error& e) {
            job_id = e.info().job_id;
            return e;
        } catch (const boost::system::system_error& e) {
            return e;
        }
    }

    scripted_agent host;
    outcome_ptr outcome = std::make_shared<start_outcome>();
    mutable std::string job_id;
};

cojob::testing::scripted_reply no_reply()
{
    auto reply = tests::job_reply("active");
    reply.delay = cojob::no_timeout;
    return reply;
}

asio::awaitable<std::string> steps(std::shared_ptr<cojob::operation> op, int count)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    for (int i = 0; i < count && !op->is_stopped(); ++i)
        co_await asio::post(op->executor(), asio::deferred);
    co_return op->is_stopped() ? "stopped" : "finished";
}

/// An operation as those of a client are: it does a few steps on the client's strand.
asio::awaitable<std::string> cross(asio::any_io_executor client, int count)
{
    co_await cojob::detail::accept_every_cancellation();
    auto op = std::make_shared<cojob::operation>(cojob::machine_clock(), client);
    auto inner = steps(op, count);
    co_return co_await tests::hop_and_return(std::move(op), std::move(inner));
}

/// As many as there is time for in each build; 20000 have been run under AddressSanitizer and ThreadSanitizer.
int number_of_races()
{
    const char* const given = std::getenv("COJOB_TEST_CANCELS");
    return given ? std::atoi(given) : 1000;
}

/// A whole call of a client, which a script answers at once or a moment later.
cojob::client make_client(const asio::any_io_executor& executor)
{
    auto transport = std::make_shared<cojob::testing::scripted_transport>([n = 0](const cojob::http::request&) mutable {
        cojob::testing::scripted_reply reply(200, "{}");
        reply.delay = std::chrono::microseconds(20 * (n++ % 8));
        return reply;
    });
    return cojob::client(executor, tests::one_attempt(), std::move(transport));
}

asio::awaitable<std::string> call(cojob::client client)
{
    co_await client.send(tests::make_request());
    co_return "finished";
}

struct tally {
    const int rounds = number_of_races();
    std::atomic<int> begun{0}, finished{0}, stopped{0};
};

/// Types that the token passes on.
std::vector<asio::cancellation_type> types_of(const start_token& token)
{
    using enum asio::cancellation_type;
    return token.passes_every_type ? std::vector{terminal, partial, total} : std::vector{terminal};
}

struct race {
    outcome_ptr outcome = std::make_shared<start_outcome>();
    int cancelled_at = 0; ///< step of the lane
};

/// Starts operations and cancels each after so many steps of the lane as one needs to end, more or less.
class racing_lane {
  public:
    racing_lane(const start_token& token, start_place at, cojob::client client, unsigned seed)
        : token_(token), at_(std::move(at)), client_(std::move(client)), random_(seed)
    {
    }

    asio::awaitable<void> run(tally& count)
    {
        while (count.begun < count.rounds) {
            const auto first = races_.size();
            for (int i = 0; i < at_once && count.begun++ < count.rounds; ++i)
                start();
            for (int step = 0; cancel(first, step) || !is_over(first); ++step)
                co_await asio::post(at_.lane, asio::deferred);
            for (auto i = first; i < races_.size(); ++i)
                learn(*races_[i].outcome, count);
        }
    }

  private:
    static constexpr int at_once = 32;

    int below(int bound) { return static_cast<int>(random_() % static_cast<unsigned>(bound)); }

    /// From the fifth step on: Asio throws out of `run()` what is cancelled in the first steps of its own `||`.
    void start()
    {
        races_.push_back({.cancelled_at = 5 + below(window_)});
        // Few are whole calls: their steps are those of the others, and many more.
        token_.start(at_, below(8) == 0 ? call(client_) : cross(client_.get_executor(), 4 + below(8)),
                     races_.back().outcome);
    }

    /// Whether more will be cancelled in a later step.
    bool cancel(std::size_t first, int step)
    {
        int last = 0;
        for (auto i = first; i < races_.size(); ++i) {
            last = std::max(last, races_[i].cancelled_at);
            if (races_[i].cancelled_at == step)
                races_[i].outcome->signal.emit(types_[random_() % types_.size()]);
        }
        return step <= last;
    }

    [[nodiscard]] bool is_over(std::size_t first) const
    {
        return std::all_of(races_.begin() + static_cast<std::ptrdiff_t>(first), races_.end(),
                           [](const race& r) { return r.outcome->is_done(); });
    }

    void learn(const start_outcome& outcome, tally& count)
    {
        const auto is_late = outcome.value == "finished";
        window_ = std::clamp(window_ + (is_late ? -1 : 1), 4, 1000);
        ++(is_late ? count.finished : count.stopped);
    }

    const start_token& token_;
    start_place at_;
    cojob::client client_;
    std::mt19937 random_;
    std::vector<asio::cancellation_type> types_ = types_of(token_);
    std::vector<race> races_; // until the pool has ended: nobody knows when `detached` has let go of a signal
    int window_ = 60;
};

/// Races of one token, on two threads.
void race_to_the_end(const start_token& token, tally& count)
{
    asio::thread_pool pool(2);
    std::vector<std::unique_ptr<racing_lane>> lanes; // until the pool has been joined
    std::vector<std::future<void>> ends;
    for (unsigned seed = 1; seed <= 4; ++seed) {
        const asio::any_io_executor lane = asio::make_strand(pool.get_executor());
        const start_place at{pool.get_executor(), lane};
        lanes.push_back(std::make_unique<racing_lane>(token, at, make_client(pool.get_executor()), seed));
        ends.push_back(asio::co_spawn(lane, lanes.back()->run(count), asio::use_future));
    }
    for (auto& end : ends)
        end.get();
    pool.join();
}

} // namespace start_tokens_tests

BOOST_AUTO_TEST_SUITE(every_completion_token)

using namespace start_tokens_tests;

BOOST_AUTO_TEST_CASE(gets_the_value)
{
    for (const auto& token : tests::start_tokens) {
        BOOST_TEST_CONTEXT(token.name)
        {
            const started s(token, tests::job_reply("completed"));
            BOOST_REQUIRE(s.outcome->is_done());
            BOOST_TEST(!s.outcome->failure);
            BOOST_TEST(s.outcome->value == "completed");
        }
    }
}

BOOST_AUTO_TEST_CASE(gets_an_error_with_all_that_is_known_of_it)
{
    for (const auto& token : tests::start_tokens) {
        BOOST_TEST_CONTEXT(token.name)
        {
            const started s(token, {404, ""});
            BOOST_REQUIRE(s.outcome->is_done());
            BOOST_REQUIRE(s.outcome->failure);
            BOOST_TEST((s.failure().code() == errc::not_found));
            BOOST_TEST(s.job_id == "job_1");
        }
    }
}

BOOST_AUTO_TEST_CASE(ends_the_operation_by_each_type_of_cancellation)
{
    for (const auto& token : tests::start_tokens) {
        for (const auto type : types_of(token)) {
            BOOST_TEST_CONTEXT(token.name << ", cancelled by type " << static_cast<unsigned>(type))
            {
                started s(token, no_reply());
                BOOST_TEST(!s.outcome->is_done());
                s.emit(type);
                BOOST_REQUIRE(s.outcome->is_done());
                BOOST_REQUIRE(s.outcome->failure);
                BOOST_TEST((s.failure().code() == asio::error::operation_aborted));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(is_cancelled_many_times_around_the_end,
                     *boost::unit_test::label("threads") * boost::unit_test::label("long"))
{
    for (const auto& token : tests::start_tokens) {
        tally count;
        race_to_the_end(token, count);
        BOOST_TEST_MESSAGE(token.name << ": finished " << count.finished << ", stopped " << count.stopped);
        BOOST_TEST_CONTEXT(token.name)
        {
            BOOST_TEST(count.finished + count.stopped == count.rounds);
            BOOST_TEST(count.finished > count.rounds / 20);
            BOOST_TEST(count.stopped > count.rounds / 20);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
