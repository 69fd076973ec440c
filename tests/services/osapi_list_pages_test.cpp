// Waiting for more jobs of OSAPI than a page of its list holds.
#include "support/live_jobs.hpp"

#include <cojob/job/many.hpp>
#include <cojob/job/wait.hpp>
#include <cojob/osapi/jobs.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace osapi_list_pages_tests {

using namespace std::chrono_literals;
using cojob::wait_for_all;
using tests::ids_of;
using tests::live_bench;
using tests::many;
using tests::status_steps;

const status_steps unfinished{{0, "processing"}, {3600, "completed"}};

/// Runs `wait_for_all` of the jobs whose ids begin with that for so long; all are running then. Returns the number of
/// lists and of polls.
std::pair<std::size_t, std::size_t> requests_in(live_bench& b, cojob::duration time, const std::string& prefix = "job-")
{
    std::vector<std::string> ids;
    for (const auto& id : ids_of(b.lives))
        if (id.starts_with(prefix))
            ids.push_back(id);
    auto s = b.start(wait_for_all(b.service, ids));
    b.clock->advance(time);
    BOOST_TEST(!s.is_done());
    const auto lists = b.asked["list"].size() + b.asked["submitted"].size(), all = b.sent().size();
    s.cancel();
    b.clock->settle();
    BOOST_TEST(s.is_done());
    return {lists, all - lists};
}

} // namespace osapi_list_pages_tests

BOOST_AUTO_TEST_SUITE(pages_of_unfinished_jobs)

using namespace osapi_list_pages_tests;

BOOST_AUTO_TEST_CASE(cost_a_request_for_a_hundred_jobs)
{
    for (const std::size_t jobs : {99U, 100U, 101U, 1'000U, 10'000U}) {
        live_bench b(many(jobs, unfinished));
        const auto [lists, polls] = requests_in(b, 0s); // all are polled at once
        BOOST_TEST(lists == (jobs + 99) / 100);
        BOOST_TEST(polls == 0U);
    }
}

