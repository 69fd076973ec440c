#include "support/quota_bench.hpp"

#include <cojob/mintlify/agent.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

namespace quota_sharing_tests {

using namespace std::chrono_literals;
using cojob::errc;
using cojob::error_code;
using cojob::no_timeout;
using cojob::phase;
using cojob::quota;
using cojob::quota_options;
using cojob::when_exhausted;
using cojob::mintlify::agent;
using cojob::mintlify::agent_options;
using tests::delayed;
using tests::job_reply;
using tests::one_attempt;
using tests::quota_bench;
using texts = std::vector<std::string>;

/// Services that keep their quota in their client.
struct own_quotas {
    quota_bench bench{{.limit = 1}};
    cojob::client client = bench.make_client(one_attempt());

    [[nodiscard]] static agent_options project(const quota_options& quota, const std::string& id = "p",
                                               const std::string& url = "https://api.mintlify.com")
    {
        auto o = quota_bench::project();
        o.quota = quota;
        o.project_id = id;
        o.base_url = url;
        return o;
    }

    /// How many creations a service sends at once when it makes so many.
    std::size_t burst(const agent& service, int creations)
    {
        const auto before = bench.prompts.size();
        for (; creations > 0; --creations)
            bench.start(service.create_job("Document it"));
        return bench.prompts.size() - before;
    }
};

/// Whether the options of a second service are refused, and what the complaint names.
struct options_row {
    const char* complaint; ///< empty: none
    std::function<void(agent_options&)> change;
};

const quota_options usual{.limit = 10, .window = 1h};

const options_row table[] = {
    {"", [](agent_options&) {}},
    {"quota: ", [](agent_options& o) { o.quota.limit = 11; }},
    {"quota: ", [](agent_options& o) { o.quota.window = 59min; }},
    {"quota: ", [](agent_options& o) { o.quota.max_wait = 1min; }},
    {"quota: ", [](agent_options& o) { o.quota.on_exhausted = when_exhausted::fail; }},
    {"", [](agent_options& o) { o.project_id = "q", o.quota.limit = 11; }},
    {"", [](agent_options& o) { o.base_url = "https://other.example", o.quota.limit = 11; }},
    {"", [](agent_options& o) { o.quota.limit = 0; }},
    {"", [](agent_options& o) { o.quota.limit = 11, o.shared_quota = std::make_shared<quota>(usual); }},
    {"quota_options::window: ", [](agent_options& o) { o.project_id = "q", o.quota.window = 0s; }},
    {"quota_options::window: ", [](agent_options& o) { o.project_id = "q", o.quota.window = no_timeout; }},
    {"quota_options::max_wait: ", [](agent_options& o) { o.project_id = "q", o.quota.max_wait = -1s; }},
};

/// A file that is gone with the test.
struct temporary_file {
    temporary_file() = default;
    temporary_file(const temporary_file&) = delete;
    temporary_file& operator=(const temporary_file&) = delete;
    ~temporary_file() { std::filesystem::remove(path); }

    std::string path =
        (std::filesystem::temp_directory_path() / ("cojob_quota_sharing_" + std::to_string(getpid()))).string();
};

} // namespace quota_sharing_tests

BOOST_AUTO_TEST_SUITE(the_quota_of_a_project)

using namespace quota_sharing_tests;

BOOST_AUTO_TEST_CASE(is_the_vendors_unless_it_is_given)
{
    own_quotas b;
    auto o = quota_bench::project();
    o.quota = agent_options().quota;
    const agent service(b.client, o);
    BOOST_TEST(b.burst(service, 100) == 100U);
    auto refused = b.bench.start(service.create_job("one too many"));
    BOOST_TEST(refused.code() == errc::quota_exhausted);
    BOOST_TEST(b.bench.until(refused.error().retry_at) == 3601.0);
}

BOOST_AUTO_TEST_CASE(is_one_for_all_services_on_copies_of_one_client)
{
    own_quotas b;
    const quota_options three{.limit = 3};
    const agent first(b.client, own_quotas::project(three));
    const agent again(b.client, own_quotas::project(three));
    const agent slashed(b.client.with_timeout(5s), own_quotas::project(three, "p", "https://API.mintlify.com:443/"));
    const agent other_project(b.client, own_quotas::project(three, "q"));
    const agent other_server(b.client, own_quotas::project(three, "p", "https://jobs.example"));
    const agent other_client(b.bench.make_client({}), own_quotas::project(three));
    BOOST_TEST(b.burst(first, 1) == 1U);
    BOOST_TEST(b.burst(again.with(b.client.with_timeout(1s)), 1) == 1U);
    BOOST_TEST(b.burst(slashed, 2) == 1U);
    BOOST_TEST(b.burst(first, 1) == 0U);
    for (const auto* own : {&other_project, &other_server, &other_client})
        BOOST_TEST(b.burst(*own, 4) == 3U);
}

