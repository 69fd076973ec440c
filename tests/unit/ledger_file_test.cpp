#ifndef _WIN32 // there no quota is shared through a file
#include "support/scratch_folder.hpp"

#include <boost/test/unit_test.hpp>

#if defined(__unix__) || defined(__APPLE__)

#include <cojob/error.hpp>
#include <cojob/impl/internal/policy/ledger_file.hpp>
#include <cojob/policy/quota.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <ios>
#include <optional>
#include <string>
#include <thread>

namespace ledger_file_tests {

using namespace std::chrono_literals;
using cojob::detail::ledger_book;
using cojob::detail::ledger_file;
using cojob::detail::ledger_layout;
using cojob::detail::ledger_lock;
using cojob::detail::ledger_time;

constexpr std::uint32_t limit = 3;
const cojob::quota_options options{.limit = limit};

ledger_file open(const std::filesystem::path& path)
{
    return {path, options, {}, cojob::detail::machine_ledger_time};
}

bool acquire(ledger_file& file, std::uint64_t id)
{
    bool is_granted = false;
    file.update([&](ledger_book& book, const ledger_time& now) {
        is_granted = book.acquire(1, id, 60'000'000'000, now).is_granted;
    });
    return is_granted;
}

/// The words with which a file is refused.
std::string refusal(const std::function<void()>& act)
{
    try {
        act();
    } catch (const cojob::api_error& e) {
        return e.what();
    }
    return "accepted";
}

void overwrite(const std::filesystem::path& path, std::streamoff at, char with)
{
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(at);
    file.put(with);
}

bool has(const std::string& text, const char* words)
{
    BOOST_TEST_INFO(text);
    return text.find(words) != std::string::npos;
}

} // namespace ledger_file_tests

BOOST_AUTO_TEST_SUITE(a_quotas_ledger_in_a_file)

using namespace ledger_file_tests;

BOOST_AUTO_TEST_CASE(is_for_its_owner_only_and_is_found_through_a_link)
{
    const tests::scratch_folder folder;
    std::filesystem::create_symlink("real", folder / "link");
    {
        auto file = open(folder / "link");
        BOOST_TEST(acquire(file, 1));
        BOOST_TEST(acquire(file, 2));
    }
    using perms = std::filesystem::perms;
    BOOST_TEST((std::filesystem::status(folder / "real").permissions() == (perms::owner_read | perms::owner_write)));
    BOOST_TEST(
        (std::filesystem::status(folder / "real.lock").permissions() == (perms::owner_read | perms::owner_write)));
    BOOST_TEST(std::filesystem::is_symlink(folder / "link"));
    auto same = open(folder / "real");
    BOOST_TEST(acquire(same, 3));
    BOOST_TEST(!acquire(same, 4));
}

BOOST_AUTO_TEST_CASE(is_refused_if_it_is_damaged_cut_off_or_anothers_and_it_says_what_to_do)
{
    const tests::scratch_folder folder;
    const auto path = folder / "quota";
    {
        (void)open(path);
    }
    const auto size = std::filesystem::file_size(path);
    overwrite(path, 155, '\1');
    BOOST_TEST(has(refusal([&] { (void)open(path); }), "damaged or cut off; its uses are lost: delete the file when"));
    overwrite(path, 155, '\0');
    for (const auto cut : {size - 1, size - 64, std::uintmax_t(64), std::uintmax_t(0)}) {
        {
            (void)open(folder / "cut");
        }
        std::filesystem::resize_file(folder / "cut", cut);
        BOOST_TEST(has(refusal([&] { (void)open(folder / "cut"); }), "damaged or cut off"));
        std::filesystem::remove(folder / "cut");
    }
    BOOST_TEST(has(refusal([&] { ledger_file(path, {.limit = 4}, {}, cojob::detail::machine_ledger_time); }),
                   "belongs to a quota of 3 uses in 3600 s"));
    cojob::quota(options).save(folder / "saved");
    BOOST_TEST(has(refusal([&] { (void)open(folder / "saved"); }), "written by quota::save"));
}

BOOST_AUTO_TEST_CASE(of_a_newer_version_is_refused)
{
    const tests::scratch_folder folder;
    auto records = ledger_layout::make(limit, 3'600'000'000'000, cojob::detail::machine_ledger_time());
    records[0].number = 2;
    {
        std::ofstream file(folder / "quota", std::ios::binary);
        for (const auto& record : records) {
            const auto text = record.encode();
            file.write(reinterpret_cast<const char*>(text.data()), static_cast<std::streamsize>(text.size()));
        }
    }
    BOOST_TEST(has(refusal([&] { (void)open(folder / "quota"); }), "of a newer version than this library can read"));
}

BOOST_AUTO_TEST_CASE(that_is_deleted_while_it_is_used_grants_nothing_more)
{
    const tests::scratch_folder folder;
    auto file = open(folder / "quota");
    BOOST_TEST(acquire(file, 1));
    std::filesystem::remove(folder / "quota");
    BOOST_TEST(has(refusal([&] { acquire(file, 2); }), "was deleted, moved or replaced while it was used"));
}

BOOST_AUTO_TEST_CASE(that_is_moved_while_it_is_used_grants_nothing_more)
{
    const tests::scratch_folder folder;
    auto file = open(folder / "quota");
    std::filesystem::rename(folder / "quota", folder / "quota.1");
    BOOST_TEST(has(refusal([&] { acquire(file, 1); }), "was deleted, moved or replaced"));
    (void)open(folder / "quota");
    BOOST_TEST(has(refusal([&] { acquire(file, 1); }), "was deleted, moved or replaced"));
}

BOOST_AUTO_TEST_CASE(with_a_hard_link_is_refused)
{
    const tests::scratch_folder folder;
    auto file = open(folder / "quota");
    std::filesystem::create_hard_link(folder / "quota", folder / "other");
    BOOST_TEST(has(refusal([&] { acquire(file, 1); }), "has a second name"));
    BOOST_TEST(has(refusal([&] { (void)open(folder / "other"); }), "has a second name"));
}

BOOST_AUTO_TEST_CASE(is_locked_where_it_was_opened_whatever_the_current_folder_is)
{
    const tests::scratch_folder folder, other;
    const auto before = std::filesystem::current_path();
    std::filesystem::current_path(folder / "");
    auto file = open("quota");
    std::filesystem::current_path(other / "");
    BOOST_TEST(acquire(file, 1));
    BOOST_TEST(!std::filesystem::exists(other / "quota.lock"));
    std::filesystem::current_path(before);
}

BOOST_AUTO_TEST_CASE(is_not_locked_by_a_lock_that_was_deleted)
{
    const tests::scratch_folder folder;
    auto first = std::make_optional<ledger_lock>(folder / "quota", 1s);
    bool has_locked = true;
    std::thread waiting([&] {
        try {
            const ledger_lock lock(folder / "quota", 200ms);
        } catch (const cojob::api_error&) {
            has_locked = false;
        }
    });
    std::this_thread::sleep_for(20ms); // it waits
    std::filesystem::remove(folder / "quota.lock");
    const ledger_lock second(folder / "quota", 1s);
    first.reset();
    waiting.join();
    BOOST_TEST(!has_locked);
}

BOOST_AUTO_TEST_CASE(can_be_flushed_to_disk)
{
    const tests::scratch_folder folder;
    ledger_file file(folder / "quota", options, {.flushes_to_disk = true}, cojob::detail::machine_ledger_time);
    BOOST_TEST(acquire(file, 1));
}

BOOST_AUTO_TEST_CASE(knows_its_boot_and_counts_forward)
{
    const auto first = cojob::detail::machine_ledger_time(), second = cojob::detail::machine_ledger_time();
    BOOST_TEST(first.boot == second.boot);
    BOOST_TEST(first.steady <= second.steady);
#ifdef __linux__
    BOOST_TEST(first.boot != 0U);
#endif
}

BOOST_AUTO_TEST_SUITE_END()

#endif
#endif
