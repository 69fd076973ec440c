#include <cojob/impl/internal/http/origin_pool.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace origin_pool_tests {

using namespace std::chrono_literals;
struct waiter : cojob::detail::slot_queue_entry {};
using pool_type = cojob::detail::origin_pool<std::string, waiter>; // an empty string: no connection

cojob::pool_options options(std::size_t max_connections, cojob::duration idle = 45s)
{
    cojob::pool_options o;
    o.max_connections = max_connections;
    o.idle = idle;
    return o;
}

const cojob::time_point start = cojob::time_point(1000h);

} // namespace origin_pool_tests

BOOST_AUTO_TEST_SUITE(the_origin_pool)

using namespace origin_pool_tests;

BOOST_AUTO_TEST_CASE(has_as_many_places_as_connections_are_allowed)
{
    pool_type pool(options(2));
    BOOST_TEST(pool.try_enter());
    BOOST_TEST(pool.try_enter());
    BOOST_TEST(!pool.try_enter());
    BOOST_TEST(pool.in_use() == 2U);
    BOOST_TEST(!pool.release());
    BOOST_TEST(pool.try_enter());
}

BOOST_AUTO_TEST_CASE(passes_a_place_to_who_waits_longest)
{
    pool_type pool(options(1));
    waiter a{}, b{}, c{};
    BOOST_TEST(pool.try_enter());
    for (auto* w : {&a, &b, &c})
        pool.enqueue(*w);
    for (auto* w : {&a, &b, &c}) {
        BOOST_TEST(pool.release() == w);
        BOOST_TEST(pool.in_use() == 1U);
    }
    BOOST_TEST(!pool.release());
    BOOST_TEST(pool.in_use() == 0U);
}

BOOST_AUTO_TEST_CASE(lets_nobody_in_before_those_who_wait)
{
    pool_type pool(options(2));
    waiter a{};
    BOOST_TEST(pool.try_enter());
    pool.enqueue(a);
    BOOST_TEST(!pool.try_enter());
    pool.leave_queue(a);
    BOOST_TEST(pool.try_enter());
}

BOOST_AUTO_TEST_CASE(forgets_who_leaves_the_queue)
{
    pool_type pool(options(1));
    waiter a{}, b{};
    BOOST_TEST(pool.try_enter());
    pool.enqueue(a);
    pool.enqueue(b);
    pool.leave_queue(a);
    pool.leave_queue(a);
    BOOST_TEST(pool.release() == &b);
    pool.leave_queue(b); // has a place by now
    BOOST_TEST(pool.in_use() == 1U);
}

BOOST_AUTO_TEST_CASE(lets_calls_go_before_polls_that_yield)
{
    pool_type pool(options(1));
    waiter poll{}, call{}, later{};
    BOOST_TEST(pool.try_enter());
    pool.enqueue(poll, true);
    pool.enqueue(call);
    BOOST_TEST(pool.release() == &call);
    pool.enqueue(later);
    BOOST_TEST(pool.release() == &later);
    BOOST_TEST(pool.release() == &poll); // nobody else
    BOOST_TEST(!pool.release(true));
    BOOST_TEST(pool.in_use() == 0U);
}

BOOST_AUTO_TEST_CASE(lets_a_poll_that_has_yielded_take_the_place_that_it_came_for)
{
    pool_type pool(options(1));
    waiter before{}, poll{}, call{}, later{};
    BOOST_TEST(pool.try_enter());
    pool.enqueue(before);
    pool.enqueue(poll, true);
    pool.enqueue(call);
    pool.stop_yielding(poll);
    pool.enqueue(later);
    BOOST_TEST(pool.release() == &before); // which came first
    BOOST_TEST(pool.release() == &poll);
    pool.stop_yielding(poll); // too late to mean anything
    BOOST_TEST(pool.release(true) == &call);
    BOOST_TEST(pool.release() == &later);
}

BOOST_AUTO_TEST_CASE(lets_no_poll_overtake_another)
{
    pool_type pool(options(1));
    waiter first{}, second{}, call{};
    BOOST_TEST(pool.try_enter());
    pool.enqueue(first, true);
    pool.enqueue(second, true);
    pool.enqueue(call);
    pool.stop_yielding(second); // whose wait is in a hurry
    for (auto* w : {&first, &second, &call})
        BOOST_TEST(pool.release(w == &second) == w); // the first holds the only place that polls have, then the second
}

