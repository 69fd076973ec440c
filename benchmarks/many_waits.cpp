// Many waits on one client, in virtual time: that none polls too often or too late, and what a wait costs.
//
//     many_waits [waits] [minutes]   the schedule
//     many_waits memory [waits]      bytes for each wait, as lines for docs/benchmarks/waits.tsv
//     many_waits costs WAITS         the same with the CPU time of a poll in microseconds, the server's part included

#include <cojob/http/transport.hpp>
#include <cojob/job/many.hpp>
#include <cojob/job/wait.hpp>
#include <cojob/mintlify/agent.hpp>
#include <cojob/testing/manual_clock.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// Answers at once that the job is active, and looks at how long ago it was asked for the same job.
class instant_server final : public cojob::http::transport {
  public:
    asio::awaitable<cojob::http::exchange_result> send(const cojob::http::request& request,
                                                       cojob::http::exchange& x) override
    {
        (void)x.commit(); // nothing draws on a quota
        x.reached = cojob::phase::done;
        ++polls;
        const auto now = x.operation.time().now();
        const auto id = request.target.substr(request.target.rfind('/') + 1);
        auto& last = last_[id];
        if (last) {
            shortest = std::min(shortest, now - *last);
            longest = std::max(longest, now - *last);
        }
        last = now;
        co_return cojob::http::exchange_result{
            {},
            {},
            {200,
             {},
             R"({"id":")" + id + R"(","status":"active","source":{"repository":"org/repo"},"model":"m",)" +
                 R"("createdAt":"2026-01-01T00:00:00Z"})"}};
    }
    void close() noexcept override {}
    void shutdown() noexcept override {}

    /// Makes room for what it notes of a job.
    void expect(const std::string& id) { last_.try_emplace(id); }

    std::size_t polls = 0;
    cojob::duration shortest = cojob::duration::max(), longest{};

  private:
    std::unordered_map<std::string, std::optional<cojob::time_point>> last_;
};

double seconds(cojob::duration d)
{
    return std::chrono::duration<double>(d).count();
}

/// Bytes on the heap, by malloc's own account: `operator new` does not see coroutine frames, which Asio gets from
/// `aligned_alloc`.
std::size_t live_bytes()
{
    const auto heap = ::mallinfo2();
    return heap.uordblks + heap.hblkhd;
}

/// A client in virtual time on such a server.
struct bench {
    asio::io_context context;
    std::shared_ptr<cojob::testing::manual_clock> clock = std::make_shared<cojob::testing::manual_clock>(context);
    std::shared_ptr<instant_server> server = std::make_shared<instant_server>();
    cojob::mintlify::agent agent = make_agent();

  private:
    [[nodiscard]] cojob::mintlify::agent make_agent()
    {
        cojob::client_options options;
        options.clock = clock;
        options.seed = 1;
        cojob::mintlify::agent_options project;
        project.project_id = "p";
        project.api_key = cojob::secret("key");
        return {cojob::client(context.get_executor(), options, server), project};
    }
};

std::vector<std::string> make_ids(std::size_t count)
{
    std::vector<std::string> ids;
    ids.reserve(count);
    for (std::size_t i = 0; i < count; ++i)
        ids.push_back("job-" + std::to_string(i));
    return ids;
}

