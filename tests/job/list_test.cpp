// Where an API can list unfinished jobs, one list stands for the polls of many.
#include "support/list_bench.hpp"

#include <cojob/job/watch.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace list_tests {

using namespace std::chrono_literals;
using cojob::errc;
using tests::list_bench;
using tests::make_ids;
using tests::poll_bench;
using partial = tests::work_api<false>;
using whole = tests::work_api<true>;

/// Its list fails as behind a proxy that refuses the password.
class refused_api : public partial {
  public:
    using partial::partial;

    [[nodiscard]] refused_api with(cojob::client c) const { return refused_api(std::move(c)); }
    [[nodiscard]] static boost::asio::awaitable<std::vector<tests::work>> list_unfinished()
    {
        cojob::error_info refused(errc::proxy_failed, "refused");
        refused.is_final = true;
        throw cojob::api_error(refused);
        co_return std::vector<tests::work>();
    }
};

} // namespace list_tests

BOOST_AUTO_TEST_SUITE(a_list_of_unfinished_jobs)

using namespace list_tests;

BOOST_AUTO_TEST_CASE(serves_a_tick_from_three_jobs_on)
{
    for (const std::size_t jobs : {1U, 2U, 3U, 20U}) {
        list_bench s(jobs);
        auto all = s.wait_for_each<partial>(make_ids(jobs));
        s.bench.clock->advance(1min);
        BOOST_TEST(s.gets() == (jobs < 3 ? s.bench.polls.size() : 0U));
        BOOST_TEST((s.lists() != 0) == (jobs >= 3));
        const auto times = s.bench.times_of("list");
        for (std::size_t i = 1; i < times.size(); ++i)
            BOOST_TEST(times[i] - times[i - 1] >= 5.0 - 1e-9);
        s.cancel(all);
    }
}

BOOST_AUTO_TEST_CASE(costs_little_more_than_one_wait)
{
    std::size_t alone = 0;
    for (const std::size_t jobs : {1U, 50U}) {
        list_bench s(jobs);
        auto all = s.wait_for_each<partial>(make_ids(jobs));
        s.bench.clock->advance(20min);
        for (auto& [id, status] : s.server.status)
            status = "done";
        s.bench.clock->advance(11s);
        for (const auto& w : all)
            BOOST_TEST(w.get().value().result == "result");
        if (jobs == 1)
            alone = s.bench.polls.size();
        BOOST_TEST_MESSAGE(jobs << " waits: " << s.lists() << " lists, " << s.gets() << " polls");
        BOOST_TEST(static_cast<double>(s.bench.polls.size()) <= 1.3 * static_cast<double>(alone) + 50);
    }
}

BOOST_AUTO_TEST_CASE(tells_of_an_end_by_itself_only_when_its_items_are_whole)
{
    for (const bool is_whole : {false, true}) {
        list_bench s(4, is_whole);
        auto all = is_whole ? s.wait_for_each<whole>(make_ids(4)) : s.wait_for_each<partial>(make_ids(4));
        s.server.status["job_2"] = "done";
        s.bench.clock->advance(10s);
        BOOST_REQUIRE(all[2].is_done());
        BOOST_TEST(all[2].get().value().result == "result");
        BOOST_TEST(s.bench.times_of("job_2").size() == (is_whole ? 0U : 1U));
        BOOST_TEST(s.gets() == (is_whole ? 0U : 1U));
        BOOST_TEST(!all[1].is_done());
        s.cancel(all);
    }
}

BOOST_AUTO_TEST_CASE(that_shows_an_end_without_its_result_does_not_count)
{
    list_bench s(3, true); // a server that lists ends, to an API that knows that items lack something
    auto all = s.wait_for_each<partial>(make_ids(3));
    s.server.status["job_1"] = "done";
    s.bench.clock->advance(10s);
    BOOST_TEST(all[1].get().value().result == "result");
    BOOST_TEST(s.bench.times_of("job_1").size() == 1U);
    s.cancel(all);
}

BOOST_AUTO_TEST_CASE(does_not_tell_of_a_mistyped_id_which_ends_its_own_wait)
{
    for (const bool is_whole : {false, true}) {
        list_bench s(3, is_whole);
        std::vector<std::string> ids = make_ids(3);
        ids.emplace_back("mistyped");
        auto all = is_whole ? s.wait_for_each<whole>(ids) : s.wait_for_each<partial>(ids);
        BOOST_TEST(all.back().code() == errc::not_found);
        BOOST_TEST(all.back().error().job_id == "mistyped");
        s.bench.clock->advance(1min);
        for (std::size_t i = 0; i < 3; ++i)
            BOOST_TEST(!all[i].is_done());
        BOOST_TEST(s.gets() == 1U);
        s.cancel(all);
    }
}

BOOST_AUTO_TEST_CASE(that_fails_for_good_is_not_asked_for_again_and_one_that_fails_in_passing_is)
{
    const struct {
        const char* what;
        poll_bench::reply failure;
        bool passes;
    } rows[] = {{"401", {401, "", {}}, false},
                {"403", {403, "", {}}, false},
                {"404", {404, "", {}}, false},
                {"501", {501, "", {}}, false},
                {"invalid_response", {200, "nonsense", {}}, false},
                {"500", {500, "", {}}, true},
                {"503", {503, "", {{"Retry-After", "7"}}}, true},
                {"lost", {errc::connection_lost, cojob::phase::receiving}, true},
                {"429", {429, "", {}}, true}};
    for (const auto& row : rows) {
        BOOST_TEST_CONTEXT(row.what)
        {
            list_bench s(5);
            s.server.list_failures = {row.failure};
            auto all = s.wait_for_each<partial>(make_ids(5));
            BOOST_TEST(s.gets() == (row.passes ? 0U : 5U)); // at once
            s.bench.clock->advance(1min);
            BOOST_TEST((s.lists() > 1) == row.passes);
            BOOST_TEST((s.gets() > 20) == !row.passes);
            for (const auto& w : all)
                BOOST_TEST(!w.is_done());
            s.cancel(all);
        }
    }
}