BOOST_AUTO_TEST_CASE(has_half_of_its_places_for_polls_and_one_at_least)
{
    const std::vector<std::pair<std::size_t, std::size_t>> rows{{1, 1}, {2, 1}, {3, 1}, {4, 2}, {8, 4}};
    for (const auto& [connections, polls] : rows) {
        pool_type pool(options(connections));
        for (std::size_t i = 0; i < polls; ++i)
            BOOST_TEST(pool.try_enter(true));
        BOOST_TEST(!pool.try_enter(true));
        waiter poll{}, next{};
        pool.enqueue(poll, true);
        pool.stop_yielding(poll);
        for (std::size_t i = polls; i < connections; ++i)
            BOOST_TEST(pool.try_enter()); // a call does not stand behind a poll that has no right to the place
        for (std::size_t i = polls; i < connections; ++i)
            BOOST_TEST(!pool.release());
        BOOST_TEST(pool.release(true) == &poll);
        pool.enqueue(next, true);
        BOOST_TEST(pool.release(true) == &next);
        BOOST_TEST(pool.in_use() == polls);
    }
}

BOOST_AUTO_TEST_CASE(takes_one_step_for_who_comes_or_leaves_however_many_queue)
{
    constexpr std::size_t many = 200'000; // a walk for each of them would be 40,000 million steps
    pool_type pool(options(1));
    std::vector<waiter> all(many);
    BOOST_TEST(pool.try_enter());
    for (std::size_t i = 0; i < many; ++i)
        pool.enqueue(all[i], i % 4 == 0);
    for (std::size_t i = many; i-- > 0;)
        if (i % 2 == 0)
            pool.leave_queue(all[i]);
    std::size_t served = 0;
    while (const auto* const next = pool.release()) {
        BOOST_REQUIRE(next == &all[2 * served + 1]);
        ++served;
    }
    BOOST_TEST(served == many / 2);
}

BOOST_AUTO_TEST_CASE(takes_the_idle_connection_that_was_used_last)
{
    pool_type pool(options(3));
    for (const auto* name : {"a", "b", "c"})
        pool.keep(name, start);
    for (const auto* name : {"c", "b", "a", ""})
        BOOST_TEST(pool.take_idle() == name);
}

BOOST_AUTO_TEST_CASE(gives_up_what_has_been_idle_for_the_whole_time_and_nothing_younger)
{
    pool_type pool(options(3));
    pool.keep("a", start);
    pool.keep("b", start + 1s);
    pool.keep("c", start + 2s);
    BOOST_TEST(pool.take_old(start + 45s - 1ns) == "");
    for (const auto* name : {"a", "b", ""})
        BOOST_TEST(pool.take_old(start + 46s) == name);
    BOOST_TEST(pool.idle_count() == 1U);
    BOOST_TEST(pool.take_idle() == "c");
}

BOOST_AUTO_TEST_CASE(gives_up_what_its_server_will_close_soon)
{
    pool_type pool(options(4));
    pool.keep("a", start);
    pool.keep("b", start, start + 4s);
    pool.keep("c", start + 1s, start + 1h); // the options count
    pool.keep("d", start + 2s, start + 3s);
    BOOST_TEST(pool.take_old(start + 3s - 1ns) == "");
    for (const auto* name : {"d", ""})
        BOOST_TEST(pool.take_old(start + 3s) == name);
    BOOST_TEST(pool.take_old(start + 4s - 1ns) == "");
    for (const auto* name : {"b", ""})
        BOOST_TEST(pool.take_old(start + 4s) == name);
    BOOST_TEST(pool.take_old(start + 45s) == "a");
    BOOST_TEST(pool.take_old(start + 46s) == "c");
    BOOST_TEST(pool.idle_count() == 0U);
}

BOOST_AUTO_TEST_CASE(gives_none_that_was_not_used_since_a_time_or_does_not_fit)
{
    pool_type pool(options(3));
    pool.keep("a", start);
    pool.keep("b", start + 1s);
    pool.keep("c", start + 1s);
    const auto fits = [](const std::string& name) { return name != "c"; };
    BOOST_TEST(pool.take_idle(start + 1s + 1ns, fits) == "");
    BOOST_TEST(pool.take_idle(start + 1s, fits) == "b");
    BOOST_TEST(pool.take_idle(start + 1s, fits) == "");
    BOOST_TEST(pool.take_idle() == "c");
    BOOST_TEST(pool.take_idle() == "a");
}

BOOST_AUTO_TEST_CASE(an_idle_time_without_limit_gives_up_nothing)
{
    pool_type pool(options(1, cojob::no_timeout));
    pool.keep("a", start);
    BOOST_TEST(pool.take_old(start + 24h * 365 * 100) == "");
}

BOOST_AUTO_TEST_SUITE_END()
