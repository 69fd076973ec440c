#include "support/recorded_osapi.hpp"
#include "support/scripted_jobs.hpp"

#include <cojob/osapi/jobs.hpp>

#include <boost/test/unit_test.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace osapi_input_tests {

using cojob::errc;
using cojob::osapi::job_status;
using cojob::osapi::jobs;
using cojob::osapi::jobs_options;
using cojob::osapi::list_query;

/// Options with something wrong in them, and how the complaint begins.
struct bad_option {
    std::string complaint;
    std::function<void(jobs_options&)> spoil;
};

std::vector<bad_option> bad_options()
{
    std::vector<bad_option> table;
    for (const auto& token : {cojob::credential(), cojob::credential(cojob::secret("")),
                              cojob::credential(cojob::secret("osapi_key\r\nX-Evil: 1")),
                              cojob::credential(cojob::secret(std::string("osapi\0key", 9))),
                              cojob::credential(cojob::credential::provider_type())})
        table.push_back({"jobs_options::token: ", [token](jobs_options& o) { o.token = token; }});
    for (const std::string url :
         {"", "osapi.example", "ftp://osapi.example", "https://", "https://user:osapi_key@osapi.example",
          "https://osapi.example?x=1", "https://osapi.example/#top", "https://osapi.example:0",
          "https://osapi.example/\r\nX-Evil: 1", "https://osapi.example/../x", "http://osapi.example",
          "http://10.0.0.1:8080", "https://osapi.example/api/job/", "https://osapi.example/x/api/job",
          "http://127.0.0.1.example.com", "http://localhost.example.com", "http://[::2]"})
        table.push_back({"jobs_options::base_url: ", [url](jobs_options& o) { o.base_url = url; }});
    for (const std::string path : {"", "api/job", "/", "//", "/api//job", "/api/job//", "/api/../job", "/./job",
                                   "/api\r\n/job", "/\x80", "/api\x7f"})
        table.push_back({"jobs_options::base_path: ", [path](jobs_options& o) { o.base_path = path; }});
    table.push_back({"jobs_options::base_path: ", [](jobs_options& o) { o.base_path = "/" + std::string(1025, 'x'); }});
    return table;
}

const std::vector<std::string> bad_ids{
    "",     ".",        "..",       "job\r\nX-Evil: 1",    "job\n", "job\t1", std::string("job\0_1", 6), "job\x7f",
    "\x80", "\xC0\xAF", "job_\xC3", std::string(1025, 'x')};

bool is_complaint(const cojob::error_info& error, const std::string& beginning)
{
    BOOST_TEST(error.code() == make_error_code(errc::invalid_argument));
    BOOST_TEST(error.message.substr(0, beginning.size()) == beginning);
    BOOST_TEST(error.message.find("osapi_key") == std::string::npos);
    BOOST_TEST(error.message.find_first_of("\r\n") == std::string::npos);
    return true;
}

/// Calls, and awaits what that gives only later.
void refuses(auto call, const std::string& complaint)
{
    tests::scripted_jobs bench(tests::always(tests::recorded::list.reply()));
    decltype(call(bench.service)) pending;
    BOOST_REQUIRE_NO_THROW(pending = call(bench.service));
    is_complaint(bench.start(std::move(pending)).error(), complaint);
    BOOST_TEST(bench.sent().empty());
}

} // namespace osapi_input_tests

BOOST_AUTO_TEST_SUITE(bad_input_of_osapi)

using namespace osapi_input_tests;

BOOST_AUTO_TEST_CASE(in_its_options_is_thrown_by_the_constructors_with_the_options_name)
{
    tests::scripted_jobs bench(tests::always(tests::recorded::list.reply()));
    boost::asio::io_context context;
    for (const auto& [complaint, spoil] : bad_options()) {
        auto o = tests::osapi_options();
        spoil(o);
        BOOST_TEST_CONTEXT(complaint << o.base_url << ' ' << o.base_path)
        {
            const auto is_expected = [expected = complaint](const cojob::api_error& e) {
                return is_complaint(e.info(), expected);
            };
            BOOST_CHECK_EXCEPTION(jobs(bench.agent.get_client(), o), cojob::api_error, is_expected);
            BOOST_CHECK_EXCEPTION(jobs(context.get_executor(), o), cojob::api_error, is_expected);
        }
    }
    BOOST_TEST(bench.sent().empty());
}

