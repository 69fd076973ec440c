#ifndef TESTS_SUPPORT_REDIS_DESK_BENCH_HPP
#define TESTS_SUPPORT_REDIS_DESK_BENCH_HPP

#include <cojob/impl/internal/redis/redis_desk.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace tests {

using namespace std::chrono_literals;
using cojob::quota_answer;
using cojob::when_unreachable;
using cojob::detail::ledger_operation;
using cojob::detail::ledger_reply;
using cojob::detail::ledger_request;
using cojob::detail::redis_desk;
using cojob::detail::redis_step;

/// A desk with one session, and the answers that its calls got.
struct redis_desk_bench {
    explicit redis_desk_bench(when_unreachable away = {})
        : desk({.limit = 4, .window = 3'600'000'000, .away = away}, [this] { return now; })
    {
    }

    void ask(cojob::duration attempt = 10s)
    {
        std::function<void(quota_answer)> take = [this](quota_answer given) { answers.push_back(std::move(given)); };
        BOOST_TEST_REQUIRE(desk.ask(session, attempt, take));
    }
    /// The next request, which must be this.
    ledger_request sends(ledger_operation what)
    {
        auto step = desk.next(session);
        BOOST_TEST_REQUIRE((step.kind == redis_step::act::send));
        BOOST_TEST_REQUIRE(static_cast<int>(step.request.what) == static_cast<int>(what));
        return step.request;
    }
    void reply(const ledger_request& to, ledger_reply::kind_type kind)
    {
        ledger_reply r;
        r.kind = kind;
        r.epoch = epoch;
        r.revision = ++revision;
        r.pauses = pauses;
        r.taken = taken;
        take(desk.replied(session, to, r));
    }
    void fail(const ledger_request& request, bool is_refused = false)
    {
        take(desk.failed(session, request, "gone", is_refused));
    }
    void take(redis_step step)
    {
        if (step.kind == redis_step::act::answer)
            step.answer_to(step.given);
    }
    /// Asks and is granted a lease.
    std::uint64_t acquire(cojob::duration attempt = 10s)
    {
        ask(attempt);
        reply(sends(ledger_operation::acquire), ledger_reply::granted);
        BOOST_TEST_REQUIRE(answers.back().is_granted);
        return answers.back().lease;
    }
    /// Asks, and is answered without a request.
    quota_answer acquire_alone()
    {
        ask();
        return answered_alone();
    }
    quota_answer answered_alone()
    {
        auto step = desk.next(session);
        BOOST_TEST_REQUIRE((step.kind == redis_step::act::answer));
        take(std::move(step));
        return answers.back();
    }

    std::int64_t now = 1'000'000'000;
    redis_desk desk;
    int wakes = 0;
    std::uint64_t session = desk.open_session([this] { ++wakes; });
    std::vector<quota_answer> answers;
    std::string epoch = "first";
    std::int64_t revision = 0, pauses = 0, taken = 1;
};

} // namespace tests

#endif
