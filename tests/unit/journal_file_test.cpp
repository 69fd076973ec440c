#include "support/written_journal.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(a_journal_file)

using namespace journal_file_tests;

BOOST_AUTO_TEST_CASE(says_when_it_is_opened_again_what_it_said)
{
    const journal_folder folder;
    std::string before;
    {
        journal_file file(folder.journal(), {});
        write_three(file);
        before = contents(file);
    }
    BOOST_TEST(contents(folder) == before);
    BOOST_TEST(before.find("intent") != before.npos);
}

BOOST_AUTO_TEST_CASE(loses_only_the_last_record_wherever_it_is_cut_off, *boost::unit_test::label("long"))
{
    const journal_folder folder;
    std::vector<std::size_t> ends;
    std::vector<std::string> said;
    {
        journal_file file(folder.journal(), plain);
        const auto note = [&] {
            ends.push_back(folder.text().size());
            said.push_back(contents(file));
        };
        note();
        for (const auto& text : {intent("a"), job("a"), journal_book::text_of_end("a"), intent("b"), job("b")}) {
            if (text.starts_with("intent"))
                file.announce(text);
            else
                file.note(text, false);
            note();
        }
    }
    const auto whole = folder.text();
    for (std::size_t size = 0, last = 0; size <= whole.size(); ++size) {
        folder.write(whole.substr(0, size));
        if (size < ends.front()) { // the first line is written with the file, so a crash does not cut it off
            BOOST_TEST(message_of_opening(folder).find("damaged at its first byte") != std::string::npos);
            continue;
        }
        while (last + 1 < ends.size() && ends[last + 1] <= size)
            ++last;
        BOOST_TEST_REQUIRE(contents(folder) == said[last]);
        BOOST_TEST_REQUIRE(folder.text().size() == ends[last]); // and goes on from there
    }
}

BOOST_AUTO_TEST_CASE(is_refused_whichever_bit_is_flipped, *boost::unit_test::label("long"))
{
    const journal_folder folder;
    {
        journal_file file(folder.journal(), plain);
        write_three(file);
    }
    const auto whole = folder.text();
    for (std::size_t i = 0; i < whole.size(); ++i)
        for (int bit = 0; bit < 8; ++bit) {
            auto damaged = whole;
            damaged[i] = static_cast<char>(damaged[i] ^ (1 << bit));
            folder.write(damaged);
            BOOST_TEST_REQUIRE(message_of_opening(folder).find("damaged at") != std::string::npos);
            BOOST_TEST_REQUIRE((folder.text() == damaged)); // is left as it is
        }
}

BOOST_AUTO_TEST_CASE(says_where_it_is_damaged_and_what_to_do)
{
    const journal_folder folder;
    {
        journal_file file(folder.journal(), plain);
        write_three(file);
    }
    auto damaged = folder.text();
    damaged[100] = '?';
    folder.write(damaged);
    BOOST_TEST(message_of_opening(folder) ==
               "journal: " + folder.journal().string() + ": damaged at byte 39 of " + std::to_string(damaged.size()) +
                   ": what follows is unknown. To go on, keep a copy, cut the file off at byte 39, and ask the server "
                   "which jobs were created since");
}

BOOST_AUTO_TEST_CASE(of_a_newer_version_is_refused)
{
    const journal_folder folder;
    folder.write(cojob::detail::format_journal_line("cojob-journal 2"));
    BOOST_TEST(message_of_opening(folder).ends_with("of a newer version than this library can read"));
}

BOOST_AUTO_TEST_CASE(is_open_once_and_again_after_it_was_closed)
{
    const journal_folder folder;
    {
        const journal_file first(folder.journal(), plain);
        const auto failure = failure_of([&] { journal_file(folder.journal(), plain); });
        BOOST_TEST((failure.code() == boost::system::errc::device_or_resource_busy));
    }
    BOOST_TEST(contents(folder).empty());
}

BOOST_AUTO_TEST_CASE(stays_small_however_many_jobs_it_had, *boost::unit_test::label("long"))
{
    const journal_folder folder;
    std::uintmax_t largest = 0;
    {
        journal_file file(folder.journal(), {.flushes_to_disk = false, .ended_jobs = 10});
        for (int i = 0; i < 2000; ++i) {
            const auto tag = std::to_string(i);
            file.announce(intent(tag));
            file.note(job(tag), true);
            file.note(journal_book::text_of_end(tag), false);
            largest = std::max(largest, std::filesystem::file_size(folder.journal()));
        }
        BOOST_TEST(!file.book().find("1989"));
        BOOST_TEST(file.book().find("1990"));
        BOOST_TEST(file.book().find("1999"));
    }
    BOOST_TEST(largest < 300'000U);
    BOOST_TEST(failure_of([&] { contents(folder); }).message.empty());
}

BOOST_AUTO_TEST_CASE(forgets_the_oldest_ended_jobs_and_no_other)
{
    const journal_folder folder;
    journal_file file(folder.journal(), {.flushes_to_disk = false, .ended_jobs = 1});
    write_three(file);
    BOOST_TEST(file.book().find("a"));
    file.note(journal_book::text_of_end("b/c d"), false);
    BOOST_TEST(!file.book().find("a"));
    BOOST_TEST(file.book().find("b/c d"));
    BOOST_TEST(file.book().find("d"));
    BOOST_TEST(file.book().unfinished() == 1U);
}

/// A replacement is a file beside it, renamed when it is whole. So a kill leaves the old file and half a new one, or
/// the new one.
BOOST_AUTO_TEST_CASE(is_whole_wherever_a_replacement_was_interrupted)
{
    const journal_folder folder;
    {
        journal_file file(folder.journal(), plain);
        write_three(file);
    }
    const auto whole = folder.text();
    const auto said = contents(folder);
    for (std::size_t size = 0; size <= whole.size(); size += 50) {
        std::ofstream(folder.path() / "jobs.tmp-1", std::ios::binary) << whole.substr(0, size);
        BOOST_TEST_REQUIRE(contents(folder) == said);
    }
}

BOOST_AUTO_TEST_SUITE_END()
