#include <cojob/detail/list_cursor.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <numeric>
#include <optional>
#include <random>
#include <set>
#include <vector>

namespace list_cursor_tests {

using cojob::detail::list_cursor;
using cojob::detail::page_count;

/// A list of numbered jobs in order, and a reader of it.
struct reader {
    explicit reader(std::size_t jobs, std::size_t page_size = 100) : list(jobs), cursor(page_size)
    {
        std::iota(list.begin(), list.end(), 0);
    }

    std::vector<int> list;
    list_cursor cursor;
    std::set<int> seen{};
    std::size_t most = 100; ///< on a page
    bool counts = true;     ///< the API tells how many there are
    std::size_t requests = 0, in_vain = 0, most_in_vain = 0;
    std::size_t too_large_from = 1'000'000; ///< a page of more places is too large
    std::set<int> broken{},                 ///< on a page, and not to be decoded
        hidden{};                           ///< counted, and on no page
    std::set<std::size_t> mute{};           ///< a page from there on is empty

    /// Reads one page; false at the end.
    bool step()
    {
        ++requests;
        ++in_vain;
        most_in_vain = std::max(most_in_vain, in_vain);
        if (cursor.page_size() > too_large_from)
            return cursor.halve();
        const auto from = std::min(cursor.offset(), list.size());
        const auto to = std::min(list.size(), from + std::min(most, cursor.page_size()));
        page_count page;
        if (counts)
            page.total = list.size();
        std::vector<int> shown;
        for (auto i = from; i < to && !mute.contains(from); ++i) {
            if (hidden.contains(list[i]))
                continue;
            ++page.places;
            if (!broken.contains(list[i]))
                shown.push_back(list[i]);
            (broken.contains(list[i]) ? page.unread : seen.contains(list[i]) ? page.known : page.new_jobs) += 1;
        }
        if (cursor.take(page) && page.new_jobs > 0) {
            seen.insert(shown.begin(), shown.end());
            in_vain = 0;
        }
        return !cursor.is_over();
    }
    void read(const std::function<void(std::size_t page)>& between = {})
    {
        do {
            BOOST_REQUIRE(requests < 5000U);
            if (between)
                between(requests);
        } while (step());
    }
    void check_all_seen()
    {
        for (const auto job : list)
            if (!seen.contains(job) && !broken.contains(job) && !hidden.contains(job))
                BOOST_ERROR("job " << job << " was missed");
    }
    void remove(std::size_t from, std::size_t count)
    {
        const auto first = list.begin() + static_cast<std::ptrdiff_t>(from);
        list.erase(first, first + static_cast<std::ptrdiff_t>(count));
    }
};

} // namespace list_cursor_tests

BOOST_AUTO_TEST_SUITE(a_list_cursor)

using namespace list_cursor_tests;

BOOST_AUTO_TEST_CASE(reads_a_list_that_stands_still_with_pages_of_every_size)
{
    for (const bool counts : {true, false})
        for (const std::size_t size : {1U, 2U, 3U, 7U, 10U, 50U, 100U})
            for (const std::size_t most :
                 {1U, 2U, 5U, 10U, 50U, 100U, 250U}) // what the server gives, whatever is asked
                for (const std::size_t jobs : {0U, 1U, 2U, 9U, 49U, 50U, 51U, 100U, 250U})
                    BOOST_TEST_CONTEXT(jobs << " jobs, " << size << " asked, " << most << " given, counts " << counts)
                    {
                        reader r(jobs, size);
                        r.most = most;
                        r.counts = counts;
                        r.read();
                        BOOST_TEST(r.seen.size() == jobs);
                        BOOST_TEST(r.most_in_vain <= 4U);
                        BOOST_TEST(r.requests <= 4 + 2 * jobs / std::min(size, most));
                    }
}

