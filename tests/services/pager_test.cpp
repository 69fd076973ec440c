// A list that is read page by page while it changes: the pager of osapi::jobs::all_jobs.
#include "support/scripted_jobs.hpp"

#include <cojob/job/page.hpp>
#include <cojob/osapi/jobs.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace pager_tests {

using cojob::errc;
using cojob::osapi::job;
using cojob::osapi::job_status;
using cojob::osapi::list_query;
using reply = cojob::testing::scripted_reply;

std::string name_of(unsigned n)
{
    return "j" + std::to_string(100000 + n);
}

/// A server's list, in the order of ids; what happens between two pages is up to the test.
class list_bench : public tests::scripted_jobs {
  public:
    explicit list_bench(unsigned jobs = 0) : scripted_jobs([this](const cojob::http::request& r) { return answer(r); })
    {
        for (unsigned n = 0; n < jobs; ++n)
            ids.insert(name_of(n));
    }

    std::set<std::string> ids;
    std::set<std::string> unreadable;                         ///< counted, and on no page
    std::function<void(std::size_t page)> between;            ///< called before each page, counted from 0
    std::function<std::optional<reply>(std::size_t)> instead; ///< of a page, where there is something
    std::optional<std::int64_t> total;                        ///< what it claims, if that is not so
    bool ignores_offset = false;

    void remove(unsigned from, unsigned to)
    {
        for (auto n = from; n < to; ++n)
            ids.erase(name_of(n));
    }

    /// All that is left of the stream.
    std::vector<std::string> read(cojob::pager<job> pages)
    {
        std::vector<std::string> seen;
        for (;;) {
            const auto next = start(pages.next());
            BOOST_REQUIRE(!next.code());
            if (!*next.get())
                return seen;
            seen.push_back((*next.get())->id);
        }
    }
    std::vector<std::string> read() { return read(service.all_jobs()); }

    [[nodiscard]] std::vector<std::string> all() const { return {ids.begin(), ids.end()}; }

  private:
    reply answer(const cojob::http::request& r)
    {
        const auto page = sent().size() - 1;
        BOOST_REQUIRE(page < 1000); // else it goes on for ever
        if (between)
            between(page);
        if (auto other = instead ? instead(page) : std::nullopt)
            return *other;
        BOOST_TEST(r.target.find("limit=100&") != r.target.npos);
        const auto offset = std::stoul(r.target.substr(r.target.rfind('=') + 1));
        std::vector<std::string> items;
        std::size_t place = 0;
        for (const auto& id : ids) {
            if ((place >= offset || ignores_offset) && (place < offset + 100 || ignores_offset) && items.size() < 100 &&
                !unreadable.contains(id))
                items.push_back(tests::osapi_job_json(id, "completed"));
            ++place;
        }
        return {200, tests::osapi_page_json(items, total ? static_cast<std::size_t>(*total) : ids.size())};
    }
};

void check_once(const std::vector<std::string>& seen, const std::set<std::string>& expected)
{
    std::map<std::string, int> times;
    for (const auto& id : seen)
        ++times[id];
    for (const auto& [id, n] : times)
        if (n != 1)
            BOOST_ERROR(id << " came " << n << " times");
    for (const auto& id : expected)
        if (!times.contains(id))
            BOOST_ERROR(id << " was missed");
}

} // namespace pager_tests

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
    const auto seen = b.read(b.service.all_jobs({.status = job_status::failed, .limit = 7, .offset = 30}));
    BOOST_TEST(seen.size() == 220U);
    BOOST_TEST(b.sent()[0].target == "/api/job?status=failed&limit=100&offset=30");
    BOOST_TEST(b.sent()[1].target == "/api/job?status=failed&limit=100&offset=120");
    BOOST_TEST(b.sent().size() == 3U);
    BOOST_TEST(b.read(b.service.all_jobs({.offset = 250})).empty());
    BOOST_TEST(b.read(b.service.all_jobs({.offset = 2147483647})).empty());
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

