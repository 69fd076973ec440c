#include <cojob/impl/internal/http/keep_alive.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace keep_alive_tests {

using namespace std::chrono_literals;
using cojob::detail::keep_alive;

const cojob::time_point now = cojob::time_point(1000h);

/// What a server says, and for how long the connection is fit then; nothing: it sets no end.
struct row {
    std::string said;
    std::optional<cojob::duration> fit;
};

const row table[] = {
    {"timeout=5", 4s},
    {"timeout=5, max=1000", 4s},
    {"max=100,timeout=60", 59s},
    {"  TimeOut = 5 ; Max = 1 ", 4s},
    {"timeout=\"5\"", 4s},
    {"timeout=5.9", 4s},
    {"timeout=2", 1s},
    {"timeout=1", 0s},
    {"timeout=0", 0s},
    {"max=0", 0s},
    {"timeout=60, max=0", 0s},
    {"timeout=007", 6s},
    {"x=1, timeout=5, y", 4s},
    {"timeout=5, timeout=3", 2s},
    {"timeout=4294967297", 999999999s},
    {"timeout=18446744073709551617", 999999999s},
    {"max=18446744073709551617", {}},
    {"", {}},
    {"timeout", {}},
    {"timeout=", {}},
    {"timeout=-5", {}},
    {"timeout=5s", {}},
    {"timeout=five", {}},
    {"timeout=0x5", {}},
    {"timeout=.5", {}},
    {"timeout 5", {}},
    {"timeouts=5", {}},
    {"=5", {}},
    {",;,", {}},
    {"max=3", {}},
};

} // namespace keep_alive_tests

BOOST_AUTO_TEST_SUITE(keep_alive_terms)

using namespace keep_alive_tests;

BOOST_AUTO_TEST_CASE(end_a_second_before_the_server_does)
{
    for (const auto& r : table) {
        keep_alive terms;
        terms.heard({{"Date", "x"}, {"keep-alive", r.said}}, now);
        BOOST_TEST_CONTEXT(r.said)
        BOOST_CHECK(terms.until() == (r.fit ? now + *r.fit : cojob::time_point::max()));
    }
}

BOOST_AUTO_TEST_CASE(hold_until_the_server_says_something_else)
{
    keep_alive terms;
    BOOST_CHECK(terms.until() == cojob::time_point::max());
    terms.heard({{"Keep-Alive", "timeout=5"}, {"Keep-Alive", "max=2"}}, now);
    BOOST_CHECK(terms.until() == now + 4s);
    terms.heard({}, now + 1s);
    BOOST_CHECK(terms.until() == now + 5s);
    terms.heard({}, now + 2s);
    BOOST_CHECK(terms.until() == now + 2s); // the two requests are made
    terms.heard({{"Keep-Alive", "timeout=10, max=2"}}, now + 3s);
    BOOST_CHECK(terms.until() == now + 12s);
}

BOOST_AUTO_TEST_SUITE_END()
