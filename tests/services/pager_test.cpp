#include "support/paged_jobs.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(a_pager)

using namespace pager_tests;

BOOST_AUTO_TEST_CASE(gives_every_job_of_a_list_that_stands_still_once_and_in_order)
{
    for (const unsigned jobs : {0U, 1U, 10U, 99U, 100U, 101U, 189U, 190U, 191U, 200U, 1000U, 2537U})
        BOOST_TEST_CONTEXT(jobs)
        {
            list_bench b(jobs);
            BOOST_CHECK(b.read() == b.all());
            BOOST_TEST(b.sent().size() <= 1 + jobs / 90);
        }
}

BOOST_AUTO_TEST_CASE(reads_no_page_before_it_is_wanted)
{
    list_bench b(150);
    auto pages = b.service.all_jobs();
    BOOST_TEST(b.sent().empty());
    for (int i = 0; i < 100; ++i)
        BOOST_TEST(b.start(pages.next()).get().value()->id == name_of(static_cast<unsigned>(i)));
    BOOST_TEST(b.sent().size() == 1U);
    BOOST_TEST(b.start(pages.next()).get().value()->id == name_of(100));
    BOOST_TEST(b.sent().size() == 2U);
    BOOST_TEST(b.sent()[1].target == "/api/job?limit=100&offset=90");
}

BOOST_AUTO_TEST_CASE(is_over_for_good)
{
    list_bench b(3);
    auto pages = b.service.all_jobs();
    BOOST_TEST(b.read(pages).size() == 3U);
    b.ids.insert("late");
    for (int i = 0; i < 3; ++i)
        BOOST_TEST(!b.start(pages.next()).get().value().has_value());
    BOOST_TEST(b.sent().size() == 1U);
}

BOOST_AUTO_TEST_CASE(begins_where_the_query_says_and_keeps_its_filter)
{
    list_bench b(250);
    const auto seen = b.read(b.service.all_jobs({.status = job_status::failed, .offset = 30}));
    BOOST_TEST(seen.size() == 220U);
    BOOST_TEST(b.sent()[0].target == "/api/job?status=failed&limit=100&offset=30");
    BOOST_TEST(b.sent()[1].target == "/api/job?status=failed&limit=100&offset=120");
    BOOST_TEST(b.sent().size() == 3U);
    BOOST_TEST(b.read(b.service.all_jobs({.offset = 250})).empty());
    BOOST_TEST(b.read(b.service.all_jobs({.offset = 2147483647})).empty());
}

BOOST_AUTO_TEST_CASE(has_pages_of_the_size_it_is_given)
{
    list_bench b(30);
    BOOST_CHECK(b.read(b.service.all_jobs({.limit = 12})) == b.all());
    BOOST_TEST(b.sent()[0].target == "/api/job?limit=12&offset=0");
    BOOST_TEST(b.sent()[1].target == "/api/job?limit=12&offset=11");
    BOOST_TEST(b.sent().size() == 3U);
}

BOOST_AUTO_TEST_CASE(goes_on_after_a_page_that_is_shorter_than_it_asked_for)
{
    for (const std::size_t most : {99U, 50U, 33U, 10U, 9U, 2U, 1U})
        BOOST_TEST_CONTEXT("the server gives " << most)
        {
            list_bench b(250);
            b.most = most;
            BOOST_CHECK(b.read() == b.all());
            BOOST_TEST(b.sent().size() <= 2 * 250 / most + 4);
        }
}

BOOST_AUTO_TEST_CASE(misses_none_that_stays_when_jobs_vanish)
{
    for (const unsigned vanished : {1U, 9U, 10U, 11U, 50U, 89U, 90U, 100U, 101U, 250U, 500U})
        for (const std::size_t before_page : {1U, 3U, 6U})
            BOOST_TEST_CONTEXT(vanished << " before page " << before_page)
            {
                list_bench b(800);
                b.between = [&](std::size_t page) {
                    if (page == before_page)
                        b.remove(0, vanished);
                };
                check_once(b.read(), b.ids);
            }
    list_bench b(400);
    b.between = [&](std::size_t page) {
        if (page == 2)
            b.ids.clear();
    };
    BOOST_TEST(b.read().size() == 190U);
}

BOOST_AUTO_TEST_CASE(misses_none_when_more_vanish_while_it_goes_back)
{
    list_bench b(1500);
    b.between = [&](std::size_t page) {
        if (page == 9)
            b.remove(0, 300);
        if (page >= 10 && page < 20)
            b.remove(300 + 15 * (static_cast<unsigned>(page) - 10), 300 + 15 * (static_cast<unsigned>(page) - 9));
    };
    check_once(b.read(), b.ids);
}

BOOST_AUTO_TEST_CASE(gives_none_twice_when_jobs_come)
{
    for (const unsigned come : {1U, 10U, 95U, 100U, 150U, 1000U})
        BOOST_TEST_CONTEXT(come)
        {
            list_bench b(300);
            const auto before = b.ids;
            b.between = [&](std::size_t page) {
                for (unsigned n = 0; page == 2 && n < come; ++n)
                    b.ids.insert("a" + name_of(n)); // before all others
            };
            check_once(b.read(), before);
        }
}

BOOST_AUTO_TEST_CASE(misses_none_that_stays_whatever_comes_and_goes)
{
    for (unsigned seed = 0; seed < 60; ++seed)
        BOOST_TEST_CONTEXT("seed " << seed)
        {
            list_bench b(600);
            std::mt19937 engine(seed);
            const auto random = [&](unsigned below) { return static_cast<unsigned>(engine() % below); };
            std::set<std::string> stays = b.ids;
            b.between = [&](std::size_t page) {
                if (page == 0 || page > 12)
                    return;
                for (unsigned n = random(40); n > 0; --n) {
                    const auto gone = name_of(random(600));
                    b.ids.erase(gone);
                    stays.erase(gone);
                }
                for (unsigned n = random(40); n > 0; --n)
                    b.ids.insert(name_of(random(600)) + "x" + std::to_string(page));
            };
            check_once(b.read(), stays);
        }
}

BOOST_AUTO_TEST_SUITE_END()
