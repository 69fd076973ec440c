#include "support/osapi_bench.hpp"
#include "support/recorded_osapi.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

// Compared with what a real server answered: support/recorded_osapi.hpp.
namespace mock_osapi_tests {

namespace recorded = tests::recorded;
using cojob::testing::lifecycle_step;
using namespace std::chrono_literals;

/// Without what differs from job to job. Jobs made by a retry tell that they were submitted, others do not.
json::value comparable(const json::value& value)
{
    if (const auto* array = value.if_array()) {
        json::array items;
        for (const auto& item : *array)
            if (const auto* object = item.if_object();
                !object || !object->contains("event") || object->at("event") != "submitted")
                items.push_back(comparable(item));
        return items;
    }
    if (!value.is_object())
        return value;
    json::object members;
    for (const auto& [name, member] : value.get_object()) {
        const auto is_own = name == "id" || name == "job_id" || name == "created" || name == "updated_at" ||
                            name == "timestamp" || name == "duration" || name == "duration_ms" || name == "revision" ||
                            (name == "message" && member.as_string().starts_with("Job retried as "));
        members[name] = name == "operation" || name == "stdout" ? json::value("of the job")
                        : is_own                                ? json::value(json::to_string(member.kind()))
                                                                : comparable(member);
    }
    return members;
}

json::value comparable_text(std::string_view text)
{
    return comparable(json::parse(text));
}

} // namespace mock_osapi_tests

BOOST_AUTO_TEST_SUITE(mock_osapi_test)

using namespace mock_osapi_tests;

BOOST_AUTO_TEST_CASE(a_callers_request_id_is_echoed)
{
    bench b;
    for (const auto* method : {"GET", "POST"}) // an answer and a refusal
        BOOST_TEST(b.client.call(method, base, "", key, "X-Request-Id: mine-1\r\n")["X-Request-Id"] == "mine-1");
    BOOST_TEST(!b.get(base)["X-Request-Id"].empty());
}

BOOST_AUTO_TEST_CASE(there_are_no_counts_before_the_first_job)
{
    bench b;
    BOOST_TEST(b.get(base).body() == recorded::list_empty.body + std::string("\n"));
    b.server.add_osapi_job({{"processing"}});
    const auto counts = json::parse(R"({"completed":0,"failed":0,"partial_failure":0,"processing":1,"submitted":0})");
    BOOST_TEST(b.page("?status=failed").at("status_counts") == counts);
    BOOST_TEST(b.page("?offset=5").at("items").as_array().empty());
}

BOOST_AUTO_TEST_CASE(jobs_look_like_the_recorded_ones)
{
    bench b;
    const auto look = [&](const std::string& status) {
        return comparable_text(b.get(base + "/" + b.server.add_osapi_job({{status}})).body());
    };
    BOOST_TEST(look("submitted") == comparable_text(recorded::job_submitted.body));
    BOOST_TEST(look("processing") == comparable_text(recorded::job_processing.body));
    BOOST_TEST(look("completed") == comparable_text(recorded::job_completed.body));
    BOOST_TEST(look("failed") == comparable_text(recorded::job_failed.body));
}

BOOST_AUTO_TEST_CASE(items_of_a_list_look_like_the_recorded_ones_without_details)
{
    bench b;
    b.server.add_osapi_job({{"completed"}});
    b.server.add_osapi_job({{"submitted"}});
    const auto item = [&](const std::string& status) {
        return comparable(b.page("?status=" + status).at("items").at(0));
    };
    BOOST_TEST(item("completed") == comparable(json::parse(recorded::list.body).at("items").at(1)));
    BOOST_TEST(item("submitted") == comparable(json::parse(recorded::list_submitted.body).at("items").at(0)));
}

BOOST_AUTO_TEST_CASE(time_is_in_seconds_but_for_the_last_change)
{
    bench b;
    b.clock->advance(1234567891ns);
    const auto id = b.server.add_osapi_job({{"submitted", 1}, {"completed"}});
    const auto first = b.get(base + "/" + id), second = b.get(base + "/" + id);
    BOOST_TEST(b.text(first, "created") == "2026-01-01T00:00:01Z");
    BOOST_TEST(b.text(first, "updated_at") == "2026-01-01T00:00:01Z");
    BOOST_TEST(b.text(second, "updated_at") == "2026-01-01T00:00:01.234567891Z");
    const auto events = b.object_of(second).at("timeline").as_array();
    BOOST_TEST(events.back().at("event").as_string() == "completed");
    BOOST_TEST(events.back().at("timestamp").as_string() == "2026-01-01T00:00:01Z");
}

