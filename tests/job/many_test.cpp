#include "support/job_script.hpp"
#include "support/own_api.hpp"
#include "support/waits.hpp"

#include <cojob/job/many.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace many_tests {

using namespace std::chrono_literals;
using enum cojob::asio::cancellation_type;
using cojob::errc;
using cojob::phase;
using cojob::wait_for_all;
using cojob::wait_options;
using cojob::mintlify::agent_job;
using tests::job_bench;
using tests::job_script;
using tests::life;
using wait_tests::after;
using wait_tests::reply;

using strings = std::vector<std::string>;
using results = std::vector<cojob::result<agent_job>>;

const cojob::error_code aborted = cojob::asio::error::operation_aborted;

const reply missing{404, R"({"error":"not found"})", {}};

/// Some jobs, and how each of them goes.
job_bench bench()
{
    return job_bench(job_script({
        {"done", {{0, "completed"}}},
        {"soon", {{0, "active"}, {60, "failed"}}},
        {"later", {{0, "active"}, {120, "archived"}}},
        {"gone", {{0, "active"}, {30, missing}}},
        {"mistyped", {{0, missing}}},
        {"forbidden", {{0, reply(403, "")}}},
        {"for-ever", {{0, "active"}}},
        {"mute", {{0, after(cojob::no_timeout, reply(200, ""))}}},
        {"cut", {{0, "active"}, {1, after(cojob::no_timeout, reply(200, ""))}}},
    }));
}

/// A result in one line.
std::string text_of(const cojob::result<agent_job>& r)
{
    if (r.has_value())
        return r.value().id + ' ' + r.value().status_text;
    return r.error().job_id + ' ' + r.error().code().message() +
           (r.error().job_status.empty() ? "" : ", was " + r.error().job_status);
}

std::string text_of(const std::string& id, cojob::error_code code, const std::string& was = {})
{
    return id + ' ' + code.message() + (was.empty() ? "" : ", was " + was);
}

strings texts_of(const tests::started<results>& all)
{
    strings texts;
    if (!all.is_done())
        return {"nothing yet"};
    for (const auto& r : all.get().value())
        texts.push_back(text_of(r));
    return texts;
}

struct all_row {
    const char* what;
    strings ids;
    wait_options options;
    strings ends;
    double after; ///< it ends not before, and not much later
};

const std::vector<all_row> all_rows{
    {"no job", {}, {}, {}, 0},
    {"one", {"done"}, {}, {"done completed"}, 0},
    {"several, in order", {"later", "done", "soon"}, {}, {"later archived", "done completed", "soon failed"}, 120},
    {"failures in their places",
     {"mistyped", "soon", "gone", "done", "forbidden"},
     {},
     {text_of("mistyped", errc::not_found), "soon failed", text_of("gone", errc::not_found, "active"), "done completed",
      text_of("forbidden", errc::forbidden)},
     70}, // a job that was there is gone when that is said for half a minute
    {"ids that are none",
     {"", "done", "..", "a\nb"},
     {},
     {text_of("", errc::invalid_argument), "done completed", text_of("..", errc::invalid_argument),
      text_of("a\nb", errc::invalid_argument)},
     0},
    {"nothing but ids that are none", {""}, {}, {text_of("", errc::invalid_argument)}, 0},
    {"the same twice", {"soon", "done", "soon"}, {}, {"soon failed", "done completed", "soon failed"}, 60},
    {"more than there is time for",
     {"for-ever", "soon", "mistyped", "later", "mute", "cut"},
     {.timeout = 100s},
     {text_of("for-ever", errc::wait_timeout, "active"), "soon failed", text_of("mistyped", errc::not_found),
      text_of("later", errc::wait_timeout, "active"), text_of("mute", errc::request_timeout),
      text_of("cut", errc::wait_timeout, "active")},
     100},
};

tests::started<results> start(job_bench& b, strings ids, const wait_options& options = {})
{
    return b.start(wait_for_all(b.host.agent, std::move(ids), options));
}

} // namespace many_tests

BOOST_AUTO_TEST_SUITE(waiting_for_all_jobs)

using namespace many_tests;

BOOST_AUTO_TEST_CASE(gives_each_its_own_end_in_order)
{
    for (const auto& row : all_rows) {
        BOOST_TEST_CONTEXT(row.what)
        {
            auto b = bench();
            auto all = start(b, row.ids, row.options);
            const auto took = b.host.until_done(all);
            BOOST_TEST(texts_of(all) == row.ends, boost::test_tools::per_element());
            BOOST_TEST(took >= row.after);
            BOOST_TEST(took <= row.after + 11);
            BOOST_TEST(b.is_idle());
        }
    }
}

