#include <cojob/impl/internal/http/origin_pool.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace origin_pool_tests {

using namespace std::chrono_literals;
using waiter = int;
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

BOOST_AUTO_TEST_CASE(an_idle_time_without_limit_gives_up_nothing)
{
    pool_type pool(options(1, cojob::no_timeout));
    pool.keep("a", start);
    BOOST_TEST(pool.take_old(start + 24h * 365 * 100) == "");
}

BOOST_AUTO_TEST_SUITE_END()
