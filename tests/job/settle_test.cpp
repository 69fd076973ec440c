#include "support/job_script.hpp"
#include "support/waits.hpp"

#include <cojob/job/wait.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace settle_tests {

using namespace std::chrono_literals;
using cojob::errc;
using cojob::phase;
using cojob::unknown_status;
using cojob::wait_for_job;
using cojob::wait_options;
using tests::job_bench;
using tests::job_reply;
using tests::life;
using wait_tests::after;
using wait_tests::reply;

const reply missing{404, R"({"error":"not found"})", {}};
const reply refused{errc::connect_failed, phase::connecting};
const reply broken{500, "", {}};

struct settled_row {
    const char* what;
    life polled;
    wait_options options;
    std::string status;
    double at_least, at_most;
};

// A poll is made 5 to 10 s after the one before, and one as soon as may be when the end has stood long enough.
const std::vector<settled_row> settled_rows{
    {"at once where it need not settle", {{0, "failed"}, {1, "active"}}, {}, "failed", 0, 0},
    {"one that stands", {{0, "failed"}}, {.settle = 35s}, "failed", 35, 40.1},
    {"one that stands when it is seen late", {{0, "active"}, {60, "failed"}}, {.settle = 35s}, "failed", 95, 110.1},
    {"one that has to stand for less than an interval", {{0, "failed"}}, {.settle = 1s}, "failed", 5, 6},
    {"one that has to stand for no more than a moment", {{0, "failed"}}, {.settle = 1ns}, "failed", 5, 6},
    {"another instead", {{0, "failed"}, {20, "completed"}}, {.settle = 35s}, "completed", 55, 70.1},
    {"another at the last moment", {{0, "failed"}, {34.9, "completed"}}, {.settle = 35s}, "completed", 69.9, 85.1},
    {"one that is taken back",
     {{0, "failed"}, {10, "active"}, {30, "completed"}},
     {.settle = 35s},
     "completed",
     65,
     80.1},
    {"the same again after it was taken back",
     {{0, "failed"}, {10, "active"}, {30, "failed"}},
     {.settle = 35s},
     "failed",
     65,
     80.1},
    {"one that is taken back again and again",
     {{0, "failed"}, {20, "active"}, {40, "failed"}, {60, "active"}, {80, "failed"}},
     {.settle = 35s},
     "failed",
     115,
     130.1},
    {"one that a status nobody knows takes back",
     {{0, "failed"}, {10, "paused"}, {30, "failed"}},
     {.settle = 35s},
     "failed",
     65,
     80.1},
    {"a status nobody knows, where that ends the wait",
     {{0, "failed"}, {10, "paused"}, {30, "failed"}},
     {.settle = 35s, .on_unknown = unknown_status::stop},
     "paused",
     10,
     21},
    {"a failure in between, which tells nothing",
     {{0, "failed"}, {10, broken}, {25, "failed"}},
     {.settle = 35s},
     "failed",
     35,
     45.1},
    {"a failure at the moment that counts",
     {{0, "failed"}, {34, broken}, {36, "failed"}},
     {.settle = 35s},
     "failed",
     36,
     46.1},
    {"a slow server, by when the polls begin",
     {{0, after(3s, job_reply("failed"))}},
     {.settle = 35s},
     "failed",
     41,
     49.1},
    {"the deadline would pass first",
     {{0, "active"}, {30, "failed"}},
     {.timeout = 50s, .settle = 35s},
     "failed",
     49,
     50},
    {"the deadline, and the server has gone",
     {{0, "failed"}, {20, refused}},
     {.timeout = 30s, .settle = 35s},
     "failed",
     29,
     30},
    {"the deadline, and a poll that hangs",
     {{0, "failed"}, {3, after(cojob::no_timeout, reply(200, ""))}},
     {.timeout = 20s, .settle = 35s},
     "failed",
     20,
     20.1},
    {"an odd answer in between, which tells nothing",
     {{0, "failed"}, {10, missing}, {25, "failed"}},
     {.settle = 35s},
     "failed",
     35,
     45.1},
    {"odd answers until nobody believes in a slip",
     {{0, "failed"}, {4, missing}},
     {.settle = 2min},
     "failed",
     35,
     55.1},
    {"HTML as well", {{0, "failed"}, {4, reply(200, "<html>")}}, {.settle = 2min}, "failed", 35, 55.1},
    {"a key that is not accepted any more", {{0, "failed"}, {4, reply(401, "")}}, {.settle = 35s}, "failed", 5, 6},
    {"nothing that this key may see", {{0, "failed"}, {4, reply(403, "")}}, {.settle = 35s}, "failed", 5, 6},
    {"gone", {{0, "failed"}, {4, reply(410, "")}}, {.settle = 35s}, "failed", 5, 6},
    {"a server that wants to be left alone for longer than there is time",
     {{0, "failed"}, {4, reply(503, "", {{"Retry-After", "7200"}})}},
     {.settle = 35s},
     "failed",
     5,
     6},
    {"a server that has gone, without a deadline",
     {{0, "failed"}, {4, refused}},
     {.timeout = cojob::no_timeout, .settle = 1h},
     "failed",
     605,
     616},
    {"time for one poll only", {{0, "failed"}}, {.timeout = 100ms, .settle = 35s}, "failed", 0.07, 0.2},
};

