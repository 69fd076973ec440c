#include "support/deployments_bench.hpp"

#include <cojob/result.hpp>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace deployments_decode_tests {

namespace json = boost::json;
using cojob::errc;
using cojob::mintlify::deployment;
using cojob::mintlify::deployment_status;
using texts = std::vector<std::string>;

/// A deployment with every member of the vendor's document.
json::object sample()
{
    return json::parse(
               R"({"_id":"d1","projectId":"docs","createdAt":"2026-01-02T03:04:05.000Z",)"
               R"("endedAt":"2026-01-02T03:05:00Z","status":"success","summary":"Deployed","logs":["a","b"],)"
               R"("subdomain":"acme","screenshot":"https://s.example/1","screenshotLight":"https://s.example/2",)"
               R"("screenshotDark":"https://s.example/3","author":{"name":"Ada","avatarUrl":"https://a.example",)"
               R"("githubUserId":7},"commit":{"sha":"0123","ref":"main","message":"Fix it","filesChanged":)"
               R"({"added":["a.mdx"],"modified":["b.mdx","c.mdx"],"removed":[]}},"source":"api"})")
        .as_object();
}

cojob::result<deployment> outcome(const json::object& body)
{
    tests::deployments_bench b({200, json::serialize(body)});
    return b.start(b.service.get_job("d1")).get();
}

} // namespace deployments_decode_tests

BOOST_AUTO_TEST_SUITE(a_deployment)

using namespace deployments_decode_tests;

BOOST_AUTO_TEST_CASE(is_read_whole)
{
    const auto d = outcome(sample()).value();
    BOOST_TEST(d.unknown_members.empty());
    const std::vector<std::string> read{d.id,
                                        d.project_id,
                                        cojob::to_string(d.created_at.value()),
                                        cojob::to_string(d.ended_at.value()),
                                        d.status_text,
                                        d.summary,
                                        d.subdomain,
                                        d.screenshot,
                                        d.screenshot_light,
                                        d.screenshot_dark,
                                        d.author.value().name,
                                        d.author->avatar_url,
                                        d.commit.sha,
                                        d.commit.ref,
                                        d.commit.message,
                                        d.source};
    const std::vector<std::string> expected{"d1",
                                            "docs",
                                            "2026-01-02T03:04:05Z",
                                            "2026-01-02T03:05:00Z",
                                            "success",
                                            "Deployed",
                                            "acme",
                                            "https://s.example/1",
                                            "https://s.example/2",
                                            "https://s.example/3",
                                            "Ada",
                                            "https://a.example",
                                            "0123",
                                            "main",
                                            "Fix it",
                                            "api"};
    BOOST_TEST(read == expected, boost::test_tools::per_element());
    BOOST_TEST(d.author->github_user_id.value() == 7);
    BOOST_CHECK(d.logs == texts({"a", "b"}));
    BOOST_CHECK(d.commit.added == texts{"a.mdx"});
    BOOST_CHECK(d.commit.modified == texts({"b.mdx", "c.mdx"}));
    BOOST_CHECK(d.commit.removed.empty());
}

BOOST_AUTO_TEST_CASE(has_the_states_of_the_vendors_document_and_keeps_any_other_as_text)
{
    using enum deployment_status;
    struct row {
        const char* text;
        deployment_status status;
        bool is_finished;
    };
    for (const auto& [text, status, finished] :
         {row{"queued", queued, false}, row{"in_progress", in_progress, false}, row{"success", success, true},
          row{"failure", failure, true}, row{"Success", unknown, false}, row{"unknown", unknown, false},
          row{"cancelled", unknown, false}, row{"", unknown, false}}) {
        BOOST_TEST_CONTEXT(text)
        {
            auto body = sample();
            body["status"] = text;
            const auto d = outcome(body).value();
            BOOST_CHECK(d.status == status);
            BOOST_TEST(d.status_text == text);
            BOOST_TEST(is_finished(d) == finished);
            BOOST_TEST(is_unknown(d) == (status == unknown));
        }
    }
}

BOOST_AUTO_TEST_CASE(needs_only_its_id_and_its_status)
{
    for (const auto& [name, value] : sample()) {
        const std::string member(name);
        const bool is_needed = member == "_id" || member == "status";
        BOOST_TEST_CONTEXT(member)
        {
            auto body = sample();
            body.erase(member);
            const auto lacking = outcome(body);
            BOOST_TEST(lacking.has_value() == !is_needed);
            if (is_needed)
                BOOST_TEST(lacking.error().message == member + ": missing");
            body[member] = true; // of no member the right type
            const auto odd = outcome(body);
            BOOST_TEST(odd.has_value() == !is_needed);
            if (odd.has_value())
                BOOST_TEST(odd->unknown_members.size() == 1U);
            if (!is_needed)
                BOOST_CHECK(*odd == *lacking);
            body[member] = nullptr;
            BOOST_TEST(outcome(body).has_value() == !is_needed);
        }
    }
}

BOOST_AUTO_TEST_CASE(that_was_not_asked_for_is_refused)
{
    auto body = sample();
    body["_id"] = "d2";
    BOOST_TEST(outcome(body).error().message == "_id: not the requested job");
}

BOOST_AUTO_TEST_CASE(differs_from_another_by_any_member)
{
    const auto whole = outcome(sample()).value();
    for (const auto& member : sample()) {
        if (const std::string name(member.key()); name != "_id" && name != "status") {
            auto body = sample();
            body.erase(name);
            BOOST_TEST_CONTEXT(name) BOOST_CHECK(!(outcome(body).value() == whole));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
