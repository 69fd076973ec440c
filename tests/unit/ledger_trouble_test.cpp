#ifndef _WIN32 // there no quota is shared through a file
#include "support/scratch_folder.hpp"

#include <boost/test/unit_test.hpp>

#if defined(__unix__) || defined(__APPLE__)

#include "support/quota_processes.hpp"

#include <cojob/error.hpp>
#include <cojob/impl/internal/policy/ledger_clock.hpp>
#include <cojob/impl/internal/policy/ledger_lock.hpp>
#include <cojob/policy/shared_quota.hpp>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sched.h>
#include <sys/mount.h>
#endif

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>

namespace ledger_trouble_tests {

using namespace std::chrono_literals;
using cojob::detail::quota_reply;
using tests::blocking_call;
using tests::ended_well;
using tests::start;

const cojob::quota_options two_uses{.limit = 2};

/// Takes slots until there is none. Returns how many.
int use_up(const std::filesystem::path& path)
{
    const auto pool = cojob::open_shared_quota(path, two_uses);
    for (int used = 0;; ++used) {
        blocking_call call(pool);
        if (call.take(0s) != quota_reply::granted || !call.ticket().commit())
            return used;
        call.ticket().stamp(true);
    }
}

/// While it lives, no file of this process may become longer than this: as on a full disk.
class full_disk {
  public:
    explicit full_disk(rlim_t bytes)
    {
        std::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &before_);
        auto now = before_;
        now.rlim_cur = bytes;
        ::setrlimit(RLIMIT_FSIZE, &now);
    }
    full_disk(const full_disk&) = delete;
    full_disk& operator=(const full_disk&) = delete;
    ~full_disk() { ::setrlimit(RLIMIT_FSIZE, &before_); }

  private:
    struct rlimit before_{};
};

bool is_refused_and_nothing_is_left(const std::filesystem::path& folder)
{
    const full_disk full(100);
    try {
        (void)cojob::open_shared_quota(folder / "quota", two_uses);
    } catch (const cojob::api_error& e) {
        for (const auto& entry : std::filesystem::directory_iterator(folder))
            if (entry.path().filename() != "quota.lock")
                return false;
        return e.code() == boost::system::errc::file_too_large;
    }
    return false;
}

#ifdef __linux__

enum verdict { good = 0, bad = 1, not_possible_here = 77 };

/// Uses what is left of the quota in a container: with process ids, mounts and a boot clock of its own.
int use_up_in_a_container(const std::filesystem::path& folder, const std::filesystem::path& mounted_at, int expected)
{
    if (::unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWTIME) != 0)
        return not_possible_here;
    std::ofstream("/proc/self/timens_offsets") << "boottime 7200 0\n";
    const auto before = cojob::detail::read_clock(CLOCK_BOOTTIME);
    const auto inside = ::fork();
    if (inside == 0) {
        ::alarm(60);
        const auto moved = cojob::detail::read_clock(CLOCK_BOOTTIME) - before;
        if (::getpid() != 1 || moved < 7'200'000'000'000 ||
            ::mount(folder.c_str(), mounted_at.c_str(), nullptr, MS_BIND, nullptr) != 0)
            ::_exit(not_possible_here);
        ::_exit(use_up(mounted_at / "quota") == expected ? good : bad);
    }
    int status = 0;
    ::waitpid(inside, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : bad;
}

#endif

} // namespace ledger_trouble_tests

BOOST_AUTO_TEST_SUITE(a_shared_quota_in_trouble, *boost::unit_test::label("processes"))

using namespace ledger_trouble_tests;

BOOST_AUTO_TEST_CASE(is_not_created_on_a_full_disk)
{
    const tests::scratch_folder folder;
    BOOST_TEST(ended_well(
        start([&] { return is_refused_and_nothing_is_left(folder / ".") && use_up(folder / "quota") == 2; })));
}

BOOST_AUTO_TEST_CASE(grants_nothing_on_a_full_disk_and_goes_on_afterwards)
{
    const tests::scratch_folder folder;
    BOOST_TEST(ended_well(start([&] {
        const auto pool = cojob::open_shared_quota(folder / "quota", two_uses);
        std::string why;
        {
            const full_disk full(100);
            blocking_call call(pool);
            if (call.take() != quota_reply::refused)
                return false;
            why = call.ticket().failure();
        }
        const bool is_named = why.find((folder / "quota").string()) != std::string::npos;
        return is_named && use_up(folder / "quota") == 2;
    })));
}

BOOST_AUTO_TEST_CASE(loses_no_use_that_ended_while_the_disk_was_full)
{
    const tests::scratch_folder folder;
    BOOST_TEST(ended_well(start([&] {
        {
            const auto pool = cojob::open_shared_quota(folder / "quota", two_uses);
            blocking_call call(pool);
            if (call.take() != quota_reply::granted || !call.ticket().commit())
                return false;
            const full_disk full(100);
            call.ticket().stamp(true);
        } // writes it at last
        return use_up(folder / "quota") == 1;
    })));
}

#ifdef __linux__
BOOST_AUTO_TEST_CASE(is_refused_on_file_systems_that_machines_share)
{
    for (const auto network : {0x6969UL, 0x517BUL, 0xFF534D42UL, 0xFE534D42UL, 0x5346414FUL, 0x00C36400UL})
        BOOST_TEST(cojob::detail::is_of_network(network));
    BOOST_TEST(cojob::detail::is_of_network(~0UL << 32U | 0xFF534D42UL));                       // of a signed type
    for (const auto local : {0xEF53UL, 0x01021994UL, 0x58465342UL, 0x9123683EUL, 0x794C7630UL}) // ext4, tmpfs, XFS, …
        BOOST_TEST(!cojob::detail::is_of_network(local));
}

BOOST_AUTO_TEST_CASE(is_shared_by_containers_whatever_their_clocks_count_from)
{
    const tests::scratch_folder folder, elsewhere;
    BOOST_TEST(ended_well(start([&] { // one use before
        const auto pool = cojob::open_shared_quota(folder / "quota", two_uses);
        blocking_call call(pool);
        const bool is_used = call.take() == quota_reply::granted && call.ticket().commit();
        call.ticket().stamp(true);
        return is_used;
    })));
    for (const int left : {1, 0}) {
        const auto container = ::fork();
        if (container == 0)
            ::_exit(use_up_in_a_container(folder / ".", elsewhere / ".", left));
        int status = 0;
        ::waitpid(container, &status, 0);
        const int verdict = WIFEXITED(status) ? WEXITSTATUS(status) : bad;
        if (verdict == not_possible_here)
            BOOST_TEST_MESSAGE("containers cannot be made here");
        else
            BOOST_TEST(verdict == good);
    }
}
#endif

BOOST_AUTO_TEST_SUITE_END()

#endif
#endif