BOOST_AUTO_TEST_CASE(is_not_over_when_a_page_has_fewer_jobs_than_places)
{
    list_bench b(350); // jobs that vanish while the server makes the page: counted, and not shown
    for (const unsigned n : {3U, 50U, 120U, 121U, 300U, 349U})
        b.unreadable.insert(name_of(n));
    auto readable = b.ids;
    for (const auto& id : b.unreadable)
        readable.erase(id);
    check_once(b.read(), readable);
    BOOST_TEST(b.sent().size() == 4U);
}

BOOST_AUTO_TEST_CASE(comes_to_an_end_when_a_whole_stretch_cannot_be_read)
{
    for (const auto& [from, to] :
         std::vector<std::pair<unsigned, unsigned>>{{90, 100}, {85, 115}, {0, 100}, {180, 400}, {0, 700}, {690, 700}})
        BOOST_TEST_CONTEXT(from << " to " << to)
        {
            list_bench b(700);
            auto readable = b.ids;
            for (auto n = from; n < to; ++n) {
                b.unreadable.insert(name_of(n));
                readable.erase(name_of(n));
            }
            check_once(b.read(), readable);
            BOOST_TEST(b.sent().size() <= 40U);
        }
}

BOOST_AUTO_TEST_CASE(comes_to_an_end_on_a_server_that_does_not_count_right)
{
    list_bench ignoring(100);
    ignoring.total = 1000;
    ignoring.ignores_offset = true;
    BOOST_TEST(ignoring.read().size() == 100U);
    for (const std::int64_t total : {std::int64_t{0}, std::int64_t{-1}}) {
        list_bench b;
        b.instead = [&](std::size_t) {
            return reply(200, R"({"items":[],"status_counts":null,"total_items":)" + std::to_string(total) + "}");
        };
        BOOST_TEST(b.read().empty());
    }
}

BOOST_AUTO_TEST_CASE(takes_more_than_it_asked_for)
{
    list_bench b;
    std::vector<std::string> items;
    for (unsigned n = 0; n < 350; ++n) {
        items.push_back(tests::osapi_job_json(name_of(n), "completed"));
        b.ids.insert(name_of(n));
    }
    b.instead = [&](std::size_t) { return reply(200, tests::osapi_page_json(items, items.size())); };
    BOOST_CHECK(b.read() == b.all());
    BOOST_TEST(b.sent().size() == 1U);
}

BOOST_AUTO_TEST_CASE(goes_on_after_an_error)
{
    const std::vector<std::pair<reply, cojob::error_code>> rows{
        {{500, ""}, errc::server_error},
        {{401, ""}, errc::unauthorized},
        {{200, "[]"}, errc::invalid_response},
        {{errc::connection_lost, cojob::phase::receiving}, errc::connection_lost}};
    for (const auto& [failure, code] : rows)
        BOOST_TEST_CONTEXT(code.message())
        {
            list_bench b(250);
            b.instead = [&, f = failure](std::size_t page) {
                return page == 1 || page == 2 ? std::optional(f) : std::nullopt;
            };
            auto pages = b.service.all_jobs();
            std::vector<std::string> seen;
            std::size_t errors = 0;
            for (;;) {
                const auto next = b.start(pages.next());
                if (next.code()) {
                    BOOST_TEST(next.code() == code);
                    BOOST_TEST(seen.size() == 100U); // what was there has been given
                    BOOST_REQUIRE(++errors <= 2U);
                    continue;
                }
                if (!*next.get())
                    break;
                seen.push_back((*next.get())->id);
            }
            BOOST_TEST(errors == 2U);
            BOOST_CHECK(seen == b.all());
        }
}

BOOST_AUTO_TEST_CASE(goes_on_after_a_cancellation)
{
    list_bench b(3);
    b.instead = [](std::size_t page) {
        auto silence = reply(200, "");
        silence.delay = cojob::no_timeout;
        return page == 0 ? std::optional(silence) : std::nullopt;
    };
    auto pages = b.service.all_jobs();
    auto first = b.start(pages.next());
    first.cancel();
    b.clock->settle();
    BOOST_TEST(first.code() == boost::asio::error::operation_aborted);
    BOOST_CHECK(b.read(pages) == b.all());
}

BOOST_AUTO_TEST_SUITE_END()
