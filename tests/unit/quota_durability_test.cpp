#include "support/hand_clock.hpp"

#include <cojob/error.hpp>
#include <cojob/policy/quota.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <utility>

#ifndef _WIN32
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace quota_durability_tests {

namespace fs = std::filesystem;
using cojob::quota;

/// A folder of its own.
struct bench {
    bench()
    {
        do
            folder = fs::temp_directory_path() / ("cojob-quota-disk-" + std::to_string(std::random_device()()));
        while (!fs::create_directory(folder));
    }
    bench(const bench&) = delete;
    bench& operator=(const bench&) = delete;
    ~bench() { fs::remove_all(folder); }

    fs::path folder;
    std::shared_ptr<tests::hand_clock> clock = std::make_shared<tests::hand_clock>();

    void save(const std::string& name) const { quota({.limit = 5}, clock).save(folder / name); }
    void write(const std::string& name, const std::string& text) const
    {
        std::ofstream(folder / name, std::ios::binary) << text;
    }
    /// What `load` says; empty: a quota.
    [[nodiscard]] std::string complaint(const std::string& name) const
    {
        try {
            static_cast<void>(quota::load(folder / name, {.limit = 5}, clock));
            return {};
        } catch (const cojob::api_error& e) {
            BOOST_CHECK(e.code() == cojob::errc::invalid_argument);
            return e.info().message;
        }
    }
    [[nodiscard]] fs::perms mode(const std::string& name) const { return fs::status(folder / name).permissions(); }
    void write_old(const std::string& name) const
    {
        write(name, "old");
        fs::last_write_time(folder / name, fs::file_time_type::clock::now() - std::chrono::minutes(2));
    }
    [[nodiscard]] bool has(const std::string& name) const { return fs::exists(folder / name); }
    [[nodiscard]] std::ptrdiff_t files() const { return std::distance(fs::directory_iterator(folder), {}); }
};

} // namespace quota_durability_tests

BOOST_AUTO_TEST_SUITE(a_quota_file_on_the_disk)

using namespace quota_durability_tests;

#ifndef _WIN32
BOOST_FIXTURE_TEST_CASE(is_for_its_owner_only_when_it_is_new_and_keeps_its_mode_afterwards, bench)
{
    const auto mask = ::umask(0);
    save("quota");
    BOOST_CHECK(mode("quota") == (fs::perms::owner_read | fs::perms::owner_write));
    for (const auto kept : {fs::perms(0640), fs::perms(0666), fs::perms(0600), fs::perms(0444)}) {
        fs::permissions(folder / "quota", kept);
        save("quota");
        BOOST_CHECK(mode("quota") == kept);
    }
    ::umask(mask);
    BOOST_TEST(files() == 1);
}

BOOST_FIXTURE_TEST_CASE(is_replaced_where_a_link_points_to, bench)
{
    fs::create_directory(folder / "elsewhere");
    fs::create_symlink(fs::path("elsewhere") / "quota", folder / "direct");
    fs::create_symlink("direct", folder / "link");
    for (int times = 0; times < 2; ++times) { // there is no such file at first
        save("link");
        BOOST_TEST(fs::is_symlink(folder / "link"));
        BOOST_TEST(fs::is_symlink(folder / "direct"));
        BOOST_TEST(fs::is_regular_file(folder / "elsewhere" / "quota"));
        BOOST_TEST(complaint("link") == "");
    }
    BOOST_TEST(std::distance(fs::directory_iterator(folder / "elsewhere"), {}) == 1);
    fs::create_symlink("loop", folder / "loop");
    BOOST_CHECK_THROW(save("loop"), cojob::api_error);
}

/// Not the superuser for a while, in that group.
struct other_user {
    explicit other_user(unsigned group)
    {
        BOOST_REQUIRE(::setegid(group) == 0);
        BOOST_REQUIRE(::seteuid(54321) == 0);
    }
    other_user(const other_user&) = delete;
    other_user& operator=(const other_user&) = delete;
    ~other_user()
    {
        BOOST_CHECK(::seteuid(0) == 0);
        BOOST_CHECK(::setegid(0) == 0);
    }
};

