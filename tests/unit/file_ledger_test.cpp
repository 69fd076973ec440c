#ifndef _WIN32 // there no quota is shared through a file
#include "support/scratch_folder.hpp"

#include <boost/test/unit_test.hpp>

#if defined(__unix__) || defined(__APPLE__)

#include "support/quota_processes.hpp"

#include <cojob/error.hpp>
#include <cojob/impl/internal/policy/file_ledger.hpp>
#include <cojob/policy/shared_quota.hpp>

#include <chrono>
#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <thread>

namespace file_ledger_tests {

using namespace std::chrono_literals;
using cojob::no_timeout;
using cojob::detail::file_ledger;
using cojob::detail::ledger_book;
using cojob::detail::ledger_file;
using cojob::detail::ledger_lock;
using cojob::detail::ledger_time;
using cojob::detail::quota_reply;
using tests::blocking_call;

const cojob::quota_options one_use{.limit = 1};

cojob::quota_answer ask(file_ledger& ledger, cojob::duration attempt)
{
    const auto answer = std::make_shared<std::promise<cojob::quota_answer>>();
    ledger.acquire({}, attempt, [answer](cojob::quota_answer given) { answer->set_value(std::move(given)); });
    return answer->get_future().get();
}

bool is_refused(cojob::quota_options options, cojob::quota_file_options how)
{
    const tests::scratch_folder folder;
    try {
        (void)cojob::open_shared_quota(folder / "quota", options, how);
    } catch (const cojob::api_error& e) {
        return e.code() == cojob::errc::invalid_argument;
    }
    return false;
}

} // namespace file_ledger_tests

BOOST_AUTO_TEST_SUITE(a_ledger_with_a_thread, *boost::unit_test::label("threads"))

using namespace file_ledger_tests;

BOOST_AUTO_TEST_CASE(sends_no_attempt_without_a_limit_on_a_lease_that_is_not_renewed)
{
    const tests::scratch_folder folder;
    file_ledger ledger(folder / "quota", {.limit = 2}, {});
    const auto limited = ask(ledger, 1s), unlimited = ask(ledger, no_timeout);
    BOOST_TEST_REQUIRE(limited.is_granted);
    BOOST_TEST_REQUIRE(unlimited.is_granted);
    BOOST_TEST(ledger.covers(limited.lease, 1s));
    BOOST_TEST(!ledger.covers(limited.lease, no_timeout));
    BOOST_TEST(ledger.covers(unlimited.lease, no_timeout));
}

BOOST_AUTO_TEST_CASE(tells_how_many_slots_all_processes_have_left)
{
    const tests::scratch_folder folder;
    const cojob::quota_options three{.limit = 3};
    BOOST_TEST(cojob::free_slots(folder / "quota", three) == 3U);
    {
        file_ledger one(folder / "quota", three, {}), other(folder / "quota", three, {});
        const auto used = ask(one, 1s), unused = ask(other, 1s);
        BOOST_TEST(cojob::free_slots(folder / "quota", three) == 1U);
        one.end(used.lease, {.kind = cojob::quota_outcome::used});
        other.end(unused.lease, {});
    }
    BOOST_TEST(cojob::free_slots(folder / "quota", three) == 2U);
    {
        file_ledger ledger(folder / "quota", three, {});
        ledger.end(ask(ledger, 1s).lease, {.kind = cojob::quota_outcome::throttled, .pause = 1min});
    }
    BOOST_TEST(cojob::free_slots(folder / "quota", three) == 0U);
}

BOOST_AUTO_TEST_CASE(renews_a_lease_of_an_attempt_without_a_limit)
{
    const tests::scratch_folder folder;
    file_ledger ledger(folder / "quota", one_use, {}, 30s, 1200ms);
    const auto given = ask(ledger, no_timeout);
    BOOST_TEST_REQUIRE(given.is_granted);
    std::this_thread::sleep_for(1500ms);
    BOOST_TEST(ledger.covers(given.lease, no_timeout));
}

BOOST_AUTO_TEST_CASE(grants_a_free_slot_to_a_question_that_comes_with_the_end_of_waiting)
{
    const tests::scratch_folder folder;
    const auto ledger = std::make_shared<file_ledger>(folder / "quota", one_use, cojob::quota_file_options{});
    const auto pool = std::make_shared<cojob::quota>(one_use, nullptr, ledger);
    ledger->stop_waiting(); // of an earlier call; the thread does not run yet
    blocking_call call(pool);
    BOOST_TEST(call.take(0s) == quota_reply::granted);
}

BOOST_AUTO_TEST_CASE(returns_a_slot_that_it_could_not_return_while_the_file_was_locked)
{
    const tests::scratch_folder folder;
    file_ledger ledger(folder / "quota", one_use, {.lock_timeout = 10ms});
    const auto given = ask(ledger, 1s);
    BOOST_TEST_REQUIRE(given.is_granted);
    {
        const ledger_lock lock(folder / "quota", 1s);
        ledger.end(given.lease, {});
        std::this_thread::sleep_for(100ms); // it tries in vain
    }
    ledger_file file(folder / "quota", one_use, {}, cojob::detail::machine_ledger_time);
    bool is_returned = false;
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (!is_returned && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::sleep_for(10ms);
        file.update([&](ledger_book& book, const ledger_time& now) {
            is_returned = book.acquire(7, 7, 60'000'000'000, now).is_granted;
        });
    }
    BOOST_TEST(is_returned);
}

BOOST_AUTO_TEST_CASE(tries_once_more_what_it_could_not_write_when_it_is_closed)
{
    const tests::scratch_folder folder;
    auto ledger =
        std::make_optional<file_ledger>(folder / "quota", one_use, cojob::quota_file_options{.lock_timeout = 10ms});
    const auto given = ask(*ledger, 1s);
    BOOST_TEST_REQUIRE(given.is_granted);
    const ledger_lock lock(folder / "quota", 1s);
    ledger->end(given.lease, {});
    ledger.reset(); // returns, although the file stays locked
}

BOOST_AUTO_TEST_CASE(returns_a_slot_that_nobody_is_left_to_use_when_it_is_closed)
{
    const tests::scratch_folder folder;
    auto ledger = std::make_optional<file_ledger>(folder / "quota", one_use, cojob::quota_file_options{});
    BOOST_TEST_REQUIRE(ask(*ledger, 1s).is_granted); // the answer reaches no quota
    ledger.reset();
    file_ledger next(folder / "quota", one_use, {});
    BOOST_TEST(ask(next, 1s).is_granted);
}

BOOST_AUTO_TEST_CASE(returns_a_slot_that_is_granted_while_its_quota_ends)
{
    const tests::scratch_folder folder;
    for (int round = 0; round < 20; ++round) { // some find the answer on its way
        auto pool = cojob::open_shared_quota(folder / "quota", one_use);
        auto call = std::make_optional<blocking_call>(pool);
        (void)call->ticket().request(20s, false);
        pool.reset();
        std::this_thread::sleep_for(round * 50us);
        call.reset();
    }
    file_ledger next(folder / "quota", one_use, {});
    BOOST_TEST(ask(next, 1s).is_granted);
}

BOOST_AUTO_TEST_CASE(has_a_limit_of_slots_and_of_the_time_to_wait_for_a_lock)
{
    BOOST_TEST(!is_refused({.limit = 2000}, {}));
    BOOST_TEST(is_refused({.limit = 2001}, {}));
    BOOST_TEST(is_refused(one_use, {.lock_timeout = no_timeout}));
    BOOST_TEST(is_refused(one_use, {.lock_timeout = 0s}));
}

BOOST_AUTO_TEST_SUITE_END()

#endif
#endif
