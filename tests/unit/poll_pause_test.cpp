#include <cojob/impl/internal/job/poll_pause.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <optional>
#include <vector>

namespace poll_pause_unit_tests {

using namespace std::chrono_literals;
using cojob::detail::poll_pause;

const cojob::time_point start(1000h);

} // namespace poll_pause_unit_tests

BOOST_AUTO_TEST_SUITE(a_poll_pause)

using namespace poll_pause_unit_tests;

BOOST_AUTO_TEST_CASE(doubles_its_guess_only)
{
    const struct {
        std::optional<cojob::duration> hint;
        cojob::duration expected;
    } rows[] = {{std::nullopt, 36s}, {100s, 100s}, {std::nullopt, 72s}, {5s, 5s}, {std::nullopt, 144s}};
    poll_pause pause;
    auto now = start;
    for (const auto& row : rows) {
        pause.throttled(now, row.hint, 0);
        BOOST_TEST((pause.until() == now + row.expected));
        BOOST_TEST((pause.asked_until() == now + row.expected));
        now = pause.until();
    }
    pause.succeeded(now);
    pause.throttled(now, std::nullopt, 0);
    BOOST_TEST((pause.until() == now + 36s));
}

BOOST_AUTO_TEST_CASE(is_never_longer_than_a_quarter_of_an_hour_whatever_is_asked)
{
    poll_pause pause;
    pause.throttled(start, 48h, 0.999);
    BOOST_TEST((pause.until() == start + 15min));
    BOOST_TEST((pause.asked_until() == start + 48h));
    BOOST_TEST(pause.is_on(start + 15min - 1ns));
    BOOST_TEST(!pause.is_on(start + 15min));
}

BOOST_AUTO_TEST_CASE(forgets_what_was_asked_for_when_it_is_over)
{
    poll_pause pause;
    pause.throttled(start, 1h, 0);
    pause.throttled(start + 1s, 30s, 0); // of the same storm: the longer holds
    BOOST_TEST((pause.asked_until() == start + 1h));
    const auto over = pause.until();
    pause.succeeded(over);
    pause.throttled(over + 1min, 30s, 0);
    BOOST_TEST((pause.until() == over + 1min + 30s));
    BOOST_TEST((pause.asked_until() == over + 1min + 30s));
}

BOOST_AUTO_TEST_CASE(lets_one_go_ahead_and_is_not_ended_by_what_was_under_way)
{
    poll_pause pause;
    BOOST_TEST(!pause.begin());
    pause.throttled(start, 60s, 0);
    pause.throttled(start + 1s, std::nullopt, 0); // of the same moment: nothing new
    BOOST_TEST((pause.until() == start + 60s));
    pause.succeeded(start - 1s);
    BOOST_TEST(pause.begin());
    BOOST_TEST(pause.is_probing());
    pause.ended(false);
    BOOST_TEST(pause.is_probing());
    pause.ended(true);
    BOOST_TEST(!pause.is_probing());
    BOOST_TEST(pause.begin()); // the one before told nothing
    pause.succeeded(start + 60s);
    pause.ended(true);
    BOOST_TEST(!pause.begin());
}

BOOST_AUTO_TEST_SUITE_END()