BOOST_AUTO_TEST_CASE(does_not_include_http_where_it_is_allowed)
{
    tests::scripted_jobs bench(tests::always(tests::recorded::list.reply()));
    for (const auto* url :
         {"http://127.0.0.1:8080", "http://127.9.9.9", "http://localhost:8080", "http://[::1]:8080"}) {
        auto o = tests::osapi_options();
        o.base_url = url;
        BOOST_TEST_CONTEXT(url) BOOST_CHECK_NO_THROW(jobs(bench.agent.get_client(), o));
    }
    auto o = tests::osapi_options();
    o.base_url = "http://osapi.example";
    BOOST_CHECK_EXCEPTION(jobs(bench.agent.get_client(), o), cojob::api_error, [](const cojob::api_error& e) {
        return std::string_view(e.what()) == "invalid argument: jobs_options::base_url: http:// to osapi.example would "
                                             "send the key in the clear; set allow_plaintext to permit that";
    });
    o.allow_plaintext = true;
    const jobs allowed(bench.agent.get_client(), o);
    BOOST_TEST(!bench.start(allowed.list_jobs()).code());
}

BOOST_AUTO_TEST_CASE(as_a_query_is_reported_when_the_call_is_awaited_and_before_any_request)
{
    const std::vector<std::pair<list_query, std::string>> rows{
        {{.limit = 0}, "list_query::limit: must be from 1 to 100"},
        {{.limit = -1}, "list_query::limit: must be from 1 to 100"},
        {{.limit = 101}, "list_query::limit: must be from 1 to 100"},
        {{.offset = -1}, "list_query::offset: must not be negative"},
        {{.offset = -2147483647 - 1}, "list_query::offset: must not be negative"},
        {{.status = job_status::skipped}, "list_query::status: the server has no filter for this status"},
        {{.status = job_status::unknown}, "list_query::status: the server has no filter for this status"},
        {{.status = static_cast<job_status>(99)}, "list_query::status: the server has no filter for this status"}};
    for (const auto& [query, complaint] : rows) {
        refuses([q = query](const jobs& j) { return j.list_jobs(q); }, complaint);
        refuses(
            [q = query](const jobs& j) {
                auto pages = j.all_jobs(q);
                return pages.next();
            },
            complaint);
    }
}

BOOST_AUTO_TEST_CASE(as_an_id_is_reported_when_the_call_is_awaited_and_before_any_request)
{
    for (const auto& id : bad_ids)
        BOOST_TEST_CONTEXT(id.substr(0, 20))
        {
            refuses([&](const jobs& j) { return j.get_job(id); }, "id: ");
            refuses([&](const jobs& j) { return j.delete_job(id); }, "id: ");
            refuses([&](const jobs& j) { return j.retry_job(id, "web-1"); }, "id: ");
        }
}

BOOST_AUTO_TEST_CASE(as_a_host_is_reported_when_the_call_is_awaited_and_before_any_request)
{
    for (const std::string host : {"\x80", "Gr\xFC\xDF", "\xED\xA0\x80"})
        refuses([&](const jobs& j) { return j.retry_job("x", host); }, "target_hostname: must be valid UTF-8");
}

BOOST_AUTO_TEST_CASE(leaves_the_service_fit_for_the_next_call)
{
    tests::scripted_jobs bench(tests::always(tests::recorded::list.reply()));
    auto pages = bench.service.all_jobs({.offset = -1});
    BOOST_TEST(bench.start(pages.next()).code() == make_error_code(errc::invalid_argument));
    BOOST_TEST(bench.start(pages.next()).code() == make_error_code(errc::invalid_argument));
    BOOST_TEST(bench.start(bench.service.get_job("..")).code() == make_error_code(errc::invalid_argument));
    BOOST_TEST(!bench.start(bench.service.list_jobs()).code());
}

BOOST_AUTO_TEST_SUITE_END()
