#include "support/decoded_osapi.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(an_osapi_job)

using namespace osapi_decode_tests;

BOOST_AUTO_TEST_CASE(with_a_member_of_the_wrong_type_is_refused_with_its_path)
{
    check_members(recorded::job_failed.body, of_a_job, read_job);
    check_members(recorded::list.body, of_a_page, read_page);
    check_members(recorded::retry_nobody.body, of_a_receipt, read_receipt);
    for (const auto& [path, value] : std::vector<std::pair<std::string, json::value>>{
             {"created", "yesterday"}, {"updated_at", "2026-11-22"}, {"timeline[0].timestamp", "2026-11-22T00:29:15"}})
        BOOST_TEST(complaint(read_job(with(recorded::job_failed.body, path, value))) == path + ": expected " + moment);
}

BOOST_AUTO_TEST_CASE(may_lack_what_the_server_leaves_out)
{
    check_absence(recorded::job_failed.body, of_a_job, read_job);
    check_absence(recorded::list.body, of_a_page, read_page);
    check_absence(recorded::retry_nobody.body, of_a_receipt, read_receipt);
}

BOOST_AUTO_TEST_CASE(of_a_server_that_signs_jobs_has_no_time_of_creation)
{
    // Not recorded: such a server cannot read its own jobs, and writes "" (internal/job/client/jobs.go).
    const auto j = read_job(R"({"changed":null,"created":"","id":"j","status":"submitted"})").value();
    BOOST_CHECK(j.created == cojob::timestamp());
    BOOST_CHECK(!j.updated_at);
    BOOST_TEST(j.operation.empty());
    BOOST_CHECK(!read_job(with(recorded::job_failed.body, "agent_states.osapi-test.duration", ""))
                     .value()
                     .agent_states.at("osapi-test")
                     .duration);
}

BOOST_AUTO_TEST_CASE(does_not_put_the_servers_keys_into_a_complaint)
{
    auto body = json::parse(recorded::job_failed.body);
    body.as_object()["responses"].as_object()["\x1b[31mevil\r\n"] = 7;
    BOOST_TEST(complaint(read_job(json::serialize(body))) == "responses.*: expected an object");
}

BOOST_AUTO_TEST_CASE(may_have_members_that_nobody_knows)
{
    auto body = json::parse(recorded::job_failed.body);
    body.as_object()["cost"] = 12;
    body.as_object()["timeline"].as_array()[0].as_object()["id"] = json::array{1};
    body.as_object()["agent_states"].as_object()["osapi-test"].as_object()["load"] = "high";
    BOOST_CHECK(read_job(json::serialize(body)).value() == read_job(recorded::job_failed.body).value());
}

BOOST_AUTO_TEST_CASE(has_changed_when_any_member_has)
{
    const auto before = read_job(recorded::job_failed.body).value();
    for (const auto& m : of_a_job) {
        if (m.path == "id" || is_element(m) || m.expected == array)
            continue;
        json::value other = m.expected == moment ? "2026-11-22T01:00:00Z" : "other";
        if (m.expected == flag)
            other = true;
        else if (m.expected == object)
            other = json::object{{"other", json::object{}}};
        else if (m.path.ends_with("duration"))
            other = "3h";
        BOOST_TEST_CONTEXT(m.path)
        BOOST_CHECK(!(read_job(with(recorded::job_failed.body, m.path, other)).value() == before));
    }
}

BOOST_AUTO_TEST_SUITE_END()
