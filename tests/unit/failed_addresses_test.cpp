#include <cojob/impl/internal/http/failed_addresses.hpp>

#include <boost/asio/ip/address_v4.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <initializer_list>
#include <string>

namespace failed_addresses_tests {

using cojob::detail::endpoint_list;
using cojob::detail::failed_addresses;
using namespace std::chrono_literals;

boost::asio::ip::tcp::endpoint host(unsigned number)
{
    return {boost::asio::ip::address_v4(0x7f000000U + number), 80};
}

/// Addresses by their numbers, and which of them failed, each a second after the one before.
struct history {
    failed_addresses failed;
    cojob::time_point now{};

    history(std::initializer_list<unsigned> numbers)
    {
        for (const auto n : numbers)
            failed.add(host(n), now += 1s);
    }

    std::string order(std::initializer_list<unsigned> numbers)
    {
        endpoint_list all;
        for (const auto n : numbers)
            all.push_back(host(n));
        std::string text;
        for (const auto& e : failed.order(all, now))
            text += std::to_string(e.address().to_v4().to_uint() & 0xffU);
        return text;
    }
};

} // namespace failed_addresses_tests

BOOST_AUTO_TEST_SUITE(addresses_that_failed)

using namespace failed_addresses_tests;

BOOST_AUTO_TEST_CASE(come_last_and_the_one_that_failed_last_at_the_end)
{
    BOOST_TEST(history({}).order({1, 2, 3}) == "123");
    BOOST_TEST(history({1}).order({1, 2, 3}) == "231");
    BOOST_TEST(history({2}).order({1, 2, 3}) == "132");
    BOOST_TEST(history({2, 1}).order({1, 2, 3}) == "321");
    BOOST_TEST(history({3, 1, 2}).order({1, 2, 3}) == "312");
    BOOST_TEST(history({1, 2, 1}).order({1, 2, 3}) == "321");
    BOOST_TEST(history({1}).order({1}) == "1");
    BOOST_TEST(history({9}).order({1, 2}) == "12");
    BOOST_TEST(history({1}).order({}) == "");
}

BOOST_AUTO_TEST_CASE(are_forgotten_after_a_minute)
{
    history h({1, 2});
    h.now += 1min - 1s;
    BOOST_TEST(h.order({1, 2, 3}) == "132");
    h.now += 1s;
    BOOST_TEST(h.order({1, 2, 3}) == "123");
}

BOOST_AUTO_TEST_CASE(are_not_kept_without_end)
{
    history h({1});
    for (unsigned n = 2; n < 70; ++n)
        h.failed.add(host(n), h.now);
    BOOST_TEST(h.order({1, 69, 100}) == "110069");
}

BOOST_AUTO_TEST_SUITE_END()