struct unsettled_row {
    const char* what;
    life polled;
    wait_options options;
    errc expected;
    std::string status;
};

const std::vector<unsettled_row> unsettled_rows{
    {"taken back when the deadline comes",
     {{0, "failed"}, {20, "active"}},
     {.timeout = 30s, .settle = 35s},
     errc::wait_timeout,
     "active"},
};

} // namespace settle_tests

BOOST_AUTO_TEST_SUITE(an_end_that_has_to_settle)

using namespace settle_tests;

BOOST_AUTO_TEST_CASE(counts_when_a_poll_that_much_later_agrees)
{
    for (const auto& row : settled_rows) {
        BOOST_TEST_CONTEXT(row.what)
        {
            job_bench b(row.polled);
            auto waiting = b.start(wait_for_job(b.host.agent, "job_1", row.options));
            const auto took = b.host.until_done(waiting);
            BOOST_TEST(waiting.code() == cojob::error_code());
            BOOST_TEST(waiting.get().value().status_text == row.status);
            BOOST_TEST(took >= row.at_least);
            BOOST_TEST(took <= row.at_most);
            BOOST_TEST(b.is_idle());
        }
    }
}

BOOST_AUTO_TEST_CASE(is_none_when_it_does_not_stand)
{
    for (const auto& row : unsettled_rows) {
        BOOST_TEST_CONTEXT(row.what)
        {
            job_bench b(row.polled);
            auto waiting = b.start(wait_for_job(b.host.agent, "job_1", row.options));
            b.host.until_done(waiting);
            BOOST_TEST(waiting.code() == row.expected);
            BOOST_TEST(waiting.error().job_status == row.status);
        }
    }
}

BOOST_AUTO_TEST_CASE(keeps_to_the_schedule_until_then)
{
    job_bench b({{0, "failed"}});
    auto waiting = b.start(wait_for_job(b.host.agent, "job_1", {.settle = 35s}));
    b.host.until_done(waiting);
    const auto& asked = b.script.asked();
    BOOST_TEST(asked.back() >= 35.0);
    BOOST_TEST(asked.back() <= 40.1);
    BOOST_TEST(asked.size() >= 5U);
    BOOST_TEST(asked.size() <= 9U);
    for (std::size_t i = 1; i < asked.size(); ++i)
        BOOST_TEST(asked[i] - asked[i - 1] >= 5.0);
}

BOOST_AUTO_TEST_CASE(is_not_the_end_from_before_a_message)
{
    const struct {
        const char* what;
        life polled;
        wait_options options;
        cojob::error_code expected;
        double at_least, at_most;
    } rows[] = {
        {"seen once only", {{0, "completed"}}, {.timeout = 8s, .settle = 35s}, errc::wait_timeout, 7, 8},
        {"twice, and then it has to settle", {{0, "completed"}}, {.settle = 35s}, {}, 45, 51.1},
        {"twice, and the deadline comes", {{0, "completed"}}, {.timeout = 20s, .settle = 35s}, {}, 19, 20},
        {"and the new one has to settle",
         {{0, "completed"}, {8, "active"}, {30, "failed"}},
         {.settle = 35s},
         {},
         65,
         80.1},
    };
    for (const auto& row : rows) {
        BOOST_TEST_CONTEXT(row.what)
        {
            job_bench b(row.polled);
            auto waiting = b.start(wait_tests::message_and_wait(b.host.agent, row.options));
            const auto took = b.host.until_done(waiting);
            BOOST_TEST(waiting.code() == row.expected);
            BOOST_TEST(took >= row.at_least);
            BOOST_TEST(took <= row.at_most);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
