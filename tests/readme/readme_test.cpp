// README.md's blocks, run as they stand: against the mock server, in virtual time.
#include "readme/prelude.hpp"

#include "block_1.inc" // document
#include "block_3.inc" // look_up
#include "block_4.inc" // more
#include "block_5.inc" // an_hour_of_polling

#include <boost/test/unit_test.hpp>

#include <iostream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>

namespace readme_tests {

/// An agent on a mock server, a clock that is moved by hand, and what was written to std::cout.
struct surroundings {
    surroundings()
    {
        clock = std::make_shared<cojob::testing::manual_clock>(context);
        cojob::client_options options;
        options.clock = clock;
        options.tls.ca_pem = server.ca_pem();
        cojob::mintlify::agent_options project;
        project.base_url = server.base_url();
        project.project_id = "test-project";
        project.api_key = cojob::secret("mint_test_key");
        agent.emplace(cojob::client(context, options), project);
    }
    ~surroundings() { std::cout.rdbuf(before); }
    surroundings(const surroundings&) = delete;
    surroundings& operator=(const surroundings&) = delete;

    void run(asio::awaitable<void> block)
    {
        std::optional<std::exception_ptr> end;
        asio::co_spawn(context, std::move(block), [&end](std::exception_ptr e) { end = e; });
        clock->advance(1h);
        BOOST_TEST_REQUIRE(end.has_value());
        if (*end)
            std::rethrow_exception(*end);
    }

    cojob::testing::mock_server server;
    asio::io_context context;
    std::shared_ptr<cojob::testing::manual_clock> clock;
    std::optional<cojob::mintlify::agent> agent;
    std::ostringstream written;
    std::streambuf* before = std::cout.rdbuf(written.rdbuf());
};

BOOST_FIXTURE_TEST_SUITE(readme, surroundings)

BOOST_AUTO_TEST_CASE(the_first_lines_print_the_pull_request)
{
    run(document(*agent));
    BOOST_TEST(written.str().starts_with("Review https://"));
}

BOOST_AUTO_TEST_CASE(a_job_is_looked_up_without_exceptions)
{
    run(look_up(*agent, server.add_job({{"active"}})));
    run(look_up(*agent, "no-such-job"));
    BOOST_TEST(written.str() == "active\nno such job\n");
}

BOOST_AUTO_TEST_CASE(more_than_one_job_is_waited_for_and_a_saved_one_taken_up_again)
{
    const auto id = server.add_job({{"active"}, {"completed"}});
    const cojob::job_handle handle("mintlify.agent.v2", agent->scope(), id);
    run(more(*agent, {id, server.add_job({{"failed"}})}, to_string(handle)));
    const auto text = written.str();
    BOOST_TEST(text.starts_with("completed\ncompleted\nfailed\ncojob-job/1 "), text);
    BOOST_TEST(text.ends_with("end\ncompleted\n"), text);
}

BOOST_AUTO_TEST_CASE(an_hour_of_polling_takes_no_hour)
{
    const auto begin = std::chrono::steady_clock::now();
    an_hour_of_polling();
    BOOST_TEST((std::chrono::steady_clock::now() - begin < 1min));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace readme_tests
