#include "support/hand_clock.hpp"

#include <cojob/error.hpp>
#include <cojob/policy/quota.hpp>

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <string>

#ifndef _WIN32
#include <sys/stat.h>
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

    void save(const std::string& name) const { quota({.limit = 5}, clock).save((folder / name).string()); }
    void write(const std::string& name, const std::string& text) const
    {
        std::ofstream(folder / name, std::ios::binary) << text;
    }
    /// What `load` says; empty: a quota.
    [[nodiscard]] std::string complaint(const std::string& name) const
    {
        try {
            static_cast<void>(quota::load((folder / name).string(), {.limit = 5}, clock));
            return {};
        } catch (const cojob::api_error& e) {
            BOOST_CHECK(e.code() == cojob::errc::invalid_argument);
            return e.info().message;
        }
    }
    [[nodiscard]] fs::perms mode(const std::string& name) const { return fs::status(folder / name).permissions(); }
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
    const std::string what_to_do = "delete the file once a whole window has passed";
    for (const auto& left : {std::string(), std::string(text.size(), '\0'), text.substr(0, text.size() / 2),
                             text.substr(0, text.size() / 2) + std::string(text.size() / 2, '\0')}) {
        write("quota", left);
        BOOST_TEST(complaint("quota").find(what_to_do) != std::string::npos);
    }
    fs::remove(folder / "quota");
    BOOST_TEST(complaint("quota") == ""); // none was ever saved
    write("quota.tmp-1", text);
    BOOST_TEST(complaint("quota").find("quota.tmp-1: rename that") != std::string::npos);
    fs::rename(folder / "quota.tmp-1", folder / "quota");
    BOOST_TEST(complaint("quota") == "");
}

BOOST_AUTO_TEST_SUITE_END()
