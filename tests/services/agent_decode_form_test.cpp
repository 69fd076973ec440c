#include "support/decoded_agent.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

BOOST_AUTO_TEST_SUITE(an_agent_job)

using namespace agent_decode_tests;

BOOST_AUTO_TEST_CASE(has_times_in_every_form_that_servers_write)
{
    struct row {
        json::value value;
        timestamp time;
    };
    using namespace std::chrono;
    const timestamp noon = sys_days(2026y / 1 / 2) + 12h;
    for (const auto& [value, time] :
         {row{"2026-01-02T12:00:00Z", noon}, row{"2026-01-02t12:00:00z", noon},
          row{"2026-01-02T12:00:00.123456789012Z", noon + 123456789ns}, row{"2026-01-02T14:00:00+02:00", noon},
          row{"2026-01-02T14:00:00+0200", noon}, row{"2026-01-02T12:00:00+00", noon}, row{"2026-01-02T12:00:00", noon},
          row{"2026-01-02 12:00:00Z", noon}, row{1767355200, noon}, row{1767355200500, noon + 500ms},
          row{"0001-01-01T00:00:00Z", timestamp::min()}, row{"9999-12-31T23:59:59Z", timestamp::max()}})
        BOOST_TEST_CONTEXT(json::serialize(value))
    BOOST_CHECK(outcome(with("createdAt", value)).value().created_at == time);
    for (const auto* text : {"", "2026-01-02", "2026-02-30T12:00:00Z", "1767355200", "2026-01-02T12:00:00Z "})
        BOOST_TEST_CONTEXT(text) BOOST_CHECK(!outcome(with("createdAt", text)).value().created_at);
}

