#include "support/hand_clock.hpp"

#include <cojob/error.hpp>
#include <cojob/impl/internal/policy/quota_core.hpp>
#include <cojob/policy/quota.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

namespace quota_tests {

using namespace std::chrono_literals;
using cojob::duration;
using cojob::no_timeout;
using cojob::quota;
using cojob::quota_options;
using cojob::detail::quota_core;
using cojob::detail::quota_reply;

/// Callers of one quota; who was woken, in order.
struct bench {
    explicit bench(std::uint32_t limit) : pool(quota_options{.limit = limit}, clock) {}

    std::shared_ptr<tests::hand_clock> clock = std::make_shared<tests::hand_clock>();
    quota pool;
    std::string woken;

    std::unique_ptr<quota_core::ticket> caller(char name)
    {
        return std::make_unique<quota_core::ticket>(cojob::detail::quota_access::core(pool),
                                                    [this, name] { woken += name; });
    }
    /// Uses all slots up.
    void exhaust()
    {
        const auto c = caller('!');
        for (auto left = pool.remaining(); left > 0; --left) {
            BOOST_REQUIRE(c->request(0s, false).kind == quota_reply::granted);
            c->stamp(true);
        }
    }
    std::string take_woken() { return std::exchange(woken, {}); }
};

bool is_granted(const quota_reply& reply)
{
    return reply.kind == quota_reply::granted;
}
bool is_queued(const quota_reply& reply, duration wait)
{
    BOOST_TEST_INFO("kind " << reply.kind << ", wait " << reply.wait.count());
    return reply.kind == quota_reply::queued && reply.wait == wait;
}
bool is_refused(const quota_reply& reply, duration wait)
{
    BOOST_TEST_INFO("kind " << reply.kind << ", wait " << reply.wait.count());
    return reply.kind == quota_reply::refused && reply.wait == wait;
}

} // namespace quota_tests

BOOST_AUTO_TEST_SUITE(the_quota)

using namespace quota_tests;

BOOST_AUTO_TEST_CASE(refuses_options_that_make_no_sense)
{
    const std::pair<quota_options, std::string> rows[] = {
        {{}, "limit"},
        {{.limit = 0, .window = 1min}, "limit"},
        {{.limit = 1, .window = 0s}, "window"},
        {{.limit = 1, .window = -1s}, "window"},
        {{.limit = 1, .window = no_timeout}, "window"},
        {{.limit = 1, .max_wait = 0s}, "max_wait"},
        {{.limit = 1, .max_wait = -1s}, "max_wait"},
    };
    for (const auto& [options, name] : rows)
        BOOST_CHECK_EXCEPTION(quota{options}, cojob::api_error, [&](const cojob::api_error& e) {
            return e.code() == cojob::errc::invalid_argument &&
                   e.info().message.starts_with("quota_options::" + name + ":");
        });
    const quota_options options{.limit = 1, .max_wait = no_timeout};
    BOOST_CHECK(quota(options).options() == options);
}

BOOST_AUTO_TEST_CASE(tells_what_is_left_and_when_there_is_more)
{
    bench b(2);
    const auto now = b.clock->wall;
    const auto first = b.caller('a'), second = b.caller('b'), third = b.caller('c');
    BOOST_TEST(b.pool.remaining() == 2U);
    BOOST_CHECK(b.pool.next_slot_at() == now);
    first->request(0s, false);
    second->request(0s, false);
    BOOST_TEST(b.pool.remaining() == 0U);
    BOOST_CHECK(b.pool.next_slot_at() == now + 1h + 1s); // both as if they ended now
    first->stamp(true);
    b.clock->advance(10min);
    BOOST_CHECK(b.pool.next_slot_at() == now + 1h + 1s);
    third->request(no_timeout, false);
    BOOST_CHECK(b.pool.next_slot_at() == now + 10min + 1h + 1s); // the other is the third's
    second->throttled(30min, 0);
    BOOST_CHECK(b.pool.next_slot_at() == now + 1h + 1s);
    third->leave();
    BOOST_CHECK(b.pool.next_slot_at() == now + 40min);
    BOOST_TEST(b.pool.remaining() == 0U);
    b.clock->advance(30min);
    BOOST_TEST(b.pool.remaining() == 1U);
    BOOST_CHECK(b.pool.next_slot_at() == now + 40min);
}

