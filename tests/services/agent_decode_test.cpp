#include "support/decoded_agent.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(an_agent_job)

using namespace agent_decode_tests;

BOOST_AUTO_TEST_CASE(is_read_whole)
{
    const auto job = outcome(sample()).value();
    BOOST_TEST(job.unknown_members.empty());
    const std::vector<optional_text> expected{"job_1",
                                              "active",
                                              "https://github.com/org/repo",
                                              "https://github.com/org/repo",
                                              "mintlify/b1",
                                              "sonnet",
                                              "https://github.com/org/repo/pull/7",
                                              "2026-01-02T03:04:05Z",
                                              "2026-01-03T00:00:00Z"};
    for (std::size_t i = 0; i < members.size(); ++i)
        BOOST_TEST_CONTEXT(members[i].path) BOOST_CHECK(members[i].read(job) == expected[i]);
}

BOOST_AUTO_TEST_CASE(has_the_states_of_the_vendors_document_and_keeps_any_other_as_text)
{
    using enum agent_job_status;
    struct row {
        const char* text;
        agent_job_status status;
        bool is_finished;
    };
    for (const auto& [text, status, finished] :
         {row{"active", active, false}, row{"completed", completed, true}, row{"failed", failed, true},
          row{"archived", archived, true}, row{"paused", unknown, false}, row{"Completed", unknown, false},
          row{"completed ", unknown, false}, row{"", unknown, false}}) {
        BOOST_TEST_CONTEXT(text)
        {
            const auto job = outcome(with("status", text)).value();
            BOOST_CHECK(job.status == status);
            BOOST_TEST(job.status_text == text);
            BOOST_TEST(is_finished(job) == finished);
            BOOST_TEST(is_unknown(job) == (status == unknown));
        }
    }
}

std::string line_of(const std::string& path, const std::string& problem)
{
    return problem.empty() ? "" : "mintlify.agent.v2 " + path + ": " + problem + '\n';
}

BOOST_AUTO_TEST_CASE(may_lack_everything_but_its_id_and_its_status)
{
    for (const auto& m : members) {
        BOOST_TEST_CONTEXT(m.path)
        {
            std::string told;
            const auto result = outcome(json::serialize(without(m.path)), get_job, &told);
            BOOST_TEST(complaint(result) == (m.is_required ? m.path + ": missing" : ""));
            if (!result)
                continue;
            BOOST_TEST(!m.read(*result).has_value());
            BOOST_TEST(told == line_of(m.path == "source" ? "source.repository" : m.path, m.is_shown ? "missing" : ""));
        }
    }
}

BOOST_AUTO_TEST_CASE(with_a_member_of_the_wrong_type_reads_it_as_empty_keeps_it_and_tells_the_observer)
{
    for (const auto& m : members)
        for (const json::value& value : {json::value(nullptr), json::value(7), json::value("text"), json::value(true),
                                         json::value(json::array())}) {
            BOOST_TEST_CONTEXT(m.path << " is " << json::serialize(value))
            {
                std::string told;
                const auto result = outcome(json::serialize(with(m.path, value)), get_job, &told);
                const auto why = objection(m, value);
                if (m.is_required && (m.type == kind::id || !why.empty())) {
                    BOOST_TEST(complaint(result) == m.path + ": " + (why.empty() ? "not the requested job" : why));
                    continue;
                }
                BOOST_TEST(complaint(result) == "");
                BOOST_TEST(told.find(line_of(m.path, why)) != told.npos);
                BOOST_TEST(m.read(*result).has_value() == (why.empty() && !value.is_null()));
                BOOST_TEST(result->unknown_members.find(m.path).value_or("") ==
                           (why.empty() ? "" : json::serialize(value)));
            }
        }
}

BOOST_AUTO_TEST_CASE(tells_of_an_odd_member_once_in_a_clients_life)
{
    const auto observer = std::make_shared<odd_observer>();
    tests::scripted_agent bench(tests::always({200, json::serialize(with("model", 7))}), observed(observer));
    for (int i = 0; i < 3; ++i)
        BOOST_TEST(get_job(bench).get().has_value());
    BOOST_TEST(observer->told == line_of("model", "expected a string"));
}

BOOST_AUTO_TEST_CASE(may_have_members_that_nobody_knows_and_keeps_how_they_are_written)
{
    auto text = json::serialize(with("source.owner", json::object{{"id", 7}}));
    text.back() = ',';
    const auto job = outcome(text + R"("tokens":12,"cost": 0.10 ,"Id":"another","big":18446744073709551616})").value();
    BOOST_CHECK(job == outcome(sample()).value());
    BOOST_TEST(job.unknown_members.size() == 5U);
    BOOST_TEST(job.unknown_members.find("source.owner").value() == R"({"id":7})");
    BOOST_TEST(job.unknown_members.find("tokens").value() == "12");
    BOOST_TEST(job.unknown_members.find("cost").value() == "0.10");
    BOOST_TEST(job.unknown_members.find("big").value() == "18446744073709551616");
    BOOST_TEST(!(job.unknown_members == outcome(sample()).value().unknown_members));
    BOOST_TEST(outcome(sample()).value().unknown_members.empty());
}

BOOST_AUTO_TEST_CASE(does_not_keep_the_key_that_a_server_repeats)
{
    tests::scripted_agent bench(
        tests::always({200, R"({"id":"job_1","status":"active","echo":"Bearer mint_0123456"})"}));
    auto project = tests::scripted_agent::project();
    project.api_key = cojob::secret("mint_0123456");
    const cojob::mintlify::agent service(bench.make_client(tests::one_attempt()), project);
    const auto job = bench.start(service.get_job("job_1")).get().value();
    BOOST_TEST(job.unknown_members.find("echo").value() == "\"Bearer ***\"");
}

BOOST_AUTO_TEST_SUITE_END()
