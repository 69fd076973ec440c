// Ten thousand waits on one client, in virtual time: what a wait costs in memory, and that none polls too often or too
// late.
//
//     many_waits [waits] [minutes]

#include <cojob/http/transport.hpp>
#include <cojob/job/wait.hpp>
#include <cojob/mintlify/agent.hpp>
#include <cojob/testing/manual_clock.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <new>
#include <string>
#include <unordered_map>

namespace {

std::size_t live_bytes = 0;

} // namespace

#ifndef __SANITIZE_ADDRESS__ // which has its own
namespace {

constexpr std::size_t header = alignof(std::max_align_t);

} // namespace

// Counts what is allocated and not yet freed.
void* operator new(std::size_t size)
{
    auto* const block = static_cast<std::byte*>(std::malloc(size + header));
    if (!block)
        throw std::bad_alloc();
    *reinterpret_cast<std::size_t*>(block) = size;
    live_bytes += size;
    return block + header;
}
void operator delete(void* p) noexcept
{
    if (!p)
        return;
    auto* const block = static_cast<std::byte*>(p) - header;
    live_bytes -= *reinterpret_cast<std::size_t*>(block);
    std::free(block);
}
void operator delete(void* p, std::size_t) noexcept
{
    operator delete(p);
}
#endif

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
        const auto [last, is_first] = last_.try_emplace(id, now);
        if (!is_first) {
            shortest = std::min(shortest, now - last->second);
            longest = std::max(longest, now - last->second);
            last->second = now;
        }
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

    std::size_t polls = 0;
    cojob::duration shortest = cojob::duration::max(), longest{};

  private:
    std::unordered_map<std::string, cojob::time_point> last_;
};

double seconds(cojob::duration d)
{
    return std::chrono::duration<double>(d).count();
}

/// Whether the waits kept to the schedule, and all of them ended.
bool run(std::size_t waits, std::chrono::minutes length)
{
    asio::io_context context;
    const auto clock = std::make_shared<cojob::testing::manual_clock>(context);
    const auto server = std::make_shared<instant_server>();
    cojob::client_options options;
    options.clock = clock;
    options.seed = 1;
    cojob::mintlify::agent_options project;
    project.project_id = "p";
    project.api_key = cojob::secret("key");
    const cojob::mintlify::agent agent(cojob::client(context.get_executor(), options, server), project);

    std::size_t ended = 0, timed_out = 0;
    const auto before = live_bytes;
    for (std::size_t i = 0; i < waits; ++i)
        asio::co_spawn(context, cojob::wait_for_job(agent, "job-" + std::to_string(i), {.timeout = length}),
                       [&](std::exception_ptr failure, const cojob::mintlify::agent_job&) {
                           ++ended;
                           try {
                               std::rethrow_exception(failure);
                           } catch (const cojob::api_error& e) {
                               timed_out += e.code() == cojob::errc::wait_timeout ? 1U : 0U;
                           }
                       });
    clock->advance(15s);
    const auto each = static_cast<double>(live_bytes - before) / static_cast<double>(waits);
    clock->advance(length);
    const auto polls_each = static_cast<double>(server->polls) / static_cast<double>(waits);
    std::cout << waits << " waits for " << length.count() << " virtual minutes: " << server->polls << " polls, "
              << polls_each << " each, " << seconds(server->shortest) << " to " << seconds(server->longest)
              << " s apart; " << static_cast<std::size_t>(each) << " bytes a wait; " << clock->pending()
              << " timers left\n";
    const auto most = seconds(length) / 5 + 2, least = seconds(length) / 10;
    // The last poll of a wait may follow the one before it sooner: it is made for the deadline.
    return ended == waits && timed_out == waits && clock->pending() == 0 && server->longest <= 10s &&
           polls_each <= most && polls_each >= least;
}

} // namespace

int main(int argc, char** argv)
{
    const auto waits = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 10'000;
    const auto minutes = argc > 2 ? std::strtol(argv[2], nullptr, 10) : 60;
    const auto good = run(waits, std::chrono::minutes(minutes));
    std::cout << (good ? "as planned\n" : "NOT as planned\n");
    return good ? 0 : 1;
}
