// README.md's lines, run as they stand there.
#include "prelude.hpp"

#include "block_1.inc"
#include "block_3.inc"
#include "block_4.inc"

#include "support/run.hpp"

#include <cojob/testing/manual_clock.hpp>
#include <cojob/testing/mock_server.hpp>

#include <boost/test/unit_test.hpp>

#include <memory>
#include <sstream>
#include <string>

namespace readme_tests {

/// What a test prints, caught.
class captured_output {
  public:
    captured_output() : before_(std::cout.rdbuf(text_.rdbuf())) {}
    captured_output(const captured_output&) = delete;
    captured_output& operator=(const captured_output&) = delete;
    ~captured_output() { std::cout.rdbuf(before_); }

    [[nodiscard]] std::string text() const { return text_.str(); }

  private:
    std::ostringstream text_;
    std::streambuf* before_;
};

} // namespace readme_tests

BOOST_AUTO_TEST_SUITE(the_readme)

BOOST_AUTO_TEST_CASE(its_first_lines_print_the_pull_request)
{
    cojob::testing::mock_server server;
    asio::io_context context;
    const auto clock = std::make_shared<cojob::testing::manual_clock>(context);
    cojob::client_options options;
    options.clock = clock;
    options.tls.ca_pem = server.ca_pem();
    cojob::mintlify::agent_options project;
    project.base_url = server.base_url();
    project.project_id = "test-project";
    project.api_key = cojob::secret("mint_test_key");
    cojob::mintlify::agent agent(cojob::client(context.get_executor(), options), project);

    const readme_tests::captured_output out;
    auto documented = tests::start(context, document(agent));
    clock->advance(1h);
    BOOST_TEST(documented.is_done());
    BOOST_TEST(!documented.code());
    BOOST_TEST(out.text() == "Review https://github.com/example/docs/pull/1\n");
    auto looked_up = tests::start(context, look_up(agent, "job_1"));
    auto missing = tests::start(context, look_up(agent, "no-such-job"));
    clock->settle();
    BOOST_TEST(looked_up.is_done());
    BOOST_TEST(missing.is_done());
    BOOST_TEST(out.text().find("completed\n") != std::string::npos);
    BOOST_TEST(out.text().find("no such job\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(its_hour_of_polling_takes_no_time)
{
    an_hour_of_polling();
}

BOOST_AUTO_TEST_SUITE_END()