BOOST_AUTO_TEST_CASE(cost_one_poll_for_each_end_besides)
{
    auto lives = many(1'000, unfinished);
    for (std::size_t i = 0; i < 30; ++i)
        lives["job-" + std::to_string(33 * i)] = {{0, "completed"}};
    live_bench b(lives);
    const auto [lists, polls] = requests_in(b, 0s);
    BOOST_TEST(lists == 10U);
    BOOST_TEST(polls == 30U);
}

BOOST_AUTO_TEST_CASE(are_read_while_they_are_no_more_than_a_third_of_the_jobs)
{
    const struct {
        std::size_t waiting, others, lists, polls;
    } rows[] = {{30, 970, 10, 0}, // ten pages for thirty jobs
                {29, 971, 1, 29}, // the first has none of them
                {3, 97, 1, 0},    // one page in any case
                {3, 98, 1, 1},    // a second one does not pay
                {6, 194, 2, 0}};
    for (const auto& row : rows) {
        auto lives = many(row.waiting, unfinished);
        for (std::size_t i = 0; i < row.others; ++i)
            lives["a-" + std::to_string(i)] = unfinished; // before them in the list
        live_bench b(lives);
        const auto [lists, polls] = requests_in(b, 0s);
        BOOST_TEST(lists == row.lists);
        BOOST_TEST(polls == row.polls);
    }
}

BOOST_AUTO_TEST_CASE(are_counted_together_for_queued_and_running_jobs)
{
    auto lives = many(300, unfinished);
    for (std::size_t i = 0; i < 150; ++i)
        lives["job-" + std::to_string(i)] = {{0, "submitted"}, {3600, "completed"}};
    live_bench b(lives);
    const auto [lists, polls] = requests_in(b, 1s);
    // A round without queued jobs, whose polls find them; then four pages a round, and no poll.
    BOOST_TEST(polls == 150U);
    BOOST_TEST(b.asked["submitted"].size() >= 2U);
    BOOST_TEST(lists == 2 + 2 * b.asked["submitted"].size());
}

BOOST_AUTO_TEST_CASE(that_are_shorter_than_asked_for_lose_no_job)
{
    live_bench b(many(230, unfinished));
    b.page_size = 50;
    const auto [lists, polls] = requests_in(b, 0s);
    BOOST_TEST(lists == 5U);
    BOOST_TEST(polls == 0U);
}

BOOST_AUTO_TEST_CASE(lose_no_job_that_moves_between_them_and_end_none)
{
    live_bench b(many(250, unfinished));
    b.before_page = [&](std::size_t offset) { // forty jobs of the first page end: those behind them move up
        if (offset == 100)
            for (std::size_t i = 0; i < 40; ++i)
                b.lives["job-" + std::to_string(100 + i)] = {{0, "completed"}};
    };
    auto s = b.start(wait_for_all(b.service, ids_of(b.lives)));
    const auto moved = b.sent().size() - b.asked["list"].size();
    BOOST_TEST(b.asked["list"].size() == 3U);
    BOOST_TEST(moved == 40U); // polled once each, running
    for (const auto& [id, times] : b.asked)
        BOOST_TEST((id == "list" || times.size() == 1U));
    b.clock->advance(20s);
    BOOST_TEST(!s.is_done());
    b.clock->advance(3600s);
    BOOST_REQUIRE(s.is_done());
}

BOOST_AUTO_TEST_CASE(count_as_far_as_they_were_read_when_a_later_one_fails_in_passing)
{
    live_bench b(many(300, unfinished));
    b.failing_offset = 200;
    BOOST_TEST((requests_in(b, 0s) == std::pair<std::size_t, std::size_t>(3, 100)));
    live_bench denied(many(300, unfinished));
    denied.failing_offset = 200;
    denied.page_failure = {403, ""};
    BOOST_TEST((requests_in(denied, 0s) == std::pair<std::size_t, std::size_t>(3, 300))); // no list any more
}

BOOST_AUTO_TEST_CASE(are_followed_by_no_burst_of_polls_when_a_later_one_asks_to_wait)
{
    live_bench b(many(300, unfinished));
    b.failing_offset = 100;
    b.page_failure = {503, "", {{"Retry-After", "120"}}};
    BOOST_TEST((requests_in(b, 2s) == std::pair<std::size_t, std::size_t>(2, 0)));
}

BOOST_AUTO_TEST_CASE(that_show_none_of_the_jobs_twice_in_a_row_are_left_out_for_a_minute)
{
    auto lives = many(29, unfinished);
    for (std::size_t i = 0; i < 971; ++i)
        lives["a-" + std::to_string(i)] = unfinished; // before them in the list
    live_bench b(lives);
    const auto [lists, polls] = requests_in(b, 50s);
    BOOST_TEST(lists == 2U);
    BOOST_TEST(polls > 100U);
}

BOOST_AUTO_TEST_CASE(that_take_longer_than_a_new_wait_may_last_do_not_keep_it_from_its_poll)
{
    live_bench b(many(1'000, unfinished));
    b.page_takes = 400ms;
    auto all = b.start(wait_for_all(b.service, ids_of(b.lives)));
    b.clock->advance(10s); // a list has been read, and the next one is
    b.lives["late"] = {{0, "completed"}};
    auto s = b.start(cojob::wait_for_job(b.service, "late", {.timeout = 3s}));
    b.clock->advance(2s);
    BOOST_TEST(s.is_done());
    BOOST_TEST(s.get().has_value());
    all.cancel();
    b.clock->settle();
}

BOOST_AUTO_TEST_CASE(that_end_with_a_429_pause_all_polls)
{
    live_bench b(many(300, unfinished));
    b.failing_offset = 100;
    b.page_failure = {429, ""};
    BOOST_TEST((requests_in(b, 30s) == std::pair<std::size_t, std::size_t>(2, 0)));
}

BOOST_AUTO_TEST_CASE(are_read_for_five_seconds)
{
    live_bench b(many(1'000, unfinished));
    b.page_takes = 1s;
    auto s = b.start(wait_for_all(b.service, ids_of(b.lives)));
    b.clock->advance(5s); // then the jobs of the other five pages are polled
    BOOST_TEST(b.asked["list"].size() == 5U);
    b.clock->advance(400ms);
    BOOST_TEST(b.sent().size() - b.asked["list"].size() == 500U);
    s.cancel();
    b.clock->settle();
}

BOOST_AUTO_TEST_CASE(that_are_slower_than_single_polls_are_left_out)
{
    live_bench b(many(30, unfinished));
    b.page_size = 3;
    b.page_takes = 1s;
    auto s = b.start(wait_for_all(b.service, ids_of(b.lives)));
    b.clock->advance(50s);
    BOOST_TEST(b.asked["list"].size() <=
               20U); // two of them: after the first, one job is polled by itself, to compare with
    BOOST_TEST(b.sent().size() > 200U);
    s.cancel();
    b.clock->settle();
}

BOOST_AUTO_TEST_SUITE_END()