BOOST_AUTO_TEST_CASE(sends_nothing_for_an_id_that_is_none)
{
    auto b = bench();
    start(b, {"", "done", "..", std::string(2000, 'x')});
    BOOST_TEST(b.host.transport->requests().size() == 1U);
}

BOOST_AUTO_TEST_CASE(polls_a_job_once_however_often_it_is_named)
{
    auto b = bench();
    auto all = start(b, {"soon", "soon", "soon", "soon"});
    b.host.until_done(all);
    const auto& asked = b.script.asked("soon");
    for (std::size_t i = 1; i < asked.size(); ++i)
        BOOST_TEST(asked[i] - asked[i - 1] >= 5.0);
}

BOOST_AUTO_TEST_CASE(tells_what_is_known_when_it_is_cancelled_or_closed)
{
    for (const auto type : {terminal, partial, total, none}) {
        auto b = bench();
        auto all = start(b, {"mute", "done", "mistyped", "for-ever", "", "soon"});
        b.host.clock->advance(62s);
        BOOST_TEST(!all.is_done());
        if (type == none)
            b.host.agent.get_client().close();
        else
            all.cancel(type);
        BOOST_TEST(b.is_idle());
        const strings expected{text_of("mute", aborted), "done completed", text_of("mistyped", errc::not_found),
                               text_of("for-ever", aborted, "active"), text_of("", errc::invalid_argument)};
        auto texts = texts_of(all);
        BOOST_REQUIRE(texts.size() == 6U);
        BOOST_TEST((texts.back() == "soon failed" || texts.back() == text_of("soon", aborted, "active")));
        texts.pop_back();
        BOOST_TEST(texts == expected, boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(tells_the_same_when_it_is_cancelled_before_anything_came)
{
    for (const auto type : {terminal, partial, total}) {
        auto b = bench();
        auto all = start(b, {"mute", "", "mute"});
        all.cancel(type);
        BOOST_TEST(b.is_idle());
        const strings expected{text_of("mute", aborted), text_of("", errc::invalid_argument), text_of("mute", aborted)};
        BOOST_TEST(texts_of(all) == expected, boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(ends_without_a_poll_on_a_closed_client)
{
    auto b = bench();
    b.host.agent.get_client().close();
    auto all = start(b, {"done", "soon"});
    const strings expected{text_of("done", aborted), text_of("soon", aborted)};
    BOOST_TEST(texts_of(all) == expected, boost::test_tools::per_element());
    BOOST_TEST(b.host.transport->requests().empty());
    BOOST_TEST(b.is_idle());
}

BOOST_AUTO_TEST_CASE(throws_for_options_that_cannot_work_and_sends_nothing)
{
    const std::vector<wait_options> rows{
        {.timeout = 0s}, {.settle = -1s}, {.schedule = {.min_interval = 3s, .max_interval = 2s}}};
    for (const auto& options : rows) {
        for (const strings& ids : {strings{"done"}, strings{}, strings{""}}) {
            auto b = bench();
            BOOST_TEST(start(b, ids, options).code() == errc::invalid_argument);
            BOOST_TEST(b.host.transport->requests().empty());
        }
    }
}

BOOST_AUTO_TEST_CASE(throws_what_a_service_throws_and_leaves_nothing_pending)
{
    auto b = bench();
    int answers = 0;
    const auto next = [&]() -> std::string {
        return ++answers < 5 ? "new" : throw std::runtime_error("the service is broken");
    };
    const tests::own_api api(b.host.agent.get_client(), next, next);
    auto all = b.start(wait_for_all(api, {"a", "b"}));
    b.host.until_done(all);
    BOOST_CHECK_THROW(static_cast<void>(all.get()), std::runtime_error);
    BOOST_TEST(b.is_idle());
}

/// For the sanitizers.
BOOST_AUTO_TEST_CASE(leaves_nothing_behind_when_its_context_goes)
{
    for (const auto at : {0s, 7s}) {
        auto b = bench();
        auto all = start(b, {"for-ever", "mute", "later", "done"});
        b.host.clock->advance(at);
        BOOST_TEST(!all.is_done());
    }
}

BOOST_AUTO_TEST_SUITE_END()
