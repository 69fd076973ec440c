// A list request may take seconds. A wait whose time is up before gets a poll of its own.
#include "support/list_bench.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <list>
#include <string>

namespace slow_list_tests {

using namespace std::chrono_literals;
using cojob::errc;
using tests::list_bench;
using tests::make_ids;
using partial = tests::work_api<false>;

/// A wait that begins now.
tests::started<tests::work> wait(list_bench& s, const std::string& id, cojob::duration timeout)
{
    tests::started<tests::work> begun(s.bench.client.get_executor(),
                                      cojob::wait_for_job(partial(s.bench.client), id, {.timeout = timeout}));
    s.bench.clock->settle();
    return begun;
}

} // namespace slow_list_tests

BOOST_AUTO_TEST_SUITE(a_slow_list)

using namespace slow_list_tests;

BOOST_AUTO_TEST_CASE(keeps_no_wait_that_begins_meanwhile_from_its_last_poll)
{
    list_bench s(4);
    s.server.list_takes = 5s;
    auto all = s.wait_for_each<partial>(make_ids(3));
    s.bench.clock->advance(1s);
    const auto brief = wait(s, "job_3", 3s);
    BOOST_TEST(s.gets() == 0U); // the next list would do
    s.bench.clock->advance(3s);
    BOOST_TEST(s.lists() == 1U);
    BOOST_TEST(s.bench.times_of("job_3").size() == 1U);
    BOOST_TEST((brief.code() == errc::wait_timeout));
    BOOST_TEST(brief.error().job_status == "running");
    s.cancel(all);
}

BOOST_AUTO_TEST_CASE(is_not_the_last_poll_of_a_wait_that_ends_before_it)
{
    list_bench s(4);
    s.server.list_takes = 2s;
    auto all = s.wait_for_each<partial>(make_ids(3));
    const auto brief = wait(s, "job_3", 7s); // with all others in the next list
    s.bench.clock->advance(4s);
    s.server.status["job_3"] = "done";
    s.bench.clock->advance(3s);
    BOOST_TEST(brief.is_done());
    BOOST_TEST(brief.code() == cojob::error_code());
    s.cancel(all);
}

BOOST_AUTO_TEST_CASE(is_tried_again_after_a_minute_although_every_wait_is_shorter_than_it_was)
{
    list_bench s(4);
    s.server.list_takes = 20s;
    auto all = s.wait_for_each<partial>(make_ids(3));
    s.bench.clock->advance(25s);
    const auto tried = s.lists();
    BOOST_TEST(tried > 0U);
    s.server.list_takes = 0s;
    std::list<tests::started<tests::work>> begun;
    const auto begin_three = [&] {
        for (const auto& id : make_ids(3))
            begun.emplace_back(s.bench.client.get_executor(),
                               cojob::wait_for_job(partial(s.bench.client), id, {.timeout = 15s}));
        s.bench.clock->advance(10s);
    };
    begin_three();
    for (auto& wait : all)
        wait.cancel();
    for (int i = 0; i < 8; ++i)
        begin_three();
    BOOST_TEST(s.lists() > tried);
    s.bench.clock->advance(15s);
    s.cancel(all);
}

BOOST_AUTO_TEST_SUITE_END()
