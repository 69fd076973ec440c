#include "support/decoded_osapi.hpp"
#include "support/scripted_jobs.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(an_osapi_job)

using namespace osapi_decode_tests;

BOOST_AUTO_TEST_CASE(with_a_member_of_the_wrong_type_is_refused_only_where_that_member_decides)
{
    check_members(recorded::job_failed.body, of_a_job, read_job);
    check_members(recorded::list.body, of_a_page, read_page);
    check_members(recorded::retry_nobody.body, of_a_receipt, read_receipt);
}

BOOST_AUTO_TEST_CASE(keeps_a_member_of_the_wrong_type_as_text)
{
    for (const auto& m : of_a_job)
        for (const json::value& value : {json::value(7), json::value(true), json::value("text")}) {
            if (m.is_required)
                continue;
            BOOST_TEST_CONTEXT(m.path << " is " << json::serialize(value))
            {
                const bool is_odd = !fits(m, value) || (m.path.ends_with("duration") && value == "text");
                const auto j = read_job(with(recorded::job_failed.body, m.path, value)).value();
                BOOST_TEST(j.unknown_members.find(m.path).value_or("") == (is_odd ? json::serialize(value) : ""));
                BOOST_TEST(j.unknown_members.size() == (is_odd ? 1U : 0U));
            }
        }
    for (const auto& [path, value] : std::vector<std::pair<std::string, json::value>>{
             {"created", "yesterday"}, {"timeline[0].timestamp", "2026"}}) {
        const auto j = read_job(with(recorded::job_failed.body, path, value)).value();
        BOOST_TEST(j.unknown_members.find(path).value() == json::serialize(value));
        BOOST_CHECK(!(path == "created" ? j.created : j.timeline[0].time));
    }
}

BOOST_AUTO_TEST_CASE(without_an_id_or_a_status_is_left_out_of_its_page_and_counted)
{
    for (const auto* path : {"items[1]", "items[1].id", "items[1].status"})
        for (const json::value& value : {json::value(nullptr), json::value(true), json::value(json::array())}) {
            const auto page = read_page(with(recorded::list.body, path, value)).value();
            BOOST_TEST_CONTEXT(path << " is " << json::serialize(value))
            {
                BOOST_TEST(page.skipped == 1U);
                BOOST_TEST(page.items.size() == 2U);
                BOOST_TEST(page.total_items == 5);
            }
        }
    BOOST_TEST(read_page(recorded::list.body).value().skipped == 0U);
}

/// A name that a server chose is not copied for each member below it: that would be quadratic.
BOOST_AUTO_TEST_CASE(leaves_out_unknown_members_below_an_overlong_name)
{
    std::string members;
    for (int i = 0; i < 20'000; ++i)
        members += (i == 0 ? "" : ",") + std::string(R"("m)") + std::to_string(i) + R"(":0)";
    for (const std::size_t size : {60'000U, 1'000'000U}) {
        const auto j = read_job(R"({"id":"1","status":"processing","responses":{")" + std::string(size, 'h') +
                                R"(":{)" + members + R"(}},"later":1})")
                           .value();
        BOOST_TEST(j.unknown_members.is_cut());
        BOOST_TEST(j.unknown_members.find("later").value_or("") == "1");
    }
}

BOOST_AUTO_TEST_CASE(of_a_list_has_its_own_unknown_members)
{
    const auto page = read_page(with(recorded::list.body, "items[1].cost", 12)).value();
    BOOST_TEST(page.items[0].unknown_members.empty());
    BOOST_TEST(page.items[1].unknown_members.find("cost").value() == "12");
    BOOST_TEST(page.items[2].unknown_members.empty());
}

BOOST_AUTO_TEST_CASE(is_the_one_that_was_asked_for)
{
    tests::scripted_jobs bench(tests::always({200, recorded::job_failed.body}));
    auto id = read_job(recorded::job_failed.body).value().id;
    BOOST_TEST(complaint(bench.start(bench.service.get_job("x")).get()) == "id: not the requested job");
    for (char& c : id)
        c = static_cast<char>(c >= 'a' && c <= 'f' ? c - 'a' + 'A' : c);
    BOOST_TEST(complaint(bench.start(bench.service.get_job(id)).get()) == "");
    id.back() = id.back() == '0' ? '1' : '0';
    BOOST_TEST(complaint(bench.start(bench.service.get_job(id)).get()) == "id: not the requested job");
}

BOOST_AUTO_TEST_CASE(that_a_retry_made_needs_only_its_id)
{
    const auto receipt = read_receipt(R"({"job_id":12345678901234567890123,"status":7,"revision":"x","timestamp":[]})");
    BOOST_TEST(receipt.value().job_id == "12345678901234567890123");
    BOOST_TEST(receipt.value().status == "");
    BOOST_CHECK(!receipt.value().revision);
    BOOST_CHECK(!receipt.value().created);
    BOOST_TEST(read_receipt(R"({"job_id":"j","status":"created)").error().job_id == "j");
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
    BOOST_CHECK(!j.created);
    BOOST_CHECK(!j.updated_at);
    BOOST_TEST(j.operation.empty());
    BOOST_CHECK(!read_job(with(recorded::job_failed.body, "agent_states.osapi-test.duration", ""))
                     .value()
                     .agent_states.at("osapi-test")
                     .duration);
}

BOOST_AUTO_TEST_CASE(may_have_members_that_nobody_knows)
{
    auto body = json::parse(recorded::job_failed.body);
    body.as_object()["cost"] = 12;
    body.as_object()["timeline"].as_array()[0].as_object()["id"] = json::array{1};
    body.as_object()["agent_states"].as_object()["osapi-test"].as_object()["load"] = "high";
    const auto j = read_job(json::serialize(body)).value();
    BOOST_CHECK(j == read_job(recorded::job_failed.body).value());
    BOOST_TEST(j.unknown_members.size() == 3U);
    BOOST_TEST(j.unknown_members.find("cost").value() == "12");
    BOOST_TEST(j.unknown_members.find("timeline[0].id").value() == "[1]");
    BOOST_TEST(j.unknown_members.find("agent_states.osapi-test.load").value() == "\"high\"");
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
