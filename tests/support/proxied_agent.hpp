#ifndef TESTS_SUPPORT_PROXIED_AGENT_HPP
#define TESTS_SUPPORT_PROXIED_AGENT_HPP

#include "support/mock_proxy.hpp"
#include "support/run.hpp"

#include <cojob/log.hpp>
#include <cojob/mintlify/agent.hpp>
#include <cojob/testing/manual_clock.hpp>
#include <cojob/testing/mock_server.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tests {

/// Where an agent's requests go.
struct proxied_way {
    std::string scheme = "http"; ///< of the proxy
    std::string login{};         ///< with the `@`
    std::string server = "https://api.example.test";
    cojob::testing::mock_certificate proxy_certificate{};
    bool trusts_proxy = true, allows_plain = false, allows_key_in_clear = false;
};

/// An agent behind a proxy, with a server that only the proxy finds.
class proxied_agent {
  public:
    explicit proxied_agent(std::vector<proxy_plan> plans, const proxied_way& way = {},
                           cojob::client_options options = {})
        : server(server_options(way)),
          proxy(server.port(), std::move(plans), way.scheme == "https", way.proxy_certificate),
          clock(std::make_shared<cojob::testing::manual_clock>(context)), agent(make(way, std::move(options)))
    {
    }

    cojob::testing::mock_server server;
    mock_proxy proxy;
    boost::asio::io_context context;
    std::shared_ptr<cojob::testing::manual_clock> clock;
    std::string log; ///< all lines
    cojob::mintlify::agent agent;
    const std::string id = server.add_job({{"active"}});

    template <class T>
    started<T> start(asio::awaitable<T> operation)
    {
        return tests::start(context, std::move(operation));
    }

    /// To its end: exchanges as long as they take, and the pauses between them in virtual time.
    template <class T>
    started<T> run(asio::awaitable<T> operation)
    {
        auto call = start(std::move(operation));
        clock->settle();
        for (int steps = 0; !call.is_done() && steps < 600; ++steps) {
            clock->advance(std::chrono::seconds(1));
            clock->settle();
        }
        BOOST_TEST_REQUIRE(call.is_done());
        return call;
    }

  private:
    static cojob::testing::mock_server_options server_options(const proxied_way& way)
    {
        cojob::testing::mock_server_options o;
        o.use_tls = way.server.starts_with("https");
        o.certificate.names = {"localhost", "api.example.test"};
        return o;
    }

    cojob::mintlify::agent make(const proxied_way& way, cojob::client_options options)
    {
        options.clock = clock;
        options.seed = 1;
        options.observer = cojob::log_to([this](cojob::log_level, std::string_view line) { log.append(line) += '\n'; },
                                         cojob::log_level::debug);
        options.tls.ca_pem = server.ca_pem() + (way.trusts_proxy ? proxy.ca_pem() : std::string());
        options.proxy.url = way.scheme + "://" + way.login + proxy.address();
        options.proxy.allow_key_in_clear = way.allows_key_in_clear;
        auto credentials = server.agent_options();
        credentials.quota.limit = 0;
        credentials.base_url = way.server + ':' + std::to_string(server.port());
        credentials.allow_plaintext = way.allows_plain;
        return {cojob::client(context.get_executor(), std::move(options)), credentials};
    }
};

} // namespace tests

#endif
