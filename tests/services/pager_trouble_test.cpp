#include "support/paged_jobs.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(a_pager)

using namespace pager_tests;

BOOST_AUTO_TEST_CASE(is_not_over_when_a_page_has_fewer_jobs_than_places)
{
    list_bench b(350); // jobs that vanish while the server makes the page: counted, and not shown
    for (const unsigned n : {3U, 50U, 120U, 121U, 300U, 349U})
        b.unreadable.insert(name_of(n));
    auto readable = b.ids;
    for (const auto& id : b.unreadable)
        readable.erase(id);
    check_once(b.read(), readable);
    BOOST_TEST(b.sent().size() == 7U);
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

BOOST_AUTO_TEST_CASE(counts_the_places_of_jobs_that_cannot_be_decoded)
{
    list_bench b(250);
    auto whole = b.ids;
    for (unsigned n = 20; n < 85; ++n) {
        b.broken.insert(name_of(n));
        whole.erase(name_of(n));
    }
    check_once(b.read(), whole);
    BOOST_TEST(b.sent()[1].target == "/api/job?limit=100&offset=90");
    BOOST_TEST(b.sent().size() == 3U);
}

BOOST_AUTO_TEST_CASE(goes_on_where_no_job_that_two_pages_share_can_be_decoded)
{
    for (const unsigned from : {80U, 89U, 90U, 91U, 175U, 180U, 185U})
        BOOST_TEST_CONTEXT(from)
        {
            list_bench b(250);
            auto whole = b.ids;
            for (unsigned n = from; n < from + 10; ++n) {
                b.broken.insert(name_of(n));
                whole.erase(name_of(n));
            }
            check_once(b.read(), whole);
            BOOST_TEST(b.sent().size() == 3U);
        }
}

BOOST_AUTO_TEST_CASE(ends_after_ten_requests_that_had_nothing_new_and_goes_on_with_the_next_call)
{
    list_bench b(100);
    b.total = std::int64_t{1} << 53;
    b.ignores_offset = true;
    auto pages = b.service.all_jobs();
    for (int i = 0; i < 100; ++i)
        BOOST_TEST(!b.start(pages.next()).code());
    for (std::size_t calls = 1; calls < 4; ++calls) {
        const auto failure = b.start(pages.next()).error();
        BOOST_TEST(failure.code() == errc::no_progress);
        BOOST_TEST(failure.message.starts_with("ten pages up to offset "));
        BOOST_TEST(b.sent().size() == 1 + 10 * calls);
    }
    b.ignores_offset = false; // it was only a moment
    b.total.reset();
    BOOST_TEST(!b.start(pages.next()).get().value().has_value());
}

BOOST_AUTO_TEST_CASE(reads_less_at_a_time_after_a_page_that_was_too_large)
{
    list_bench b(300);
    for (unsigned n = 120; n < 130; ++n)
        b.bytes[name_of(n)] = 300; // a page may have three of them
    auto pages = b.service.all_jobs();
    BOOST_CHECK(b.read(pages) == b.all());
    BOOST_TEST(b.sent()[1].target == "/api/job?limit=100&offset=90");
    BOOST_TEST(b.sent()[2].target == "/api/job?limit=50&offset=95");
    BOOST_TEST(b.sent()[3].target == "/api/job?limit=25&offset=98");
    BOOST_TEST(b.sent().back().target.find("limit=3&") != std::string::npos); // and stays there
}

BOOST_AUTO_TEST_CASE(names_the_offset_of_a_job_that_is_too_large_by_itself)
{
    list_bench b(30);
    b.bytes[name_of(17)] = 2000;
    auto pages = b.service.all_jobs({.limit = 10, .offset = 5});
    std::vector<std::string> seen;
    for (int i = 0; i < 12; ++i)
        seen.push_back(b.start(pages.next()).get().value()->id);
    BOOST_TEST(seen.back() == name_of(16));
    for (int again = 0; again < 2; ++again) {
        const auto failure = b.start(pages.next()).error();
        BOOST_TEST(failure.code() == errc::response_too_large);
        BOOST_TEST(failure.message.ends_with("the job at offset 17"));
        BOOST_TEST(failure.path == "/api/job?limit=1&offset=17");
    }
    BOOST_TEST(b.read(b.service.all_jobs({.limit = 1, .offset = 18})).size() == 12U);
}

BOOST_AUTO_TEST_CASE(passes_over_a_page_that_is_empty_although_more_is_said_to_come)
{
    list_bench b(400);
    b.instead = [](std::size_t page) {
        return page == 1 ? std::optional(reply(200, R"({"items":[],"total_items":400})")) : std::nullopt;
    };
    BOOST_CHECK(b.read() == b.all());
    BOOST_TEST(b.sent().size() <= 7U);
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
