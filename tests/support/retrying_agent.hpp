#ifndef TESTS_SUPPORT_RETRYING_AGENT_HPP
#define TESTS_SUPPORT_RETRYING_AGENT_HPP

#include "support/mock_agent.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <ostream>
#include <string>
#include <utility>

namespace tests {

enum class method { get, post };

inline std::ostream& operator<<(std::ostream& out, method m)
{
    return out << (m == method::get ? "GET" : "POST");
}

/// An agent with retries on real sockets.
class retrying_agent {
  public:
    explicit retrying_agent(bool use_tls = true, cojob::client_options options = small_body())
        : mock(server(use_tls), std::move(options)), id(mock.server.add_job({{"active"}})), start_(mock.clock->now())
    {
    }

    mock_agent mock;
    const std::string id;

    auto operation(method m)
    {
        return m == method::get ? mock.agent.get_job(id) : mock.agent.create_job("Document it");
    }

    /// Runs the operation to its end: exchanges in real time, and the delays between them in virtual time.
    template <class T>
    void finish(const tests::started<T>& call)
    {
        mock.clock->settle();
        for (int steps = 0; !call.is_done() && steps < 2000; ++steps) {
            mock.clock->advance(std::chrono::milliseconds(10));
            mock.clock->settle();
        }
        BOOST_TEST_REQUIRE(call.is_done());
    }

    template <class T>
    tests::started<T> run(cojob::asio::awaitable<T> operation)
    {
        auto call = mock.start(std::move(operation));
        finish(call);
        return call;
    }

    /// Runs until the server hangs, and then lets the timeout fire.
    void let_time_pass(bool is_in_handshake)
    {
        BOOST_TEST((is_in_handshake ? mock.until_connections(1) : mock.until_requests(1)));
        mock.until([moments = 0]() mutable { return ++moments > 4; });
        const std::chrono::seconds limit(30);
        mock.clock->jump(limit);
        start_ += limit;
    }

    /// Requests that concern the job.
    [[nodiscard]] cojob::api_request request(const char* verb) const
    {
        cojob::api_request r;
        r.base_url = cojob::http::parse_url(mock.server.base_url(), "url");
        r.authorization = cojob::secret("mint_test_key");
        r.method = verb;
        r.segments = {"v2", "agent", "test-project", "job", id};
        return r;
    }

    [[nodiscard]] std::size_t requests() const { return mock.server.requests().size(); }
    [[nodiscard]] cojob::duration paused() const { return mock.clock->now() - start_; }

    /// Options with a limit that a test can exceed.
    static cojob::client_options small_body()
    {
        cojob::client_options options;
        options.limits.body_bytes = 64 * 1024;
        return options;
    }

  private:
    static cojob::testing::mock_server_options server(bool use_tls)
    {
        cojob::testing::mock_server_options options;
        options.use_tls = use_tls;
        return options;
    }

    cojob::time_point start_;
};

} // namespace tests

#endif
