#include "support/mock_agent.hpp"

#include <cojob/policy/quota.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

// Many creations at once, more than there are connections and more than the server takes.
namespace quota_storm_tests {

using namespace std::chrono_literals;
using cojob::error_code;
using cojob::mintlify::agent_job;
using tests::mock_agent;

struct storm_row {
    std::size_t connections;
    std::uint32_t server_limit;
    int calls;
    bool has_hint;
    bool has_tls = false;
};

const storm_row storms[] = {
    {1, 10, 40, true}, {1, 10, 40, false}, {4, 10, 40, true}, {1, 1, 5, true}, {4, 10, 40, true, true}};

struct storm : mock_agent {
    explicit storm(const storm_row& row) : mock_agent(mock(row), client(row)), agent(with_quota(row))
    {
        for (int i = 0; i < row.calls; ++i)
            calls.push_back(start(agent.create_job("x")));
        clock->settle();
    }

    static cojob::testing::mock_server_options mock(const storm_row& row)
    {
        auto options = row.has_tls ? cojob::testing::mock_server_options() : tests::plain_http();
        options.rate_limit = row.server_limit;
        options.send_retry_after = row.has_hint;
        return options;
    }
    static cojob::client_options client(const storm_row& row)
    {
        cojob::client_options options;
        options.pool.max_connections = row.connections;
        return options;
    }
    [[nodiscard]] cojob::mintlify::agent with_quota(const storm_row&) const
    {
        cojob::mintlify::agent_options options;
        options.base_url = server.base_url();
        options.project_id = cojob::testing::mock_server_options().project_id;
        options.api_key = cojob::secret(cojob::testing::mock_server_options().token);
        options.quota.max_wait = cojob::no_timeout;
        return {mock_agent::client(), options};
    }

    cojob::mintlify::agent agent;
    std::vector<tests::started<agent_job>> calls;
};

} // namespace quota_storm_tests

BOOST_AUTO_TEST_SUITE(a_storm_of_creations)

using namespace quota_storm_tests;

BOOST_AUTO_TEST_CASE(gets_one_429_for_each_pause)
{
    for (const auto& row : storms)
        BOOST_TEST_CONTEXT(row.connections << " connections, limit " << row.server_limit << ", hint " << row.has_hint)
        {
            storm s(row);
            // Those that were on the wire when the first came may have one too.
            BOOST_TEST(s.server.throttled() >= 1U);
            BOOST_TEST(s.server.throttled() <= row.connections);
            BOOST_TEST(s.server.requests().size() == row.server_limit + s.server.throttled());
            BOOST_TEST(std::count_if(s.calls.begin(), s.calls.end(), [](const auto& c) { return c.is_done(); }) ==
                       static_cast<std::ptrdiff_t>(row.server_limit));
        }
}

BOOST_AUTO_TEST_CASE(keeps_the_connections_that_were_opened_for_it)
{
    for (const auto& row : storms) {
        storm s(row);
        for (auto& call : s.calls)
            call.cancel();
        s.clock->settle();
        auto look = s.run(s.agent.get_job("job_1"));
        BOOST_TEST(look.is_done());
        // One for each request, and those that were opened for calls that were held: not one for each call.
        BOOST_TEST(s.server.connections() <= s.server.requests().size() + row.connections);
    }
}

BOOST_AUTO_TEST_SUITE_END()
