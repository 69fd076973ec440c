#include <cojob/impl/internal/http/connection_ages.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <vector>

namespace connection_ages_tests {

using namespace std::chrono_literals;
using cojob::detail::connection_ages;

const cojob::time_point now = cojob::time_point(1000h);

} // namespace connection_ages_tests

BOOST_AUTO_TEST_SUITE(connection_ages_of_a_client)

using namespace connection_ages_tests;

BOOST_AUTO_TEST_CASE(are_spread_over_the_last_tenth_of_the_limit)
{
    for (const cojob::duration limit : {cojob::duration(1s), cojob::duration(5min), cojob::duration(24h * 365 * 100)}) {
        std::vector<cojob::duration> ages;
        for (const std::uint32_t start : {0U, 1U << 31, ~0U}) {
            connection_ages these(limit, start);
            for (int i = 0; i < 100; ++i)
                ages.push_back(these.end(now) - now);
        }
        const auto [least, most] = std::minmax_element(ages.begin(), ages.end());
        BOOST_CHECK(*least >= limit / 10 * 9);
        BOOST_CHECK(*most <= limit);
        BOOST_CHECK(*most - *least > limit / 11);
        BOOST_CHECK(std::max(ages[0], ages[1]) - std::min(ages[0], ages[1]) > limit / 50); // a few are apart too
    }
}

BOOST_AUTO_TEST_CASE(have_no_end_without_a_limit)
{
    connection_ages none(cojob::no_timeout, 7);
    BOOST_CHECK(none.end(now) == cojob::time_point::max());
}

BOOST_AUTO_TEST_SUITE_END()