BOOST_AUTO_TEST_CASE(has_one_set_of_options)
{
    for (const auto& [complaint, change] : table) {
        own_quotas b;
        const agent first(b.client, own_quotas::project(usual));
        auto o = own_quotas::project(usual);
        change(o);
        BOOST_TEST_CONTEXT("row " << &complaint - &table[0].complaint << ", " << complaint)
        {
            if (std::string(complaint).empty()) {
                BOOST_CHECK_NO_THROW(agent(b.client, o));
            } else {
                BOOST_CHECK_EXCEPTION(agent(b.client, o), cojob::api_error, [&](const cojob::api_error& e) {
                    BOOST_TEST(e.info().message.starts_with(complaint));
                    return e.code() == errc::invalid_argument;
                });
            }
        }
        BOOST_CHECK_NO_THROW(agent(b.bench.make_client({}), own_quotas::project({.limit = 11})));
    }
}

BOOST_AUTO_TEST_CASE(can_be_switched_off)
{
    own_quotas b;
    const agent unlimited(b.client, own_quotas::project({.limit = 0}));
    BOOST_TEST(b.burst(unlimited, 300) == 300U);
}

BOOST_AUTO_TEST_CASE(can_be_one_for_several_clients)
{
    quota_bench b({.limit = 2, .max_wait = no_timeout}, {delayed(10s, {errc::connect_failed, phase::connecting})},
                  one_attempt());
    const auto other = b.agent_on(b.make_client(one_attempt()));
    auto failing = b.create("failing");
    b.start(other.create_job("second"));
    auto third = b.start(other.create_job("third"));
    auto fourth = b.create("fourth");
    BOOST_TEST((b.prompts == texts{"failing", "second"}));
    b.clock->advance(10s);
    BOOST_TEST(failing.code() == errc::connect_failed);
    BOOST_TEST(third.code() == error_code()); // of another client than the one that gave the slot back
    BOOST_TEST(!fourth.is_done());
    b.clock->advance(1h);
    BOOST_TEST((b.prompts == texts{"failing", "second", "third", "fourth"}));
    BOOST_TEST(fourth.code() == error_code());
}

BOOST_AUTO_TEST_CASE(lasts_as_long_as_the_client_and_not_the_service)
{
    own_quotas b;
    for (int i = 0; i < 5; ++i) {
        const agent service(b.client, own_quotas::project({.limit = 3}));
        BOOST_TEST(b.burst(service, 1) == (i < 3 ? 1U : 0U));
    }
}

BOOST_AUTO_TEST_CASE(goes_on_after_a_restart)
{
    const temporary_file file;
    const quota_options options{.limit = 3, .window = 1h, .max_wait = no_timeout};
    {
        quota_bench before(options, {job_reply("active", 201), delayed(no_timeout, job_reply("active", 201))});
        before.create("done");
        before.clock->advance(10min);
        auto under_way = before.create("under way");
        before.clock->advance(1min);
        before.pool->save(file.path);
        BOOST_TEST(!under_way.is_done());
    }
    quota_bench after(options);
    after.clock->advance(31min); // the machine's civil time goes on
    after.pool = quota::load(file.path, options, after.clock);
    after.agent = after.agent_on(after.agent.get_client());
    BOOST_TEST(after.pool->remaining() == 1U);
    after.create("third");
    auto fourth = after.create("fourth"), fifth = after.create("fifth");
    after.clock->advance(29min + 1s - 1ms);
    BOOST_TEST((after.prompts == texts{"third"}));
    after.clock->advance(1ms); // an hour and a second after the first
    BOOST_TEST((after.prompts == texts{"third", "fourth"}));
    after.clock->advance(31min - 1ms);
    BOOST_TEST(!fifth.is_done());
    after.clock->advance(1ms); // after the file was loaded: what was under way may have been until then
    BOOST_TEST((after.prompts == texts{"third", "fourth", "fifth"}));
    BOOST_TEST(fifth.code() == error_code());
}

BOOST_AUTO_TEST_SUITE_END()
