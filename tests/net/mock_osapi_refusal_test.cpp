#include "support/osapi_bench.hpp"
#include "support/recorded_osapi.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <string>

// Compared with what a real server answered: support/recorded_osapi.hpp.
namespace mock_osapi_tests {

namespace data = boost::unit_test::data;
namespace recorded = tests::recorded;

const std::string nobody = "00000000-0000-4000-8000-000000000000";

/// A request that is refused, and how.
struct refusal {
    const char* what;
    std::string method, target;
    unsigned status;
    std::string body; ///< without the line's end
    std::string sent{}, token = key;

    friend std::ostream& operator<<(std::ostream& out, const refusal& r) { return out << r.what; }
};

/// One that was recorded.
refusal refused(const char* what, const std::string& method, const std::string& target, const recorded::answer& answer,
                const std::string& token = key)
{
    return {what, method, target, static_cast<unsigned>(answer.status), answer.body, {}, token};
}

std::string invalid(const std::string& member, const std::string& tag)
{
    return R"({"error":"Key: 'GetJobsParams.)" + member + "' Error:Field validation for '" + member +
           "' failed on the '" + tag + R"(' tag"})";
}

const refusal refusals[] = {
    refused("a limit that is no number", "GET", base + "?limit=abc", recorded::bad_limit_str),
    refused("a limit of nothing", "GET", base + "?limit=0", recorded::bad_limit0),
    {"a limit below nothing", "GET", base + "?limit=-1", 400, invalid("Limit", "min")},
    refused("a limit that is too high", "GET", base + "?limit=101", recorded::bad_limit101),
    {"an offset before the begin", "GET", base + "?offset=-1", 400, invalid("Offset", "min")},
    refused("a status that does not exist", "GET", base + "?status=bogus", recorded::bad_status),
    refused("an empty status", "GET", base + "?status=", recorded::bad_status),
    refused("a status that jobs have and lists do not", "GET", base + "?status=skipped", recorded::bad_status),
    refused("no UUID", "GET", base + "/not-a-uuid", recorded::bad_uuid),
    refused("no UUID to delete", "DELETE", base + "/not-a-uuid", recorded::bad_uuid),
    refused("no UUID to retry", "POST", base + "/not-a-uuid/retry", recorded::bad_uuid),
    refused("an unknown job", "GET", base + "/" + nobody, recorded::del_404),
    refused("an unknown job to delete", "DELETE", base + "/" + nobody, recorded::del_404),
    refused("an unknown job to retry", "POST", base + "/" + nobody + "/retry", recorded::del_404),
    refused("no token", "GET", base, recorded::noauth, ""),
    refused("no token for a job", "DELETE", base + "/" + nobody, recorded::noauth, ""),
    {"another token", "GET", base, 401, R"({"error":"Invalid token: token contains an invalid number of segments"})",
     "", "other"},
    refused("no token comes before a bad status", "GET", base + "?status=bogus", recorded::noauth, ""),
    refused("an unreadable limit comes before no token", "GET", base + "?limit=abc", recorded::bad_limit_str, ""),
    refused("the path of another version", "GET", "/job", recorded::oldpath),
    refused("a path below a job", "GET", base + "/" + nobody + "/x", recorded::oldpath),
    {"a job made on the list", "POST", base, 405, R"({"message":"Method Not Allowed"})", "{}"},
    {"a target that nobody has", "POST", base + "/" + nobody + "/retry", 400,
     R"({"error":"Key: 'RetryJobRequest.TargetHostname' Error:Field validation for 'TargetHostname' failed on the )"
     R"('valid_target' tag: target agent \"x\" not found"})",
     R"({"target_hostname":"x"})"},
    {"an empty target", "POST", base + "/" + nobody + "/retry", 400,
     R"({"error":"Key: 'RetryJobRequest.TargetHostname' Error:Field validation for 'TargetHostname' failed on the )"
     R"('min' tag"})",
     R"({"target_hostname":""})"},
};

} // namespace mock_osapi_tests

BOOST_AUTO_TEST_SUITE(mock_osapi_refusal_test)

using namespace mock_osapi_tests;

BOOST_DATA_TEST_CASE(what_the_real_server_refuses_is_refused_in_its_words, data::make(refusals), refused)
{
    bench b;
    const auto response = b.client.call(refused.method, refused.target, refused.sent, refused.token);
    BOOST_TEST(response.result_int() == refused.status);
    BOOST_TEST(response.body() == refused.body + '\n');
    BOOST_TEST(response["Content-Type"] == "application/json");
    BOOST_TEST(response["Vary"] == "Origin");
    BOOST_TEST(response["Allow"] == (refused.status == 405 ? "GET" : ""));
}

BOOST_AUTO_TEST_CASE(the_word_bearer_has_one_spelling)
{
    bench b;
    const auto call = [&](const std::string& authorization) {
        return b.client.call("GET", base, "", "", "Authorization: " + authorization + "\r\n");
    };
    BOOST_TEST(call("Bearer " + key).result_int() == 200U);
    for (const auto* scheme : {"bearer ", "BEARER ", "Basic ", ""})
        BOOST_TEST(call(scheme + key).body() == recorded::noauth.body + std::string("\n"));
}

BOOST_AUTO_TEST_SUITE_END()
