#include "support/decoded_osapi.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(an_osapi_job)

using namespace osapi_decode_tests;

BOOST_AUTO_TEST_CASE(is_read_whole_when_it_is_completed)
{
    const auto j = read_job(recorded::job_completed.body).value();
    BOOST_TEST(j.id == "5d2abc12-3f3e-4ac2-9908-07247d2be599");
    BOOST_CHECK(j.status == job_status::completed);
    BOOST_TEST(j.status_text == "completed");
    BOOST_CHECK(j.created == at(0, 28, 16));
    BOOST_CHECK(j.updated_at == at(0, 28, 16, 291723016ns));
    BOOST_TEST(j.changed.value());
    BOOST_TEST(j.error == "");
    BOOST_TEST(j.hostname == "osapi-test");
    BOOST_CHECK(json::value(j.operation) ==
                json::parse(R"({"data":{"args":["hello"],"command":"echo"},"type":"command.exec.execute"})"));
    const auto result = json::parse(R"({"changed":true,"duration_ms":0,"exit_code":0,"stderr":"","stdout":"hello\n"})");
    BOOST_CHECK(j.result == result);
    BOOST_REQUIRE_EQUAL(j.responses.size(), 1U);
    const auto& response = j.responses.at("osapi-test");
    BOOST_TEST(response.status == "completed");
    BOOST_CHECK(response.data == result);
    BOOST_TEST(response.changed.value());
    BOOST_TEST(response.error == "");
    BOOST_TEST(response.hostname == "osapi-test");
    BOOST_REQUIRE_EQUAL(j.agent_states.size(), 1U);
    const auto& state = j.agent_states.at("osapi-test");
    BOOST_TEST(state.status == "completed");
    BOOST_TEST(state.error == "");
    BOOST_CHECK(state.duration == 2748032ns);
    BOOST_REQUIRE_EQUAL(j.timeline.size(), 3U);
    BOOST_CHECK(j.timeline[2] == (cojob::osapi::timeline_event{at(0, 28, 16), "completed", "osapi-test",
                                                               "Job completed successfully on osapi-test", ""}));
}

BOOST_AUTO_TEST_CASE(is_read_whole_when_it_has_failed)
{
    const auto j = read_job(recorded::job_failed.body).value();
    const std::string why = "command execution failed: command timed out after 1s";
    BOOST_CHECK(j.status == job_status::failed);
    BOOST_CHECK(!j.changed);
    BOOST_TEST(j.error == why);
    BOOST_CHECK(j.result.is_null());
    BOOST_TEST(j.responses.at("osapi-test").error == why);
    BOOST_CHECK(!j.responses.at("osapi-test").changed);
    BOOST_CHECK(j.responses.at("osapi-test").data.is_null());
    BOOST_TEST(j.agent_states.at("osapi-test").error == why);
    BOOST_CHECK(j.agent_states.at("osapi-test").duration == 1002363931ns);
    BOOST_TEST(j.timeline.back().error == why);
    BOOST_TEST(j.timeline.back().message == "Job failed on osapi-test");
}

BOOST_AUTO_TEST_CASE(has_little_to_tell_before_its_end)
{
    const auto waiting = read_job(recorded::job_submitted.body).value();
    BOOST_CHECK(waiting.status == job_status::submitted);
    BOOST_TEST(waiting.hostname == "");
    BOOST_TEST(waiting.responses.empty());
    BOOST_TEST(waiting.agent_states.empty());
    BOOST_TEST(waiting.timeline.front().hostname == "_api");
    const auto working = read_job(recorded::job_processing.body).value();
    BOOST_CHECK(working.status == job_status::processing);
    BOOST_TEST(working.agent_states.at("osapi-test").status == "started");
    BOOST_CHECK(!working.agent_states.at("osapi-test").duration);
    BOOST_TEST(working.timeline.size() == 3U);
}

BOOST_AUTO_TEST_CASE(tells_of_its_retry)
{
    const auto j = read_job(recorded::orig_after_retry.body).value();
    BOOST_CHECK(j.timeline.back() ==
                (cojob::osapi::timeline_event{at(0, 33, 34), "retried", "_api",
                                              "Job retried as 6ea6b0ae-35ce-4b87-8bd2-f95c6f03bea9", ""}));
    const auto receipt = read_receipt(recorded::retry_nobody.body).value();
    BOOST_TEST(receipt.job_id == "fc5ae9f3-f757-499f-8794-d9f401e5a68a");
    BOOST_TEST(receipt.status == "created");
    BOOST_TEST(receipt.revision.value() == 35);
    BOOST_CHECK(receipt.created == at(0, 28, 57));
}

BOOST_AUTO_TEST_CASE(comes_on_pages_without_details)
{
    const auto page = read_page(recorded::list.body).value();
    BOOST_TEST(page.total_items == 5);
    BOOST_CHECK(page.status_counts ==
                (std::map<std::string, std::int64_t>{
                    {"completed", 4}, {"failed", 1}, {"partial_failure", 0}, {"processing", 0}, {"submitted", 0}}));
    BOOST_REQUIRE_EQUAL(page.items.size(), 3U);
    for (const auto& item : page.items) {
        BOOST_TEST(item.timeline.empty());
        BOOST_TEST(item.responses.empty());
        BOOST_TEST(item.agent_states.empty());
        BOOST_CHECK(!item.changed);
        BOOST_TEST(item.hostname == "osapi-test");
    }
    BOOST_CHECK(page.items[0].result.as_object().at("exit_code") == 1);
    BOOST_CHECK(page.items[2].status == job_status::failed);
    BOOST_TEST(page.items[2].error.ends_with("executable file not found in $PATH"));
    BOOST_TEST(read_page(recorded::list_submitted.body).value().items[1].id == "5266a8ca-b774-4a80-afc5-884d4f4b7304");
}

BOOST_AUTO_TEST_CASE(comes_on_no_page_that_is_empty)
{
    const auto first = read_page(recorded::list_empty.body).value(); // before the first job counts are null
    BOOST_TEST(first.items.empty());
    BOOST_TEST(first.status_counts.empty());
    BOOST_TEST(first.total_items == 0);
    const auto past = read_page(recorded::list_offset_past.body).value();
    BOOST_TEST(past.items.empty());
    BOOST_TEST(past.status_counts.size() == 5U);
    BOOST_TEST(past.total_items == 5);
}

BOOST_AUTO_TEST_CASE(has_the_states_of_the_server_and_keeps_any_other_as_text)
{
    using enum job_status;
    struct row {
        const char* text;
        job_status status;
        bool is_finished;
    };
    for (const auto& [name, status, finished] :
         {row{"submitted", submitted, false}, row{"processing", processing, false}, row{"completed", completed, true},
          row{"failed", failed, true}, row{"partial_failure", partial_failure, true}, row{"skipped", skipped, true},
          row{"unprocessed", unknown, false}, row{"Completed", unknown, false}, row{"", unknown, false}})
        BOOST_TEST_CONTEXT(name)
        {
            const auto j = read_job(with(recorded::job_completed.body, "status", name)).value();
            BOOST_CHECK(j.status == status);
            BOOST_TEST(status_text(j) == name);
            BOOST_TEST(is_finished(j) == finished);
            BOOST_TEST(is_unknown(j) == (status == unknown));
            BOOST_TEST(job_id(j) == j.id);
        }
}

BOOST_AUTO_TEST_SUITE_END()