BOOST_AUTO_TEST_CASE(is_the_one_that_was_asked_for)
{
    struct row {
        const char *asked, *answered;
        bool is_same;
    };
    for (const auto& [asked, answered, is_same] :
         {row{"job_1", "\"job_1\"", true}, row{"job_1", "\"job_2\"", false}, row{"job_1", "\"JOB_1\"", false},
          row{"7", "7", true}, row{"7", "\"7\"", true}, row{"7", "70", false},
          row{"18446744073709551617", "18446744073709551617", true},
          row{"18446744073709551617", "18446744073709551616", false},
          row{"5D2ABC12-3F3E-4AC2-9908-07247D2BE599", "\"5d2abc12-3f3e-4ac2-9908-07247d2be599\"", true},
          row{"5D2ABC12-3F3E-4AC2-9908-07247D2BE599", "\"5d2abc12-3f3e-4ac2-9908-07247d2be598\"", false}}) {
        BOOST_TEST_CONTEXT(asked << " and " << answered)
        {
            tests::scripted_agent bench(
                tests::always({200, std::string(R"({"status":"completed","id":)") + answered + '}'}));
            for (const auto& call :
                 {bench.start(bench.agent.get_job(asked)), bench.start(bench.agent.send_message(asked, "more"))}) {
                const auto result = call.get();
                BOOST_TEST(complaint(result) == (is_same ? "" : "id: not the requested job"));
                BOOST_TEST((is_same || result.error().job_id == asked));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(is_not_made_from_a_body_that_is_no_json_object)
{
    const auto whole = json::serialize(sample());
    struct row {
        std::string body, complaint;
    };
    for (const auto& [body, expected] : std::vector<row>{{"", "body: empty"},
                                                         {" \r\n", "body: empty"},
                                                         {"<!doctype html><p>Sign in</p>", "body: not JSON"},
                                                         {whole.substr(0, whole.size() / 2), "body: not JSON"},
                                                         {whole.substr(0, whole.size() - 1), "body: not JSON"},
                                                         {whole + '}', "body: not JSON"},
                                                         {whole + whole, "body: not JSON"},
                                                         {"\xEF\xBB\xBF" + whole, ""},
                                                         {"{\"id\":\"\xC3(\"}", "body: not JSON"},
                                                         {"{'id':'job_1'}", "body: not JSON"},
                                                         {nested(32), "body: nested deeper than 32"},
                                                         {nested(100'000), "body: nested deeper than 32"},
                                                         {nested(31), ""},
                                                         {"[" + whole + "]", "body: expected an object"},
                                                         {"null", "body: expected an object"},
                                                         {"\"job_1\"", "body: expected an object"},
                                                         {"\r\n" + whole + "\r\n", ""}})
        BOOST_TEST_CONTEXT(body.substr(0, 60)) BOOST_TEST(complaint(outcome(body)) == expected);
}

BOOST_AUTO_TEST_CASE(that_cannot_be_read_after_a_post_leaves_its_id_in_the_error_where_there_is_one)
{
    struct row {
        std::string body, id;
    };
    for (const auto& [body, id] :
         std::vector<row>{{R"({"id":7.0})", ""},
                          {R"({"status":"active"})", ""},
                          {R"({"id":"job_7",)", "job_7"},
                          {"\xEF\xBB\xBF{\"id\":\"job_7\",\"title\":\"\\ud83d", "job_7"},
                          {R"({"id":18446744073709551616,"createdAt":"2026-)", "18446744073709551616"},
                          {"{\"id\":\"job_7\",\"title\":\"\xFF\"}", "job_7"},
                          {R"({"id":"job_7","deep":)" + nested(100) + '}', "job_7"},
                          {R"(["job_7"])", ""},
                          {"", ""},
                          {R"({"id":")" + std::string(2000, 'x') + R"("})", std::string(1024, 'x')}}) {
        BOOST_TEST_CONTEXT(body.substr(0, 60))
        {
            const auto created = outcome(body, create_job).error();
            BOOST_TEST(created.code() == make_error_code(errc::invalid_response));
            BOOST_TEST(created.job_id == id);
            BOOST_TEST(outcome(body, send_message).error().job_id == "job_1");
            BOOST_TEST(outcome(body, get_job).error().job_id == "job_1");
        }
    }
}

BOOST_AUTO_TEST_CASE(that_was_made_needs_only_its_id)
{
    struct row {
        std::string body, id;
    };
    for (const auto& [body, id] :
         std::vector<row>{{R"({"id":"job_1"})", "job_1"},
                          {R"({"id":"job_1","status":7,"source":[],"createdAt":"soon"})", "job_1"},
                          {"\xEF\xBB\xBF{\"id\":\"job_1\",\"status\":null,\"model\":\"\\ud83d\"}", "job_1"},
                          {R"({"id":18446744073709551616})", "18446744073709551616"}}) {
        BOOST_TEST_CONTEXT(body)
        {
            const auto created = outcome(body, create_job).value();
            BOOST_TEST(created.id == id);
            BOOST_TEST(created.status_text == "");
            BOOST_TEST(is_unknown(created));
            BOOST_TEST(!is_finished(created));
            BOOST_TEST(outcome(body, send_message).has_value() == (id == "job_1"));
            BOOST_TEST(!outcome(body, get_job).has_value());
        }
    }
    BOOST_TEST(outcome(R"({"id":"job_1","status":"active","model":"\ud83d"})", create_job).value().model ==
               "\xEF\xBF\xBD");
}

BOOST_AUTO_TEST_CASE(that_cannot_be_read_tells_which_request_it_answered)
{
    const auto error = outcome(json::serialize(without("id")), create_job).error();
    BOOST_TEST(error.http_status == 200);
    BOOST_TEST(error.method == "POST");
    BOOST_TEST(error.path == "/v2/agent/p/job");
    BOOST_TEST(error.request_id == "r-1");
    BOOST_TEST(std::string_view(cojob::api_error(error).what()) ==
               "invalid response (HTTP 200): POST /v2/agent/p/job: id: missing");
}

BOOST_AUTO_TEST_SUITE_END()
