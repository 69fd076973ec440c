#include <cojob/mintlify/agent.hpp>
#include <cojob/testing/mock_server.hpp>

#include "support/mock_agent.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <optional>
#include <ostream>
#include <vector>

namespace other_address_tests {

namespace asio = boost::asio;
using asio::ip::tcp;
using cojob::errc;
using namespace std::chrono_literals;

/// How the first address of a server fails.
enum class failing { closes, is_silent };

std::ostream& operator<<(std::ostream& out, failing f)
{
    return out << (f == failing::closes ? "closes" : "is silent");
}

/// A server that works on the second address of `localhost` and fails on the first.
struct bench {
    tests::mock_agent mock;
    tcp::acceptor first{mock.context};
    std::vector<tcp::socket> taken;
    std::size_t count = 0; ///< of connections to the first address
    failing how;
    bool can_run = false;
    std::string id = mock.server.add_job({{"active"}});

    bench(bool uses_tls, failing f, cojob::client_options options)
        : mock(server_options(uses_tls), std::move(options),
               uses_tls ? "https://localhost:PORT" : "http://localhost:PORT"),
          how(f)
    {
        cojob::error_code ec;
        first.open(tcp::v6(), ec);
        if (!ec)
            first.bind({asio::ip::address_v6::loopback(), mock.server.port()}, ec);
        if (!ec)
            first.listen(8, ec);
        can_run = !ec;
        if (ec)
            BOOST_TEST_MESSAGE("SKIPPED: no port of ::1: " + ec.message());
        else
            accept();
    }

    static cojob::testing::mock_server_options server_options(bool uses_tls)
    {
        return uses_tls ? cojob::testing::mock_server_options() : tests::plain_http();
    }

    void accept()
    {
        first.async_accept([this](cojob::error_code ec, tcp::socket socket) {
            if (ec)
                return;
            if (how == failing::is_silent)
                taken.push_back(std::move(socket));
            ++count;
            accept();
        });
    }

    /// One call, and its limit where it needs it.
    cojob::error_code call()
    {
        const auto before = count;
        const auto s = mock.start(mock.agent.get_job(id));
        mock.until([&] { return s.is_done() || count > before; });
        if (how == failing::is_silent && !s.is_done() && count > before)
            mock.clock->jump(10s);
        mock.finish(s);
        return s.code();
    }
};

cojob::client_options options()
{
    auto o = tests::one_attempt();
    o.timeouts.attempt = 10s;
    return o;
}

} // namespace other_address_tests

BOOST_AUTO_TEST_SUITE(a_new_connection)

using namespace other_address_tests;
namespace data = boost::unit_test::data;

BOOST_DATA_TEST_CASE(begins_with_another_address_than_the_one_that_just_failed,
                     data::make({false, true}) * data::make({failing::closes, failing::is_silent}), uses_tls, how)
{
    bench b(uses_tls, how, options());
    if (!b.can_run)
        return;
    BOOST_TEST(b.call() != cojob::error_code());
    BOOST_TEST(b.count == 1U);
    BOOST_TEST(b.call() == cojob::error_code());
    BOOST_TEST(b.count == 1U);
    b.mock.clock->jump(1min); // the connection is too old as well
    BOOST_TEST(b.call() != cojob::error_code());
    BOOST_TEST(b.count == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
