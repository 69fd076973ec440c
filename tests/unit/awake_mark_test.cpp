#include <cojob/impl/internal/http/awake_mark.hpp>
#include <cojob/testing/manual_clock.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(a_mark_of_being_awake)

BOOST_AUTO_TEST_CASE(notices_a_sleep_once_and_time_that_only_passes_never)
{
    boost::asio::io_context context;
    cojob::testing::manual_clock clock(context);
    cojob::detail::awake_mark mark(clock);
    clock.advance(1h);
    BOOST_TEST(!mark.has_slept(clock));
    clock.suspend(1s); // or civil time was slewed
    BOOST_TEST(!mark.has_slept(clock));
    clock.suspend(10s);
    BOOST_TEST(mark.has_slept(clock));
    BOOST_TEST(!mark.has_slept(clock));
    clock.suspend(-1h); // civil time is set back
    BOOST_TEST(!mark.has_slept(clock));
    clock.suspend(1min);
    BOOST_TEST(mark.has_slept(clock));
}

BOOST_AUTO_TEST_SUITE_END()