BOOST_AUTO_TEST_CASE(whose_failure_must_not_be_repeated_ends_the_waits)
{
    list_bench s(3);
    const auto all = s.wait_for_each<refused_api>(make_ids(3));
    for (const auto& w : all)
        BOOST_TEST(w.code() == errc::proxy_failed);
    BOOST_TEST(s.bench.polls.size() == 0U);
}

BOOST_AUTO_TEST_CASE(that_fails_twice_in_a_row_is_done_without)
{
    list_bench s(5);
    s.server.list_failures = {{500, "", {}}};
    s.server.fails = true;
    auto all = s.wait_for_each<partial>(make_ids(5));
    s.bench.clock->advance(5min); // more than a server has that answers nothing
    BOOST_TEST(s.lists() == 2U);
    BOOST_TEST(s.gets() > 100U);
    for (const auto& w : all)
        BOOST_TEST(!w.is_done());
    s.cancel(all);
}

BOOST_AUTO_TEST_CASE(serves_a_watch_only_when_its_items_are_whole)
{
    for (const bool is_whole : {false, true}) {
        list_bench s(4, is_whole);
        auto all = is_whole ? s.wait_for_each<whole>(make_ids(4)) : s.wait_for_each<partial>(make_ids(4));
        auto of_whole = cojob::watch_job(whole(s.bench.client), "job_1");
        auto of_partial = cojob::watch_job(partial(s.bench.client), "job_1");
        const auto next = [&] { return is_whole ? of_whole.next() : of_partial.next(); };
        auto first = s.bench.start(next());
        s.bench.clock->advance(6s);
        BOOST_TEST(first.get().value()->status == "running");
        auto second = s.bench.start(next());
        s.bench.clock->advance(1min);
        BOOST_TEST(!second.is_done());
        BOOST_TEST((s.bench.times_of("job_1").size() >= 6) == !is_whole);
        s.server.status["job_1"] = "done";
        s.bench.clock->advance(10s);
        BOOST_TEST(second.get().value()->result == "result");
        s.cancel(all);
    }
}

BOOST_AUTO_TEST_CASE(leaves_a_job_alone_that_its_server_wants_left_alone)
{
    list_bench s(4);
    bool is_told = false;
    s.bench.script = [&](const std::string& id, std::size_t before) -> poll_bench::reply {
        if (id == "job_0" && !std::exchange(is_told, true))
            return {503, "", {{"Retry-After", "60"}}};
        return s.server.answer(id, before);
    };
    auto all = s.wait_for_each<partial>(make_ids(4));
    s.server.status["job_0"] = "done"; // it leaves the list
    s.bench.clock->advance(2min);
    const auto times = s.bench.times_of("job_0");
    BOOST_REQUIRE(times.size() == 2U);
    BOOST_TEST(times[1] - times[0] >= 60.0 - 1e-6);
    BOOST_TEST(all[0].get().value().result == "result");
    s.cancel(all);
}

BOOST_AUTO_TEST_CASE(that_is_slower_than_single_polls_is_left_out_for_a_minute)
{
    list_bench s(4);
    s.server.list_takes = 4s;
    auto all = s.wait_for_each<partial>(make_ids(4));
    s.bench.clock->advance(59s);
    BOOST_TEST(s.lists() == 2U); // after the first, one job is polled by itself, to compare with
    BOOST_TEST(s.gets() > 12U);
    s.bench.clock->advance(40s);
    BOOST_TEST(s.lists() == 3U);
    s.server.list_takes = 1s; // the next one is fast: all that follow are lists
    s.bench.clock->advance(60s);
    const auto before = s.gets();
    s.bench.clock->advance(3min);
    BOOST_TEST(s.gets() == before);
    BOOST_TEST(s.lists() > 15U);
    s.cancel(all);
}

BOOST_AUTO_TEST_CASE(that_is_slow_but_faster_than_as_many_single_polls_is_used)
{
    list_bench s(20);
    s.server.list_takes = 4s;
    s.server.get_takes = 1s; // four at once: 5 s for all
    auto all = s.wait_for_each<partial>(make_ids(20));
    s.bench.clock->advance(3min);
    BOOST_TEST(s.lists() > 10U);
    BOOST_TEST(s.gets() == 1U);
    s.cancel(all);
}

BOOST_AUTO_TEST_CASE(that_was_given_up_leaves_nobody_waiting_who_came_meanwhile)
{
    list_bench s(4);
    s.server.list_takes = 3s;
    auto all = s.wait_for_each<partial>(make_ids(3));
    s.bench.clock->advance(1s);
    auto late = s.wait_for_each<partial>({"job_3"});
    s.bench.clock->advance(1s);
    for (auto& w : all)
        w.cancel();
    s.bench.clock->advance(10s);
    BOOST_TEST(s.lists() == 1U);
    BOOST_TEST(s.bench.times_of("job_3").size() >= 1U);
    s.cancel(late);
}

BOOST_AUTO_TEST_SUITE_END()
