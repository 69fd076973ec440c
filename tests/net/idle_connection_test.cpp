#include <cojob/client.hpp>
#include <cojob/mintlify/agent.hpp>

#include "support/mock_agent.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace idle_connection_tests {

using namespace std::chrono_literals;
using numbers = std::vector<std::size_t>;
const auto per_element = boost::test_tools::per_element();

/// Calls one after the other, and idle time between them.
struct bench {
    tests::mock_agent mock{tests::plain_http()};
    const std::string id = mock.server.add_job({{"active"}});

    void get(const std::string& keep_alive = {})
    {
        if (!keep_alive.empty())
            mock.server.send_next("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nKeep-Alive: " + keep_alive + "\r\n\r\n",
                                  false);
        mock.run(mock.agent.get_job(id));
    }
    void post() { BOOST_TEST(!mock.run(mock.agent.create_job("Document it")).code()); }
    void idle(cojob::duration time) { mock.clock->jump(time); }
};

} // namespace idle_connection_tests

BOOST_AUTO_TEST_SUITE(an_idle_connection)

using namespace idle_connection_tests;

BOOST_AUTO_TEST_CASE(is_given_up_a_second_before_its_server_does)
{
    bench b;
    b.get("timeout=5, max=100");
    b.idle(3999ms);
    b.get();
    b.idle(4s);
    b.get();
    b.idle(40s); // this one has said nothing
    b.get();
    BOOST_TEST(b.mock.connections_used() == (numbers{0, 0, 1, 1}), per_element);
}

BOOST_AUTO_TEST_CASE(is_not_kept_when_its_server_wants_no_more_requests)
{
    for (const auto* said : {"max=0", "timeout=1", "timeout=0"}) {
        bench b;
        b.get(said);
        BOOST_TEST(b.mock.server.wait_for_open_connections(0));
        b.get();
        BOOST_TEST(b.mock.connections_used() == (numbers{0, 1}), per_element);
    }
}

BOOST_AUTO_TEST_CASE(takes_no_post_once_it_has_served_a_request)
{
    bench b;
    b.get();
    b.post(); // on a new one, and the old one goes
    b.post();
    b.get();
    b.idle(10s);
    b.get();
    BOOST_TEST(b.mock.connections_used() == (numbers{0, 1, 2, 2, 2}), per_element);
    BOOST_TEST(b.mock.server.wait_for_open_connections(1));
}

BOOST_AUTO_TEST_CASE(takes_a_post_a_moment_after_it_was_opened_ahead)
{
    bench b;
    BOOST_TEST(b.mock.run(b.mock.agent.warm(2)).get().value() == 2U);
    b.get(); // the newest one has served a request, the one below it has not
    b.idle(1s);
    b.post();
    b.idle(1ms);
    BOOST_TEST(b.mock.run(b.mock.agent.warm(3)).get().value() == 3U);
    b.idle(1s + 1ms);
    b.post(); // too late for the one that was opened
    BOOST_TEST(b.mock.connections_used() == (numbers{1, 0, 3}), per_element);
}

BOOST_AUTO_TEST_SUITE_END()