BOOST_AUTO_TEST_CASE(lists_are_in_the_order_of_ids_so_that_a_new_job_moves_pages)
{
    bench b;
    std::vector<std::string> ids;
    for (int i = 0; i < 12; ++i) {
        ids.push_back(b.server.add_osapi_job({{"completed"}}));
        std::string expected;
        std::sort(ids.begin(), ids.end(), std::greater<>()); // whichever was made last
        for (std::size_t place = 2; place < std::min<std::size_t>(ids.size(), 7); ++place)
            expected += ids[place].substr(0, 4) + " completed, ";
        BOOST_TEST(b.listed("?offset=2&limit=5") == expected + std::to_string(ids.size()));
    }
    BOOST_TEST(b.page().at("items").as_array().size() == 10U); // by default
    BOOST_TEST(b.page("?limit=100").at("items").as_array().size() == 12U);
}

BOOST_AUTO_TEST_CASE(an_end_may_be_taken_back)
{
    const std::vector<std::vector<lifecycle_step>> lives{
        {{"failed", 3}, {"processing", 2}, {"completed"}},               // delivered again
        {{"processing"}, {"completed"}, {"processing"}, {"completed"}}}; // a broadcast that more agents see
    const std::vector<std::string> expected{"failed failed failed processing processing completed completed ",
                                            "processing completed processing completed completed completed completed "};
    for (std::size_t i = 0; i < lives.size(); ++i) {
        bench b;
        const auto id = b.server.add_osapi_job(lives[i]);
        std::string seen;
        for (int poll = 0; poll < 7; ++poll)
            seen += (poll == 1 ? std::string(b.page().at("items").at(0).at("status").as_string()) : b.status(id)) + ' ';
        BOOST_TEST(seen == expected[i]); // an item of a list, the second here, is a poll as well
    }
}

BOOST_AUTO_TEST_CASE(a_deleted_job_is_gone_even_while_it_is_processing)
{
    bench b;
    const auto path = base + "/" + b.server.add_osapi_job({{"processing"}});
    const auto deleted = b.client.call("DELETE", path);
    BOOST_TEST(deleted.result_int() == 204U);
    BOOST_TEST(deleted.body().empty());
    BOOST_TEST(deleted["Content-Length"] == "");
    BOOST_TEST(deleted["Content-Type"] == "");
    for (const auto* method : {"GET", "DELETE"})
        BOOST_TEST(b.client.call(method, path).result_int() == 404U);
    BOOST_TEST(b.listed() == "0");
}

BOOST_AUTO_TEST_CASE(a_retry_makes_a_job_and_is_told_by_the_old_one)
{
    bench b;
    const auto id = b.server.add_osapi_job({{"completed"}});
    for (const auto* body : {"", R"({"target_hostname":"_any"})", R"({"target_hostname":"osapi-test"})", "{}"}) {
        const auto receipt = b.client.call("POST", base + "/" + id + "/retry", body);
        BOOST_TEST(receipt.result_int() == 201U);
        BOOST_TEST(comparable_text(receipt.body()) == comparable_text(recorded::retry_nobody.body));
        const auto made = b.text(receipt, "job_id");
        BOOST_TEST(b.status(made) == "submitted");
        BOOST_TEST(b.status(made) == "processing");
        BOOST_TEST(b.status(made) == "completed");
        const auto old = b.object_of(b.get(base + "/" + id));
        BOOST_TEST(old.at("timeline").as_array().back().at("message").as_string() == "Job retried as " + made);
        if (std::string_view(body).empty()) // the first
            BOOST_TEST(comparable(old) == comparable_text(recorded::orig_after_retry.body));
    }
}

BOOST_AUTO_TEST_CASE(ids_are_read_in_capitals_and_written_small)
{
    bench b;
    const auto id = b.server.add_osapi_job({{"completed"}});
    auto capitals = id;
    std::transform(capitals.begin(), capitals.end(), capitals.begin(),
                   [](char c) { return c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c; });
    BOOST_TEST(b.text(b.get(base + "/" + capitals), "id") == id);
}

BOOST_AUTO_TEST_CASE(an_older_version_is_at_another_path)
{
    bench b("/job/");
    BOOST_TEST(b.get("/job").result_int() == 200U);
    BOOST_TEST(b.get(base).body() == recorded::oldpath.body + std::string("\n"));
    BOOST_CHECK_THROW(mock_server(bench::options("job", {})), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
