// What the command decides without I/O.

#include "board.hpp"
#include "cells.hpp"
#include "durations.hpp"
#include "input.hpp"
#include "lives.hpp"
#include "table.hpp"
#include "words.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

using namespace cli;
using namespace std::chrono_literals;

namespace {

struct utf8_widths {
    utf8_widths() { use_utf8_widths(); }
};

board_row row(std::string id, std::string status, job_end end = job_end::none)
{
    board_row made;
    made.id = std::move(id);
    made.status = std::move(status);
    made.end = end;
    return made;
}

} // namespace

BOOST_GLOBAL_FIXTURE(utf8_widths);

BOOST_AUTO_TEST_SUITE(the_command)

BOOST_AUTO_TEST_CASE(reads_lengths_of_time)
{
    BOOST_TEST((parse_duration("90") == 90s));
    BOOST_TEST((parse_duration("250ms") == 250ms));
    BOOST_TEST((parse_duration("1h30m") == 90min));
    BOOST_TEST((parse_duration("none") == cojob::no_timeout));
    for (const auto* wrong : {"", "0", "0s", "-1s", "s", "1x", "1h30", "1.5s", "99999999999s", "400d", " 1s", "1s "})
        BOOST_TEST(!parse_duration(wrong), wrong);
    for (const cojob::duration length : {cojob::duration(90s), cojob::duration(250ms), cojob::no_timeout})
        BOOST_TEST((parse_duration(option_text(length)) == length));
}

BOOST_AUTO_TEST_CASE(writes_lengths_of_time_short)
{
    BOOST_TEST(short_text(-1s) == "0 s");
    BOOST_TEST(short_text(59999ms) == "59 s");
    BOOST_TEST(short_text(65s) == "1 m 05 s");
    BOOST_TEST(short_text(2h + 3min) == "2 h 03 m");
    BOOST_TEST(short_text(76h) == "3 d 04 h");
}

BOOST_AUTO_TEST_CASE(counts_cells_of_wide_and_combining_characters)
{
    BOOST_TEST(cells("abc") == 3U);
    BOOST_TEST(cells("状態") == 4U);
    BOOST_TEST(cells("e\u0301") == 1U);
    BOOST_TEST(cells("😀") == 2U);
    BOOST_TEST(cut_to_cells("状態を確認", 6) == "状態…");
    BOOST_TEST(cut_to_cells("状態を確認", 5) == "状態…");
    BOOST_TEST(cut_to_cells("状態を確認", 4) == "状…");
    BOOST_TEST(cut_to_cells("ae\u0301iou", 3) == "ae\u0301…");
    BOOST_TEST(cut_to_cells("abc", 3) == "abc");
    BOOST_TEST(cut_to_cells("abc", 0).empty());
    BOOST_TEST(fill_cells("状態", 6) == "状態  ");
}

BOOST_AUTO_TEST_CASE(makes_a_servers_text_printable)
{
    BOOST_TEST(printable("a\x1b[2Jb") == "a\\x1B[2Jb");
    BOOST_TEST(printable("a\u009b31m") == "a\\xC2\\x9B31m");
    BOOST_TEST(printable("a\u202eb\u2066c\u2028d\u200fe") == "abcde");
    BOOST_TEST(printable("\xff状態") == "\\xFF状態");
}

BOOST_AUTO_TEST_CASE(takes_keys_for_keys)
{
    for (const auto* key : {"mint_abc", "--key-file=mint_abc", "Bearer mint_abc", "eyJh.eyJz.c2ln"})
        BOOST_TEST(looks_like_key(key), key);
    for (const auto* word : {"mint_", "mint_ is a prefix", "job_1", "--prompt", "eyJ", "document eyJh.eyJz.c2ln", ""})
        BOOST_TEST(!looks_like_key(word), word);
}

BOOST_AUTO_TEST_CASE(quotes_words_for_a_shell)
{
    BOOST_TEST(shell_quoted("job_1") == "job_1");
    BOOST_TEST(shell_quoted("https://localhost:1/a") == "https://localhost:1/a");
    BOOST_TEST(shell_quoted("").size() == 2U);
    BOOST_TEST(shell_quoted("it's $HOME") == "'it'\\''s $HOME'");
}