BOOST_FIXTURE_TEST_CASE(that_was_anothers_stays_its_groups_and_is_no_other_groups, bench)
{
    if (::geteuid() != 0)
        return; // who else could make another's file
    fs::permissions(folder, fs::perms(0777));
    for (const auto& [group, kept] : {std::pair{54321U, 0640}, {54322U, 0600}}) {
        save("quota");
        if (::chown((folder / "quota").c_str(), 12345, 54321) != 0)
            return; // a container without that user
        fs::permissions(folder / "quota", fs::perms(0640));
        {
            const other_user somebody(group);
            save("quota");
        }
        struct stat now{};
        BOOST_REQUIRE(::stat((folder / "quota").c_str(), &now) == 0);
        BOOST_TEST(now.st_gid == group);
        BOOST_CHECK(mode("quota") == fs::perms(kept));
        fs::remove(folder / "quota");
    }
}

BOOST_FIXTURE_TEST_CASE(is_never_a_device_that_is_replaced, bench)
{
    BOOST_REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
    BOOST_CHECK_THROW(save("pipe"), cojob::api_error);
    BOOST_TEST(fs::is_fifo(folder / "pipe"));
    BOOST_TEST(files() == 1);
}
#endif

BOOST_FIXTURE_TEST_CASE(that_a_crash_left_is_refused_and_it_says_what_to_do, bench)
{
    save("whole");
    std::ifstream in(folder / "whole", std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    const std::string what_to_do = "delete the file when a whole window has passed";
    for (const auto& left : {std::string(), std::string(text.size(), '\0'), text.substr(0, text.size() / 2),
                             text.substr(0, text.size() / 2) + std::string(text.size() / 2, '\0')}) {
        write("quota", left);
        BOOST_TEST(complaint("quota").find(what_to_do) != std::string::npos);
    }
    fs::remove(folder / "quota");
    BOOST_TEST(complaint("quota") == ""); // none was ever saved
    write("quota.tmp-1", text);
    BOOST_TEST(complaint("quota").find("quota.tmp-1: rename it") != std::string::npos);
    fs::rename(folder / "quota.tmp-1", folder / "quota");
    BOOST_TEST(complaint("quota") == "");
}

BOOST_FIXTURE_TEST_CASE(leaves_nothing_of_saves_that_were_interrupted_before, bench)
{
    for (const auto* const name :
         {"quota.tmp-1", "quota.tmp-4294967295", "quota.tmp-mine", "quota.tmp-", "other.tmp-1"})
        write_old(name);
    write("quota.tmp-2", "somebody saves right now");
    save("quota");
    BOOST_TEST(!has("quota.tmp-1"));
    BOOST_TEST(!has("quota.tmp-4294967295"));
    for (const auto* const name : {"quota", "quota.tmp-2", "quota.tmp-mine", "quota.tmp-", "other.tmp-1"})
        BOOST_TEST(has(name), name);
}

BOOST_FIXTURE_TEST_CASE(has_any_name_that_a_path_can_have, bench)
{
    const auto file = folder / u8"配额 Zähler";
    quota({.limit = 5}, clock).save(file);
    BOOST_TEST(fs::exists(file));
    BOOST_TEST(quota::load(file, {.limit = 5}, clock)->remaining() == 5U);
    std::ofstream(file, std::ios::binary) << "damaged"; // which shows that this file is read
    BOOST_CHECK_THROW(static_cast<void>(quota::load(file, {.limit = 5}, clock)), cojob::api_error);
    fs::rename(file, fs::path(file) += u8".tmp-1");
    const std::u8string left = u8"配额 Zähler.tmp-1";
    BOOST_CHECK_EXCEPTION(static_cast<void>(quota::load(file, {.limit = 5}, clock)), cojob::api_error,
                          [&](const auto& e) {
                              return e.info().message.find(std::string(left.begin(), left.end())) != std::string::npos;
                          });
}

BOOST_AUTO_TEST_SUITE_END()