/// Whether the waits kept to the schedule, and all of them ended.
bool keeps_to_the_schedule(std::size_t waits, std::chrono::minutes length)
{
    bench b;
    std::size_t ended = 0, timed_out = 0;
    for (const auto& id : make_ids(waits))
        asio::co_spawn(b.context, cojob::wait_for_job(b.agent, id, {.timeout = length}),
                       [&](std::exception_ptr failure, const cojob::mintlify::agent_job&) {
                           ++ended;
                           try {
                               std::rethrow_exception(failure);
                           } catch (const cojob::api_error& e) {
                               timed_out += e.code() == cojob::errc::wait_timeout ? 1U : 0U;
                           }
                       });
    b.clock->advance(length + 15s);
    const auto& server = *b.server;
    const auto polls_each = static_cast<double>(server.polls) / static_cast<double>(waits);
    std::cout << waits << " waits for " << length.count() << " virtual minutes: " << server.polls << " polls, "
              << polls_each << " each, " << seconds(server.shortest) << " to " << seconds(server.longest)
              << " s apart; " << b.clock->pending() << " timers left\n";
    const auto most = seconds(length) / 5 + 2, least = seconds(length) / 10;
    // The last poll of a wait may follow the one before it sooner: it is made for the deadline.
    return ended == waits && timed_out == waits && b.clock->pending() == 0 && server.longest <= 10s &&
           polls_each <= most && polls_each >= least;
}

struct costs {
    std::size_t bytes = 0;   // of a wait
    double microseconds = 0; // of a poll
};

/// Starts waits in some way, then measures: each has been polled once or more. Looks at the CPU time only if told for
/// how long.
costs costs_of_each(std::size_t waits, const std::function<void(bench&)>& start, cojob::duration polled = {})
{
    bench b;
    for (const auto& id : make_ids(waits)) // what the server notes of a job is not the client's
        b.server->expect(id);
    const auto before = live_bytes();
    start(b);
    b.clock->advance(15s);
    costs found{(live_bytes() - before) / waits};
    const auto polls = b.server->polls;
    const auto begin = std::clock();
    b.clock->advance(polled);
    if (b.server->polls != polls)
        found.microseconds = static_cast<double>(std::clock() - begin) * 1e6 / CLOCKS_PER_SEC /
                             static_cast<double>(b.server->polls - polls);
    return found;
}

struct costs_of_both {
    costs spawned, one_of_many;
};

costs_of_both measured(std::size_t waits, cojob::duration polled = {})
{
    const cojob::wait_options options{.timeout = cojob::no_timeout};
    const auto spawn = [&](bench& b) {
        for (const auto& id : make_ids(waits))
            asio::co_spawn(b.context, cojob::wait_for_job(b.agent, id, options), asio::detached);
    };
    const auto spawn_one = [&](bench& b) {
        asio::co_spawn(b.context, cojob::wait_for_all(b.agent, make_ids(waits), options), asio::detached);
    };
    return {costs_of_each(waits, spawn, polled), costs_of_each(waits, spawn_one, polled)};
}

void print_memory(std::size_t waits)
{
    const auto of = measured(waits);
    std::cout << "spawned wait_for_job\t" << of.spawned.bytes << "\njob in wait_for_all\t" << of.one_of_many.bytes
              << '\n';
}

/// So many polls that a few waits are measured as exactly as many.
void print_costs(std::size_t waits)
{
    const auto of = measured(waits, std::chrono::seconds(std::max<std::size_t>(20, 600'000 / waits)));
    std::cout << "spawned wait_for_job\t" << of.spawned.bytes << '\t' << of.spawned.microseconds
              << "\njob in wait_for_all\t" << of.one_of_many.bytes << '\t' << of.one_of_many.microseconds << '\n';
}

} // namespace

int main(int argc, char** argv)
{
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (!arguments.empty() && arguments[0] == "memory") {
        print_memory(arguments.size() > 1 ? std::stoul(arguments[1]) : 100'000);
        return 0;
    }
    if (arguments.size() > 1 && arguments[0] == "costs") {
        print_costs(std::stoul(arguments[1]));
        return 0;
    }
    const auto waits = arguments.empty() ? 10'000 : std::stoul(arguments[0]);
    const auto minutes = arguments.size() > 1 ? std::stol(arguments[1]) : 60;
    const auto good = keeps_to_the_schedule(waits, std::chrono::minutes(minutes));
    std::cout << (good ? "as planned\n" : "NOT as planned\n");
    return good ? 0 : 1;
}