BOOST_AUTO_TEST_CASE(reads_lives_and_faults)
{
    const auto life = parse_life("active:2,completed");
    BOOST_TEST_REQUIRE(life.size() == 2U);
    BOOST_TEST((life[0].status == "active" && life[0].polls == 2 && life[1].polls == 1));
    for (const auto* wrong : {"", "active:x", ":2", "active,,failed", "active:-1"})
        BOOST_CHECK_THROW((void)parse_life(wrong), usage_error);
    const auto fault = parse_fault("stall:3:POST");
    BOOST_TEST((fault.fault == cojob::testing::fault::stall && fault.times == 3 && fault.method == "POST"));
    for (const auto* wrong : {"", "other", "stall:0", "stall:x", "stall:1:post"})
        BOOST_CHECK_THROW((void)parse_fault(wrong), usage_error);
}

BOOST_AUTO_TEST_CASE(reads_ids_handles_and_json_from_lines)
{
    BOOST_TEST(name_in(" job_1\r") == "job_1");
    BOOST_TEST(name_in(R"({"id":"job_1","handle":"cojob-job/1 x"})") == "cojob-job/1 x");
    BOOST_TEST(name_in(R"({"id":"job_1"})") == "job_1");
    BOOST_TEST(name_in("  ").empty());
    BOOST_CHECK_THROW((void)name_in("{}"), usage_error);
    BOOST_CHECK_THROW((void)name_in("{"), usage_error);
}

BOOST_AUTO_TEST_CASE(cuts_the_widest_column_of_a_table_first)
{
    const std::vector<table_row> rows{{"ID", "TITLE"}, {"1", "a long title"}};
    BOOST_TEST(table_lines(rows, any_width)[1] == "1   a long title");
    BOOST_TEST(table_lines(rows, 10)[1] == "1   a lon…");
    BOOST_TEST(table_lines(rows, 10)[0] == "ID  TITLE");
}

BOOST_AUTO_TEST_CASE(fits_its_lines_into_every_screen)
{
    board all;
    for (int i = 0; i < 50; ++i)
        all.rows.push_back(row("job_" + std::to_string(i), i % 2 ? "状態を確認しています" : "active"));
    all.rows[3].link = "https://example.org/" + std::string(200, 'x');
    all.quota = "97 of 100 uses left";
    for (std::size_t width = 1; width <= 200; ++width)
        for (const std::size_t height : {1U, 3U, 24U, 100U}) {
            const auto lines = all.lines({}, {width, height});
            BOOST_TEST(lines.size() < std::max<std::size_t>(height, 3));
            for (const auto& line : lines)
                BOOST_TEST(cells(line) <= width, line);
        }
}

BOOST_AUTO_TEST_CASE(shows_jobs_that_have_not_ended_where_not_all_fit)
{
    board all;
    all.rows = {row("a", "completed", job_end::completed), row("b", "failed", job_end::failed), row("c", "active")};
    const auto lines = all.lines({}, {80, 3});
    BOOST_TEST_REQUIRE(lines.size() == 2U);
    BOOST_TEST(lines[0].starts_with("c"));
    BOOST_TEST(lines[1] == "2 of 3 ended, 1 failed, 2 not shown");
    BOOST_TEST(all.lines({}, {80, 24})[0].starts_with("a"));
}

BOOST_AUTO_TEST_CASE(leaves_out_columns_from_the_right)
{
    board all;
    all.rows = {row("job_1", "active")};
    all.rows[0].next_poll = cojob::time_point(3500ms);
    all.rows[0].link = "https://example.org/pull/1";
    const auto line = [&](std::size_t width) { return all.lines({}, {width, 24})[0]; };
    BOOST_TEST(line(80) == "job_1  active  0 s  0 polls  next in 4 s  https://example.org/pull/1");
    BOOST_TEST(line(60) == "job_1  active  0 s  0 polls  next in 4 s  https://example.o…");
    BOOST_TEST(line(45) == "job_1  active  0 s  0 polls  next in 4 s");
    BOOST_TEST(line(30) == "job_1  active  0 s  0 polls");
    BOOST_TEST(line(20) == "job_1  active  0 s");
    all.rows[0].end = job_end::completed;
    BOOST_TEST(line(80) == "job_1  active  0 s  0 polls  https://example.org/pull/1");
}

BOOST_AUTO_TEST_CASE(colours_the_state_and_nothing_else)
{
    board all;
    all.rows = {row("a", "completed", job_end::completed)};
    const auto line = all.lines({}, {80, 24, true})[0];
    BOOST_TEST(line.find("\x1b[32mcompleted\x1b[0m") != line.npos);
}

BOOST_AUTO_TEST_SUITE_END()