BOOST_AUTO_TEST_CASE(finds_where_it_was_in_few_pages_however_many_jobs_vanish, *boost::unit_test::label("long"))
{
    for (const bool counts : {true, false})
        for (const std::size_t before : {1U, 10U, 11U, 100U, 999U, 5000U, 9000U})
            for (const std::size_t after : {0U, 10U, 3000U, 9000U})
                for (const std::size_t come : {0U, 50U, 5000U})
                    BOOST_TEST_CONTEXT(before << " before it, " << after << " after it, " << come << " come, counts "
                                              << counts)
                    {
                        reader r(20'000);
                        r.counts = counts;
                        r.read([&](std::size_t page) {
                            if (page != 102) // when it has read some 9,200
                                return;
                            r.remove(r.list.size() - after, after);
                            r.remove(0, before);
                            for (std::size_t n = 0; n < come; ++n) // at the end, which keeps the total up
                                r.list.push_back(static_cast<int>(100'000 + n));
                        });
                        r.check_all_seen();
                        BOOST_TEST(r.most_in_vain <= 10U);
                    }
}

BOOST_AUTO_TEST_CASE(misses_none_that_stays_whatever_comes_and_goes, *boost::unit_test::label("long"))
{
    for (const bool counts : {true, false})
        for (unsigned seed = 0; seed < 300; ++seed)
            BOOST_TEST_CONTEXT("seed " << seed << ", counts " << counts)
            {
                std::mt19937 engine(seed);
                const auto random = [&](std::size_t below) { return static_cast<std::size_t>(engine() % below); };
                reader r(1000, 2 + random(99));
                r.most = 20 + random(80);
                r.counts = counts;
                std::set<int> stays(r.list.begin(), r.list.end());
                int next = 100'000;
                r.read([&](std::size_t page) {
                    if (page == 0 || page > 12)
                        return;
                    for (auto n = random(40); n > 0 && !r.list.empty(); --n) {
                        const auto place = random(r.list.size());
                        stays.erase(r.list[place]);
                        r.remove(place, 1);
                    }
                    for (auto n = random(40); n > 0; --n)
                        r.list.insert(r.list.begin() + static_cast<std::ptrdiff_t>(random(r.list.size() + 1)), next++);
                });
                for (const auto job : stays)
                    if (!r.seen.contains(job))
                        BOOST_ERROR("job " << job << " was missed");
            }
}

BOOST_AUTO_TEST_CASE(asks_for_half_as_much_after_a_page_that_was_too_large_and_stays_there)
{
    for (const std::size_t from : {99U, 60U, 12U, 3U, 2U, 1U})
        BOOST_TEST_CONTEXT(from)
        {
            reader r(500);
            r.read([&](std::size_t page) { r.too_large_from = page < 2 ? 100 : from; });
            BOOST_TEST(r.seen.size() == 500U);
            BOOST_TEST(r.cursor.page_size() <= from);
            BOOST_TEST(2 * r.cursor.page_size() + 1 >= std::min<std::size_t>(from, 50)); // no further than it must
            BOOST_TEST(r.most_in_vain <= 8U);
        }
    list_cursor single(1);
    BOOST_TEST(!single.halve());
}

BOOST_AUTO_TEST_CASE(shares_jobs_with_the_page_before_and_none_at_size_one)
{
    const std::vector<std::pair<std::size_t, std::size_t>> rows{{100, 90}, {50, 45}, {25, 23}, {10, 9},
                                                                {3, 2},    {2, 1},   {1, 1}};
    for (const auto& [size, next] : rows) {
        list_cursor cursor(size);
        BOOST_TEST(cursor.take({.places = size, .new_jobs = size, .total = 1000}));
        BOOST_TEST(cursor.offset() == next);
    }
}

BOOST_AUTO_TEST_CASE(passes_over_an_empty_page_by_the_size_it_asked_for)
{
    list_cursor cursor(100);
    BOOST_TEST(cursor.take({.places = 0, .total = 250}));
    BOOST_TEST(!cursor.is_over());
    BOOST_TEST(cursor.offset() == 100U);
    BOOST_TEST(cursor.take({.places = 50, .new_jobs = 50, .total = 250}));
    BOOST_TEST(cursor.offset() == 145U);
}

/// Where something is wrong with a list, and for how many places.
void for_each_stretch(const std::function<void(std::size_t size, std::size_t from, std::size_t length)>& check)
{
    for (const std::size_t size : {2U, 3U, 10U, 19U, 20U, 100U})
        for (const std::size_t length :
             {std::max<std::size_t>(1, size / 10), std::size_t{1}, size / 2, size, 3 * size}) {
            if (size == 100 && length != 10) // it takes too long, and tells nothing new
                continue;
            for (std::size_t from = 0; from < 4 * size; ++from)
                BOOST_TEST_CONTEXT(size << " on a page, " << length << " from " << from << " on")
                {
                    check(size, from, length);
                }
        }
}

BOOST_AUTO_TEST_CASE(reads_on_over_jobs_that_do_not_decode_wherever_they_are, *boost::unit_test::label("long"))
{
    for (const bool counts : {true, false})
        for_each_stretch([&](std::size_t size, std::size_t from, std::size_t length) {
            reader r(5 * size, size);
            r.counts = counts;
            for (auto i = from; i < from + length; ++i)
                r.broken.insert(static_cast<int>(i));
            r.read();
            r.check_all_seen();
            BOOST_TEST(r.requests <= 15U);
        });
}

BOOST_AUTO_TEST_CASE(reads_on_over_jobs_that_do_not_decode_although_others_vanish, *boost::unit_test::label("long"))
{
    for_each_stretch([&](std::size_t size, std::size_t from, std::size_t length) {
        for (const std::size_t page : {1U, 2U, 3U}) {
            reader r(5 * size, size);
            for (auto i = from; i < from + length; ++i)
                r.broken.insert(static_cast<int>(i));
            r.read([&](std::size_t now) {
                if (now == page)
                    r.remove(0, size / 2);
            });
            r.check_all_seen();
            BOOST_TEST(r.requests <= 40U);
        }
    });
}

BOOST_AUTO_TEST_CASE(reads_on_over_jobs_that_are_on_no_page_wherever_they_are)
{
    for_each_stretch([&](std::size_t size, std::size_t from, std::size_t length) {
        reader r(5 * size, size);
        for (auto i = from; i < from + length; ++i)
            r.hidden.insert(static_cast<int>(i));
        r.read();
        r.check_all_seen();
        BOOST_TEST(r.requests <= 60U);
    });
}

BOOST_AUTO_TEST_CASE(passes_over_offsets_that_are_empty_every_time)
{
    for_each_stretch([&](std::size_t size, std::size_t from, std::size_t length) {
        reader r(5 * size, size);
        for (auto i = from; i < from + length; ++i)
            r.mute.insert(i);
        r.read();
        BOOST_TEST(r.requests <= 60U);
        BOOST_TEST(r.most_in_vain <= 10U); // within one `next`
    });
}

BOOST_AUTO_TEST_CASE(counts_the_places_of_what_could_not_be_read)
{
    list_cursor cursor(10);
    BOOST_TEST(cursor.take({.places = 10, .new_jobs = 2, .total = 20})); // eight items did not decode
    BOOST_TEST(cursor.offset() == 9U);
}

BOOST_AUTO_TEST_SUITE_END()
