#ifndef TESTS_SUPPORT_MOCK_AGENT_HPP
#define TESTS_SUPPORT_MOCK_AGENT_HPP

#include "support/one_attempt.hpp"
#include "support/run.hpp"

#include <cojob/mintlify/agent.hpp>
#include <cojob/testing/manual_clock.hpp>
#include <cojob/testing/mock_server.hpp>

#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tests {

enum class trust_server { yes, no };

/// An agent on real sockets, with its own mock server and a manual clock: no timeout fires by itself, however slow the
/// machine is.
class mock_agent {
  public:
    /// An empty `base_url` is replaced by the server's, and `PORT` in it by the server's port. The server's authority
    /// is trusted unless the options name another or `trusted` is false.
    explicit mock_agent(const cojob::testing::mock_server_options& mock = {},
                        cojob::client_options options = one_attempt(), const std::string& base_url = {},
                        trust_server trusted = trust_server::yes)
        : server(mock), clock(std::make_shared<cojob::testing::manual_clock>(context)),
          agent(make(mock, std::move(options), base_url, trusted))
    {
    }

    cojob::testing::mock_server server;
    boost::asio::io_context context;
    std::shared_ptr<cojob::testing::manual_clock> clock;
    cojob::mintlify::agent agent;

    /// Runs until the operation has ended.
    template <class T>
    started<T> run(asio::awaitable<T> operation)
    {
        auto s = start(std::move(operation));
        finish(s);
        return s;
    }

    /// Starts the operation and runs it until it waits for the server.
    template <class T>
    started<T> start(asio::awaitable<T> operation)
    {
        auto s = tests::start(context, std::move(operation));
        until([] { return true; });
        return s;
    }

    /// Whether the operation has ended.
    template <class T>
    bool finish(const started<T>& s)
    {
        return until([&] { return s.is_done(); });
    }

    template <class Predicate>
    bool until(Predicate holds)
    {
        const auto came = clock->run_until(holds);
        context.poll();
        return came;
    }

    bool until_requests(std::size_t count)
    {
        return until([this, count] { return server.requests().size() >= count; });
    }

    bool until_connections(std::size_t count)
    {
        return until([this, count] { return server.connections() >= count; });
    }

    /// The connection of each request.
    [[nodiscard]] std::vector<std::size_t> connections_used() const
    {
        std::vector<std::size_t> used;
        for (const auto& request : server.requests())
            used.push_back(request.connection);
        return used;
    }

    [[nodiscard]] cojob::client client() const { return agent.get_client(); }

  private:
    cojob::mintlify::agent make(const cojob::testing::mock_server_options& mock, cojob::client_options options,
                                const std::string& base_url, trust_server trusted)
    {
        options.clock = clock;
        options.seed = 1;
        if (!mock.use_tls)
            options.tls.insecure_skip_verify = true; // without TLS: avoids loading the system's authorities
        else if (trusted == trust_server::yes && options.tls.ca_pem.empty() && options.tls.ca_file.empty())
            options.tls.ca_pem = server.ca_pem();
        auto credentials = server.agent_options();
        credentials.quota.limit = 0; // tests of the quota create their own
        credentials.allow_plaintext = !mock.use_tls;
        if (!base_url.empty())
            credentials.base_url = base_url;
        if (const auto at = credentials.base_url.find("PORT"); at != std::string::npos)
            credentials.base_url.replace(at, 4, std::to_string(server.port()));
        return {cojob::client(context.get_executor(), std::move(options)), credentials};
    }
};

/// A mock server without TLS.
inline cojob::testing::mock_server_options plain_http()
{
    cojob::testing::mock_server_options options;
    options.use_tls = false;
    return options;
}

} // namespace tests

#endif
