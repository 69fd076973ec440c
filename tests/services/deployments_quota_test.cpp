#include "support/deployments_bench.hpp"

#include <cojob/mintlify/agent.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace deployments_quota_tests {

using namespace std::chrono_literals;
using cojob::errc;
using cojob::quota_scope;
using cojob::when_exhausted;
using cojob::mintlify::agent;
using cojob::mintlify::deployments;
using cojob::mintlify::deployments_options;

/// Options with which a call that finds no use left fails at once.
deployments_options impatient(const std::string& project)
{
    auto o = tests::deployments_options(project);
    o.update_quota.on_exhausted = o.preview_quota.on_exhausted = when_exhausted::fail;
    return o;
}

struct bench : tests::deployments_bench {
    bench() : deployments_bench({202, R"({"statusId":"d1","id":"job_1","status":"active"})"}) {}

    cojob::client shared = make_client(tests::one_attempt());
    deployments docs{shared, impatient("docs")};
    deployments blog{shared, impatient("blog")};

    /// How many calls succeed until one finds no use left.
    template <class Call>
    int uses_left(Call call)
    {
        for (int made = 0;; ++made)
            if (const auto made_now = start(call()); made_now.get().has_error()) {
                BOOST_TEST(made_now.code() == errc::quota_exhausted);
                return made;
            }
    }
};

} // namespace deployments_quota_tests

BOOST_AUTO_TEST_SUITE(the_quotas_of_deployments)

using namespace deployments_quota_tests;

BOOST_AUTO_TEST_CASE(are_the_vendors_and_apart)
{
    bench b;
    BOOST_TEST(b.uses_left([&] { return b.docs.update(); }) == 10);
    BOOST_TEST(b.uses_left([&] { return b.docs.preview("fix"); }) == 5);
    b.clock->advance(11s); // the window and a second
    BOOST_TEST(b.uses_left([&] { return b.docs.update(); }) == 10);
    BOOST_TEST(b.uses_left([&] { return b.docs.preview("fix"); }) == 0);
    b.clock->advance(50s);
    BOOST_TEST(b.uses_left([&] { return b.docs.preview("fix"); }) == 5);
}

BOOST_AUTO_TEST_CASE(count_workflow_triggers_as_updates)
{
    bench b;
    for (int i = 0; i < 4; ++i)
        b.start(b.docs.trigger_workflow("w1")).get().value();
    BOOST_TEST(b.uses_left([&] { return b.docs.update(); }) == 6);
    BOOST_TEST(b.start(b.docs.trigger_workflow("w1")).code() == errc::quota_exhausted);
}

BOOST_AUTO_TEST_CASE(are_one_for_all_projects_of_a_client)
{
    bench b;
    b.start(b.docs.update()).get().value();
    b.start(b.docs.preview("fix")).get().value();
    BOOST_TEST(b.uses_left([&] { return b.blog.update(); }) == 9);
    BOOST_TEST(b.uses_left([&] { return b.blog.preview("fix"); }) == 4);
    auto elsewhere = impatient("docs");
    elsewhere.base_url = "https://gateway.example";
    const deployments other(b.shared, elsewhere);
    BOOST_TEST(b.uses_left([&] { return other.update(); }) == 10);
}

BOOST_AUTO_TEST_CASE(can_be_those_of_a_project_or_of_several_clients)
{
    bench b;
    auto own = impatient("docs");
    own.update_quota.scope = quota_scope::project;
    own.shared_preview_quota = std::make_shared<cojob::quota>(own.preview_quota, b.clock);
    const deployments apart(b.shared, own), elsewhere(b.make_client({}), own);
    BOOST_TEST(b.uses_left([&] { return b.docs.update(); }) == 10);
    BOOST_TEST(b.uses_left([&] { return apart.update(); }) == 10);
    BOOST_TEST(b.uses_left([&] { return apart.preview("fix"); }) == 5);
    BOOST_TEST(b.uses_left([&] { return elsewhere.preview("fix"); }) == 0);
    BOOST_TEST(b.uses_left([&] { return b.docs.preview("fix"); }) == 5);
}

BOOST_AUTO_TEST_CASE(have_one_set_of_options_in_a_scope)
{
    bench b;
    auto o = impatient("other");
    o.update_quota.limit = 11;
    BOOST_CHECK_EXCEPTION(deployments(b.shared, o), cojob::api_error, [](const cojob::api_error& e) {
        return e.info().code() == errc::invalid_argument && e.info().message.starts_with("quota: another service");
    });
}

BOOST_AUTO_TEST_CASE(are_apart_from_the_agents_which_can_have_the_wider_scope_too)
{
    bench b;
    auto o = tests::scripted_agent::project();
    o.quota = {.limit = 2, .on_exhausted = when_exhausted::fail, .scope = quota_scope::organization};
    const agent first(b.shared, o);
    o.project_id = "q";
    const agent second(b.shared, o);
    b.start(first.create_job("Document it")).get().value();
    BOOST_TEST(b.uses_left([&] { return second.create_job("Document it"); }) == 1);
    BOOST_TEST(b.uses_left([&] { return b.docs.update(); }) == 10);
}

BOOST_AUTO_TEST_SUITE_END()