BOOST_AUTO_TEST_CASE(a_clock_is_the_machines_unless_it_is_given)
{
    quota pool(quota_options{.limit = 1, .window = duration::max() - 1s});
    const auto now = cojob::machine_clock()->wall_now();
    BOOST_CHECK(pool.next_slot_at() >= now && pool.next_slot_at() < now + 1min);
    quota_core::ticket ticket(cojob::detail::quota_access::core(pool), [] {});
    ticket.request(0s, false);
    ticket.stamp(true);
    BOOST_CHECK(pool.next_slot_at() == cojob::timestamp::max());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(the_quotas_queue)

using namespace quota_tests;

BOOST_AUTO_TEST_CASE(grants_in_order)
{
    bench b(1);
    const auto first = b.caller('a'), second = b.caller('b'), third = b.caller('c');
    BOOST_TEST(is_granted(first->request(1h, false)));
    BOOST_TEST(is_queued(second->request(no_timeout, false), 1h + 1s)); // when time brings it; an end before wakes
    BOOST_TEST(is_queued(third->request(2h, false), 2h));
    first->give_back();
    BOOST_TEST(b.take_woken() == "bc"); // granted, and moved up
    BOOST_TEST(is_queued(third->request(2h, false), 1h + 1s));
    BOOST_TEST(is_queued(first->request(2h, false), 2h)); // at the end of the queue
    BOOST_TEST(is_granted(second->request(5min, false)));
    second->give_back();
    BOOST_TEST(b.take_woken() == "ca");
    third->leave(); // the grant that it did not ask about goes on
    BOOST_TEST(b.take_woken() == "a");
    BOOST_TEST(is_granted(first->request(5min, false)));
}

BOOST_AUTO_TEST_CASE(lets_nobody_overtake_when_time_has_freed_a_slot)
{
    bench b(2);
    b.exhaust();
    const auto first = b.caller('a'), second = b.caller('b'), third = b.caller('c');
    first->request(no_timeout, false);
    second->request(no_timeout, false);
    b.clock->advance(1h + 1s);
    BOOST_TEST(b.pool.remaining() == 0U);
    BOOST_TEST(is_queued(third->request(no_timeout, false), 1h + 1s));
    BOOST_TEST(b.take_woken() == "ab");
    BOOST_TEST(is_granted(second->request(no_timeout, false)));
    BOOST_TEST(is_granted(first->request(no_timeout, false)));
}

BOOST_AUTO_TEST_CASE(puts_who_was_refused_by_the_server_where_it_was)
{
    bench b(3);
    const auto first = b.caller('a'), second = b.caller('b'), third = b.caller('c'), fourth = b.caller('d'),
               fifth = b.caller('e');
    for (const auto* c : {&first, &second, &third}) {
        BOOST_TEST(is_granted((*c)->request(0s, false)));
        BOOST_TEST((*c)->commit());
    }
    BOOST_TEST(is_queued(fourth->request(no_timeout, false), 1h + 1s));
    BOOST_TEST((third->throttled(10s, 0) == 10s));
    BOOST_TEST((first->throttled(10s, 0) == 10s));
    BOOST_TEST(is_queued(first->request(no_timeout, true), 10s));
    BOOST_TEST(is_queued(third->request(no_timeout, true), 10s));
    BOOST_TEST(is_queued(fifth->request(no_timeout, true), 10s)); // had no slot yet: before all
    b.clock->advance(10s);
    BOOST_TEST(is_queued(fourth->request(no_timeout, false), 1h + 1s));
    BOOST_TEST(b.take_woken() == "de"); // the pause is over sooner than the window; the probe
    BOOST_TEST(is_granted(fifth->request(no_timeout, false)));
    fifth->stamp(true);
    BOOST_TEST(b.take_woken() == "a"); // the second still has its slot
    second->give_back();
    BOOST_TEST(b.take_woken() == "c");
}

BOOST_AUTO_TEST_CASE(refuses_at_once_whom_waiting_cannot_help)
{
    bench b(2);
    b.exhaust();
    b.clock->advance(50min);
    const auto first = b.caller('a'), second = b.caller('b'), third = b.caller('c'), fourth = b.caller('d');
    BOOST_TEST(is_refused(first->request(0s, false), 10min + 1s));
    BOOST_TEST(is_refused(first->request(10min + 1s - 1ns, false), 10min + 1s));
    BOOST_TEST(is_queued(first->request(10min + 1s, false), 10min + 1s));
    BOOST_TEST(is_queued(second->request(1h, false), 10min + 1s));
    BOOST_TEST(is_refused(third->request(1h, false), 10min + 1s + 1h + 1s));
    first->leave();
    BOOST_TEST(is_queued(third->request(1h, false), 10min + 1s));
    BOOST_TEST(is_queued(fourth->request(no_timeout, false), 10min + 1s + 1h + 1s));
    BOOST_TEST(b.woken.empty());
}

BOOST_AUTO_TEST_CASE(refuses_when_the_limit_has_passed_or_what_it_hoped_for_is_gone)
{
    bench b(2);
    const auto first = b.caller('a'), second = b.caller('b'), third = b.caller('c'), fourth = b.caller('d'),
               fifth = b.caller('e');
    first->request(0s, false);
    second->request(0s, false);
    BOOST_TEST(is_queued(third->request(1min, false), 1min)); // a slot may be given back
    BOOST_TEST(is_queued(fourth->request(5min, false), 5min));
    BOOST_TEST(is_queued(fifth->request(5min, false), 5min) == false); // two can come back, not three
    b.clock->advance(20s);
    BOOST_TEST(is_queued(third->request(1h, false), 40s)); // as it was said when it came
    first->stamp(true);
    BOOST_TEST(b.take_woken() == "d"); // one can come back, and it is the third's
    BOOST_TEST(is_refused(fourth->request(5min, false), 1h + 1s));
    b.clock->advance(40s);
    BOOST_TEST(is_refused(third->request(1min, false), 1h + 1s - 40s));
    BOOST_TEST(b.woken.empty());
}

BOOST_AUTO_TEST_CASE(is_told_of_a_pause_that_is_too_long_for_it)
{
    bench b(100);
    const auto first = b.caller('a'), second = b.caller('b'), third = b.caller('c');
    first->request(0s, false);
    first->throttled(10s, 0);
    BOOST_TEST(is_queued(second->request(5min, false), 10s));
    BOOST_TEST(is_queued(third->request(no_timeout, false), 10s));
    b.clock->advance(10s);
    BOOST_TEST(is_granted(second->request(5min, false)));
    BOOST_TEST(is_queued(third->request(no_timeout, false), 1h)); // the probe's end wakes it
    BOOST_TEST(is_queued(first->request(5min, false), 5min));
    BOOST_TEST((second->throttled(6min, 0) == 6min));
    BOOST_TEST(b.take_woken() == "a");
    BOOST_TEST(is_refused(first->request(5min, false), 6min));
    BOOST_TEST(is_refused(first->request(5min, false), 6min));
    BOOST_TEST(is_queued(third->request(no_timeout, false), 6min));
    b.clock->advance(6min);
    BOOST_TEST(is_granted(third->request(no_timeout, false)));
    first->request(5min, false);
    second->request(5min, false);
    third->stamp(false);
    BOOST_TEST(b.take_woken() == "ab");
}

BOOST_AUTO_TEST_CASE(never_makes_a_caller_spin)
{
    bench b(1);
    b.exhaust();
    const auto first = b.caller('a');
    b.clock->advance(1h + 1s - 1ns);
    BOOST_TEST(is_queued(first->request(5min, false), 1ms));
    b.clock->advance(1ns);
    BOOST_TEST(is_granted(first->request(5min, false)));
}

BOOST_AUTO_TEST_CASE(forgets_a_caller_that_goes)
{
    bench b(1);
    auto first = b.caller('a'), second = b.caller('b'), third = b.caller('c'), fourth = b.caller('d');
    first->request(0s, false);
    for (const auto* c : {&second, &third, &fourth})
        (*c)->request(no_timeout, false);
    second.reset();
    first->give_back();
    BOOST_TEST(b.take_woken() == "ccd"); // moved up, granted; and the next moved up
    third.reset();                       // never used its slot
    BOOST_TEST(b.take_woken() == "d");
    BOOST_TEST(is_granted(fourth->request(no_timeout, false)));
    first->request(no_timeout, false);
    BOOST_TEST(fourth->commit());
    fourth.reset(); // may have
    BOOST_TEST(b.woken.empty());
    BOOST_TEST(is_queued(first->request(no_timeout, false), 1h + 1s));
    BOOST_TEST(b.pool.remaining() == 0U);
}

BOOST_AUTO_TEST_CASE(holds_what_it_has_when_it_asks_or_leaves)
{
    bench b(1);
    const auto first = b.caller('a');
    first->leave();
    first->request(0s, false);
    first->leave();
    BOOST_TEST(is_granted(first->request(0s, false)));
    BOOST_TEST(b.pool.remaining() == 0U);
    first->give_back();
    BOOST_TEST(b.pool.remaining() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
