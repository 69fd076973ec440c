#include "support/hand_clock.hpp"

#include <cojob/error.hpp>
#include <cojob/impl/internal/policy/quota_core.hpp>
#include <cojob/impl/internal/policy/quota_file.hpp>
#include <cojob/policy/quota.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace quota_file_tests {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using cojob::duration;
using cojob::quota;
using cojob::quota_options;
using cojob::detail::quota_core;
using cojob::detail::quota_record;

/// A folder of its own, and a quota of five an hour in it.
struct bench {
    bench()
    {
        do
            folder = fs::temp_directory_path() / ("cojob-quota-test-" + std::to_string(std::random_device()()));
        while (!fs::create_directory(folder));
        file = folder / "quota";
    }
    bench(const bench&) = delete;
    bench& operator=(const bench&) = delete;
    ~bench() { fs::remove_all(folder); }

    fs::path folder, file;
    std::shared_ptr<tests::hand_clock> clock = std::make_shared<tests::hand_clock>();
    quota_options options{.limit = 5};

    void write(std::string_view text) const
    {
        std::ofstream(file, std::ios::binary).write(text.data(), static_cast<std::streamsize>(text.size()));
    }
    [[nodiscard]] std::string read() const
    {
        std::ifstream in(file, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    [[nodiscard]] std::shared_ptr<quota> load() const { return quota::load(file, options, clock); }
    [[nodiscard]] std::ptrdiff_t files() const { return std::distance(fs::directory_iterator(folder), {}); }

    /// Two uses 20 and 10 minutes ago, and one under way.
    void save_some() const
    {
        quota pool(options, clock);
        quota_core::ticket ticket(cojob::detail::quota_access::core(pool), [] {});
        for (int i = 0; i < 2; ++i) {
            ticket.request(0s, false);
            ticket.stamp(true);
            clock->advance(10min);
        }
        ticket.request(0s, false);
        pool.save(file);
    }
};

/// What `load` says of the file.
std::string complaint(const bench& b)
{
    try {
        static_cast<void>(b.load());
        return "none";
    } catch (const cojob::api_error& e) {
        BOOST_CHECK(e.code() == cojob::errc::invalid_argument);
        const auto start = "quota file: " + b.file.string() + ": ";
        BOOST_TEST(e.info().message.starts_with(start));
        return e.info().message.substr(std::min(start.size(), e.info().message.size()));
    }
}

boost::system::error_code code_of(const quota& pool, const fs::path& file)
{
    try {
        pool.save(file);
        return {};
    } catch (const cojob::api_error& e) {
        return e.code();
    }
}

/// What was saved, and how long after that it is used again by which clock.
struct moved_clock {
    const char* what;
    duration steady, wall;
    duration counted;
};

const moved_clock moved_clocks[] = {
    {"nothing moved", 7min, 7min, 7min},
    {"wall set forwards", 7min, 5h, 7min},
    {"wall set backwards", 7min, 2min, 2min},
    {"wall set before the save", 7min, -5h, 0s},
    {"at once", 0s, 0s, 0s},
    {"other boot", -100h, 7min, 7min},
    {"other boot, wall set backwards", -100h, -1min, 0s},
    {"other boot that has run for longer", 200h, 7min, 7min},
    {"other boot that has run for nearly as long", 3min, 7min, 3min},
};

} // namespace quota_file_tests

BOOST_AUTO_TEST_SUITE(a_quota_file)

using namespace quota_file_tests;

BOOST_FIXTURE_TEST_CASE(that_is_missing_is_an_unused_quota, bench)
{
    BOOST_TEST(load()->remaining() == 5U);
    BOOST_TEST(files() == 0);
}

BOOST_FIXTURE_TEST_CASE(has_all_that_was_used, bench)
{
    save_some();
    BOOST_TEST(files() == 1);
    BOOST_TEST(read() == "cojob-quota 1\nwindow 3600000000000\nwall 1767226800000000000\nsteady 3601200000000000\n"
                         "held 1\npause 0\nguess 0\nstamps 2\nage 1200000000000\nage 600000000000\ncrc 522fe61a\n");
    const auto pool = load();
    BOOST_TEST(pool->remaining() == 2U);
    const auto before = read();
    pool->save(file);
    BOOST_TEST(read() != before); // what was under way is stamped
    BOOST_TEST(load()->remaining() == 2U);
    clock->advance(40min + 1s);
    BOOST_TEST(load()->remaining() == 3U);
    clock->advance(10min);
    BOOST_TEST(load()->remaining() == 4U);
    clock->advance(10min);
    BOOST_TEST(load()->remaining() == 5U);
}

BOOST_FIXTURE_TEST_CASE(keeps_a_pause, bench)
{
    {
        quota pool(options, clock);
        quota_core::ticket ticket(cojob::detail::quota_access::core(pool), [] {});
        ticket.request(0s, false);
        ticket.throttled(2h, 0);
        pool.save(file);
    }
    clock->advance(30min);
    const auto pool = load();
    BOOST_TEST(pool->remaining() == 0U);
    BOOST_CHECK(pool->next_slot_at() == clock->wall + 90min);
    clock->advance(90min);
    BOOST_TEST(pool->remaining() == 1U); // the probe
}

BOOST_FIXTURE_TEST_CASE(does_not_free_a_slot_early_because_a_clock_was_moved, bench)
{
    for (const auto& row : moved_clocks)
        BOOST_TEST_CONTEXT(row.what)
        {
            save_some();
            clock->steady += row.steady;
            clock->wall += row.wall;
            const auto pool = load();
            BOOST_TEST(pool->remaining() == 2U);
            BOOST_CHECK(pool->next_slot_at() == clock->wall);
            options.limit = 3;
            BOOST_CHECK(load()->next_slot_at() == clock->wall + 40min + 1s - row.counted);
            options.limit = 1; // the last one's, which was under way
            BOOST_CHECK(load()->next_slot_at() == clock->wall + 1h + 1s);
            options.limit = 5;
        }
}

BOOST_AUTO_TEST_CASE(is_as_old_as_the_clocks_can_tell_at_the_ends_of_time)
{
    using cojob::detail::elapsed_since;
    const auto lowest = quota_record{1h, {cojob::time_point::min(), 0, {}, {}, {}}, cojob::timestamp::min()};
    BOOST_CHECK(elapsed_since(lowest, cojob::timestamp::max(), cojob::time_point::max()) == duration::max());
    BOOST_CHECK(elapsed_since(lowest, cojob::timestamp(1s), cojob::time_point(0s)) == duration::max());
    BOOST_CHECK(elapsed_since(lowest, cojob::timestamp::min() + 1s, cojob::time_point(0s)) == 1s);
    const cojob::detail::quota_state saved{{}, 0, duration::max(), {}, {duration::max(), 1s}};
    const cojob::detail::quota_window window(2, 1h, saved, duration::max(), cojob::time_point(1h));
    BOOST_TEST(window.remaining(cojob::time_point(1h)) == 1U);
}

BOOST_FIXTURE_TEST_CASE(of_a_shorter_window_is_refused, bench)
{
    save_some();
    options.window = 1h + 1ns;
    BOOST_TEST(complaint(*this).starts_with("saved for a shorter window"));
    options.window = 10min + 1s;
    BOOST_TEST(load()->remaining() == 3U);
}

BOOST_FIXTURE_TEST_CASE(of_a_newer_version_is_refused, bench)
{
    save_some();
    const auto text = read();
    write("cojob-quota 2" + text.substr(text.find('\n')));
    BOOST_TEST(complaint(*this) == "of a newer version than this library can read");
    write("cojob-quota 10\nanything");
    BOOST_TEST(complaint(*this) == "of a newer version than this library can read");
    write("{}");
    BOOST_TEST(complaint(*this).starts_with("not a quota file, or damaged; its uses are lost: delete the file"));
}

BOOST_FIXTURE_TEST_CASE(is_refused_with_any_byte_changed, bench)
{
    save_some();
    const auto text = read();
    for (std::size_t i = 0; i < text.size(); ++i)
        for (const int change :
             {1, 2, 4, 0x20, 0x80, 0xff, static_cast<int>('0' ^ text[i]), static_cast<int>('\n' ^ text[i])}) {
            auto changed = text;
            changed[i] = static_cast<char>(changed[i] ^ change);
            write(changed);
            if (changed != text)
                BOOST_TEST_CONTEXT("byte " << i << " with " << change) BOOST_TEST(complaint(*this) != "none");
        }
}

BOOST_FIXTURE_TEST_CASE(is_refused_when_cut_off_or_longer, bench)
{
    save_some();
    const auto text = read();
    for (std::size_t size = 0; size < text.size(); ++size) {
        write(text.substr(0, size));
        BOOST_TEST_CONTEXT("cut to " << size) BOOST_TEST(complaint(*this) != "none");
    }
    for (const auto* more : {"\n", "0", "age 1\n", "crc 00000000\n"}) {
        write(text + more);
        BOOST_TEST(complaint(*this).starts_with("damaged or cut off; its uses are lost: delete the file"));
    }
}

BOOST_FIXTURE_TEST_CASE(is_refused_when_it_makes_no_sense_though_its_checksum_is_right, bench)
{
    const quota_record good{1h, {clock->steady, 1, 2s, 3s, {5s, 4s}}, clock->wall};
    std::vector<quota_record> rows(6, good);
    rows[0].window = -1ns;
    rows[1].state.held = UINT32_MAX;
    rows[2].state.pause_left = -1ns;
    rows[3].state.guess = -1ns;
    rows[4].state.ages = {4s, 5s};
    rows[5].state.ages = {4s, -1s};
    write(format_quota_file(good));
    BOOST_TEST(complaint(*this) == "none");
    for (const auto& row : rows) {
        write(format_quota_file(row));
        BOOST_TEST_CONTEXT(format_quota_file(row))
        BOOST_TEST(complaint(*this).starts_with("damaged or cut off; its uses are lost: delete the file"));
    }
}

BOOST_FIXTURE_TEST_CASE(that_cannot_be_written_leaves_what_was_there, bench)
{
    save_some();
    const quota pool(options, clock);
    const auto nowhere = folder / "missing" / "quota";
    BOOST_CHECK(code_of(pool, nowhere) == boost::system::errc::no_such_file_or_directory);
    const auto taken = folder / "taken";
    fs::create_directory(taken);
    BOOST_CHECK(code_of(pool, taken) == boost::system::errc::is_a_directory);
    BOOST_TEST(files() == 2);
    BOOST_TEST(load()->remaining() == 2U);
    BOOST_CHECK_EXCEPTION(static_cast<void>(quota::load(taken, options, clock)), cojob::api_error,
                          [](const auto& e) { return e.code() == boost::system::errc::is_a_directory; });
}

BOOST_FIXTURE_TEST_CASE(does_not_excuse_options_that_make_no_sense, bench)
{
    options.limit = 0;
    BOOST_CHECK_THROW(static_cast<void>(load()), cojob::api_error);
    BOOST_TEST(files() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
