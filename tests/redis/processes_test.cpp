#include "redis/redis_bench.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <new>
#include <string>
#include <thread>
#include <vector>

namespace redis_processes_tests {

using namespace std::chrono_literals;
using cojob::when_unreachable;
using tests::redis_process;
using clock = std::chrono::steady_clock;

constexpr std::uint32_t processes = 20;
constexpr std::uint32_t limit = 20;
constexpr auto window = 10s; // longer than all until Redis is back

/// When each request was sent, by whichever process: what the API's server would count.
class counting_server {
  public:
    counting_server()
        : at_(new(::mmap(nullptr, sizeof(log), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) log)
    {
    }
    counting_server(const counting_server&) = delete;
    counting_server& operator=(const counting_server&) = delete;
    ~counting_server() { ::munmap(at_, sizeof(log)); }

    void take() const
    {
        const auto i = at_->count++;
        if (i < at_->sent.size())
            at_->sent.at(i) = clock::now().time_since_epoch().count();
    }
    [[nodiscard]] std::size_t count() const { return at_->count; }
    /// Whether there were so many requests within 30 seconds.
    [[nodiscard]] bool gets(std::size_t requests) const
    {
        const auto end = clock::now() + 30s;
        while (count() < requests && clock::now() < end)
            std::this_thread::sleep_for(1ms);
        return count() >= requests;
    }
    /// When the first was sent whose process lived to note it.
    [[nodiscard]] clock::time_point first() const
    {
        const auto* const first =
            std::find_if(at_->sent.begin(), at_->sent.end(), [](const auto& when) { return when != 0; });
        return clock::time_point(clock::duration(*first));
    }

    /// The most requests in any window.
    [[nodiscard]] std::size_t most() const
    {
        std::vector<std::int64_t> times(at_->sent.begin(), at_->sent.begin() + static_cast<std::ptrdiff_t>(count()));
        std::erase(times, 0); // killed in between
        std::sort(times.begin(), times.end());
        std::size_t most = 0, first = 0;
        for (std::size_t i = 0; i < times.size(); ++i) {
            while (clock::duration(times[i] - times[first]) >= window)
                ++first;
            most = std::max(most, i - first + 1);
        }
        return most;
    }

  private:
    struct log {
        std::atomic<std::size_t> count{0};
        std::array<std::atomic<std::int64_t>, 10'000> sent{};
    };
    log* at_;
};

/// A process that sends as often as the quota lets it, until it is killed.
pid_t start_user(const cojob::redis_ledger_options& where, const counting_server& server)
{
    const auto pid = ::fork();
    if (pid != 0)
        return pid;
    ::alarm(60);
    redis_process process(where, {.limit = limit, .window = window}, {.grace = 200'000});
    while (true) {
        redis_process::call call(process, 100ms);
        if (call.take(10s) && call.ticket.commit()) {
            server.take();
            call.ticket.stamp(true);
        } else {
            std::this_thread::sleep_for(20ms); // as a program that tries again
        }
    }
}

void kill_user(pid_t pid)
{
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
}

} // namespace redis_processes_tests

BOOST_AUTO_TEST_SUITE(processes_that_share_a_quota_in_redis)

using namespace redis_processes_tests;

/// Twenty processes that want all there is. While the first uses count, one of them is killed, and then the server,
/// which comes back empty. Afterwards one process after the other is killed and replaced.
BOOST_AUTO_TEST_CASE(never_exceed_the_limit_whoever_is_killed)
{
    for (const auto away : {when_unreachable::fail(), when_unreachable::divide(processes)}) {
        tests::redis_server server;
        const counting_server api;
        auto where = tests::ledger_at(server.port());
        where.timeout = 500ms;
        where.unreachable = away;
        std::vector<pid_t> users;
        while (users.size() < processes)
            users.push_back(start_user(where, api));
        BOOST_TEST(api.gets(limit / 2));
        kill_user(users.front());
        std::this_thread::sleep_for(300ms); // others see what it used
        server.kill();
        const auto before = api.count();
        std::this_thread::sleep_for(300ms);
        server.start();
        std::this_thread::sleep_for(1500ms);               // nobody starts before those that know of uses are back
        BOOST_TEST((clock::now() - api.first() < window)); // else nothing shows whether they were forgotten
        for (std::size_t i = 0; i < processes; i += 2) {
            if (i > 0)
                kill_user(users[i]);
            users[i] = start_user(where, api);
            std::this_thread::sleep_for(150ms);
        }
        BOOST_TEST(api.gets(limit + limit / 2)); // in the next window
        for (const auto user : users)
            kill_user(user);
        BOOST_TEST_MESSAGE(before << " requests, then " << api.count() - before << ", at most " << api.most()
                                  << " in a window");
        BOOST_TEST(before <= limit);
        BOOST_TEST(api.most() <= limit);
    }
}

BOOST_AUTO_TEST_SUITE_END()
