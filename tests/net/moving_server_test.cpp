#include <cojob/client.hpp>
#include <cojob/mintlify/agent.hpp>
#include <cojob/testing/manual_clock.hpp>
#include <cojob/testing/mock_server.hpp>

#include "support/one_attempt.hpp"
#include "support/run.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace moving_server_tests {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using cojob::testing::mock_server;
using addresses = std::vector<asio::ip::address>;

const auto first_address = asio::ip::make_address("127.0.0.1"), second_address = asio::ip::make_address("127.0.0.2");

/// A name, and a server at each of two addresses with one port, while there is one.
class bench {
  public:
    bench() { start(first, first_address); }

    void start(std::optional<mock_server>& server, const asio::ip::address& address)
    {
        cojob::testing::mock_server_options o;
        o.use_tls = false;
        o.address = address.to_string();
        o.port = port_;
        server.emplace(o);
        port_ = server->port();
        if (!agent_)
            agent_.emplace(make_agent());
    }

    void post()
    {
        auto call = tests::start(context_, agent_->create_job("Document it"));
        clock_->run_until([&] { return call.is_done(); });
        BOOST_TEST(!call.code());
    }

    /// How many creations it has got.
    static std::size_t posts(const std::optional<mock_server>& server) { return server->requests().size(); }

    void let_pass(cojob::duration time) { clock_->jump(time); }

    addresses found{first_address};
    std::optional<mock_server> first, second;

  private:
    cojob::mintlify::agent make_agent()
    {
        auto o = tests::one_attempt();
        o.clock = clock_;
        o.tls.insecure_skip_verify = true; // none is used
        o.name_lookup = [this](std::string) -> asio::awaitable<addresses> { co_return found; };
        auto where = first->agent_options();
        where.base_url = "http://jobs.example:" + std::to_string(port_);
        where.allow_plaintext = true;
        return {cojob::client(context_, o), where};
    }

    std::uint16_t port_ = 0;
    asio::io_context context_;
    std::shared_ptr<cojob::testing::manual_clock> clock_ = std::make_shared<cojob::testing::manual_clock>(context_);
    std::optional<cojob::mintlify::agent> agent_;
};

} // namespace moving_server_tests

BOOST_AUTO_TEST_SUITE(a_server_that)

using namespace moving_server_tests;

BOOST_AUTO_TEST_CASE(restarts_costs_no_call_and_gets_none_twice)
{
    bench b;
    for (int i = 0; i < 5; ++i) {
        b.post();
        b.post();
        BOOST_TEST(b.posts(b.first) == 2U);
        b.first.reset();
        b.start(b.first, first_address);
    }
}

BOOST_AUTO_TEST_CASE(moves_to_another_address_is_followed)
{
    bench b;
    b.post();
    b.start(b.second, second_address);
    b.found = {second_address};
    b.post(); // on a new connection
    BOOST_TEST(b.posts(b.first) == 1U);
    BOOST_TEST(b.posts(b.second) == 1U);
    b.first.reset();
    b.post();
    BOOST_TEST(b.posts(b.second) == 2U);
}

BOOST_AUTO_TEST_CASE(has_two_addresses_is_found_at_the_one_that_worked_until_a_minute_after_the_other_failed)
{
    bench b;
    b.found = {first_address, second_address};
    b.start(b.second, second_address);
    b.post();
    BOOST_TEST(b.posts(b.first) == 1U);
    b.first.reset();
    b.post(); // the first one refuses
    BOOST_TEST(b.posts(b.second) == 1U);

    b.start(b.first, first_address);
    b.let_pass(50s); // too long idle: a new connection
    b.post();
    BOOST_TEST(b.posts(b.second) == 2U);
    b.let_pass(50s);
    b.post();
    BOOST_TEST(b.posts(b.first) == 1U);
    b.first.reset();
    b.second->close_idle_connections();
    b.post();
    BOOST_TEST(b.posts(b.second) == 3U);
}

BOOST_AUTO_TEST_SUITE_END()
