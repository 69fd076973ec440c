#include "support/osapi_bench.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace mock_osapi_command_tests {

using namespace mock_osapi_tests;

struct refusal {
    std::string target, body;
    unsigned status;
    std::string token = key;
};

const std::string exec = "/api/node/_any/command/exec", command = R"({"command":"uptime"})";

const refusal refusals[] = {
    {"/api/node/nobody/command/exec", command, 400},
    {exec, R"({"command":""})", 400},
    {exec, "{}", 400},
    {exec, R"({"command":7})", 400},
    {exec, "{", 400},
    {exec, "", 415},
    {exec, command, 401, "other"},
    {"/api/node/_any/command/other", command, 404},
};

} // namespace mock_osapi_command_tests

BOOST_AUTO_TEST_SUITE(a_mock_server_of_osapi_nodes)

using namespace mock_osapi_command_tests;

BOOST_AUTO_TEST_CASE(runs_a_command_as_a_job)
{
    bench b;
    for (const std::string operation : {"exec", "shell"}) {
        const auto made = b.client.call("POST", "/api/node/osapi-test/command/" + operation, command);
        BOOST_TEST(made.result_int() == 202U);
        const auto id = bench::text(made, "job_id");
        BOOST_TEST(b.status(id) == "submitted");
        BOOST_TEST(b.status(id) == "processing");
        BOOST_TEST(b.status(id) == "completed");
    }
}

BOOST_AUTO_TEST_CASE(refuses_what_the_real_server_refuses)
{
    bench b;
    for (const auto& r : refusals)
        BOOST_TEST_CONTEXT(r.target << ' ' << r.body)
    BOOST_TEST(b.client.call("POST", r.target, r.body, r.token).result_int() == r.status);
}

BOOST_AUTO_TEST_SUITE_END()
