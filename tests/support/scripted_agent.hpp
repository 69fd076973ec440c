#ifndef TESTS_SUPPORT_SCRIPTED_AGENT_HPP
#define TESTS_SUPPORT_SCRIPTED_AGENT_HPP

#include "support/one_attempt.hpp"
#include "support/run.hpp"

#include <cojob/mintlify/agent.hpp>
#include <cojob/testing/manual_clock.hpp>
#include <cojob/testing/scripted_transport.hpp>

#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tests {

/// A job as in the vendor's documentation.
inline std::string job_json(const std::string& id, const std::string& status)
{
    return R"({"id":")" + id + R"(","status":")" + status +
           R"(","source":{"repository":"https://github.com/org/repo","ref":"mintlify/b1"},"model":"sonnet",)"
           R"("prLink":null,"createdAt":"2026-01-02T03:04:05.000Z","archivedAt":null})";
}

inline cojob::testing::scripted_reply job_reply(const std::string& status, int code = 200)
{
    return {code, job_json("job_1", status), {}};
}

/// An agent in virtual time. A script responds to its requests.
class scripted_agent {
  public:
    using reply = cojob::testing::scripted_reply;

    explicit scripted_agent(cojob::testing::scripted_transport::script_type script,
                            cojob::client_options options = one_attempt())
        : clock(std::make_shared<cojob::testing::manual_clock>(context)),
          transport(std::make_shared<cojob::testing::scripted_transport>(std::move(script))),
          agent(make(std::move(options)))
    {
    }

    asio::io_context context;
    std::shared_ptr<cojob::testing::manual_clock> clock;
    std::shared_ptr<cojob::testing::scripted_transport> transport;
    cojob::mintlify::agent agent;

    template <class T>
    started<T> start(asio::awaitable<T> operation)
    {
        auto s = tests::start(context, std::move(operation));
        clock->settle();
        return s;
    }

    /// The options of `agent`, for another agent.
    [[nodiscard]] static cojob::mintlify::agent_options project()
    {
        cojob::mintlify::agent_options credentials;
        credentials.project_id = "p";
        credentials.api_key = cojob::secret("key");
        credentials.quota.limit = 0; // tests of the quota create their own
        return credentials;
    }

    /// Another client on the same context, clock and transport.
    [[nodiscard]] cojob::client make_client(cojob::client_options options)
    {
        options.clock = clock;
        options.seed = 1;
        return cojob::client(context.get_executor(), std::move(options), transport);
    }

    /// The seconds since the start.
    [[nodiscard]] double elapsed() const { return std::chrono::duration<double>(clock->now() - begun_).count(); }

    /// Advances the clock in steps of a tenth of a second until the operation has ended. Returns the seconds that took.
    template <class T>
    double until_done(const started<T>& s, cojob::duration at_most = std::chrono::hours(2))
    {
        const auto from = clock->now();
        while (!s.is_done() && clock->now() - from < at_most)
            clock->advance(std::chrono::milliseconds(100));
        return std::chrono::duration<double>(clock->now() - from).count();
    }

  private:
    const cojob::time_point begun_ = clock->now();

    cojob::mintlify::agent make(cojob::client_options options) { return {make_client(std::move(options)), project()}; }
};

} // namespace tests

#endif
