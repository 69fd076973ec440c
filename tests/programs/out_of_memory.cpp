// The n-th allocation of an operation fails, for every n, each in a process of its own: whoever called goes on, and the
// client does what it is asked next.

#include "support/failing_memory.hpp"
#include "support/own_api.hpp"
#include "support/poll_bench.hpp"

#include <cojob/job/many.hpp>
#include <cojob/job/watch.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <new>
#include <string>
#include <vector>

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tests::to_go;

/// What a child tells by its exit code.
enum verdict { fine = 0, past_the_end = 50, wedged = 60, caller_lost = 61, other_error = 62, client_kept = 63 };

cojob::wait_options few_polls()
{
    cojob::wait_options o;
    o.timeout = 60s;
    o.schedule = {1s, 1s, 2s, 1.5};
    return o;
}

/// An API that lists its jobs; they end with the sixth request of nine. Jobs of OSAPI will not do: Boost.JSON 1.81 ends
/// the program where it compares objects without memory.
class listing_api {
  public:
    using job_type = tests::own_job;
    static constexpr std::string_view api_name = "listing";
    static constexpr bool lists_whole_jobs = true;

    explicit listing_api(cojob::client c) : client_(std::move(c)) {}

    asio::awaitable<tests::own_job> get_job(std::string id) { co_return tests::own_job{std::move(id), status()}; }
    asio::awaitable<std::vector<tests::own_job>> list_unfinished()
    {
        std::vector<tests::own_job> jobs;
        for (auto& id : tests::make_ids(status() == "done" ? 0 : 4))
            jobs.push_back({std::move(id), "running"});
        co_return jobs;
    }
    [[nodiscard]] cojob::client get_client() const { return client_; }
    [[nodiscard]] static std::string scope() { return "https://listing.example"; }
    [[nodiscard]] static cojob::poll_schedule default_schedule() { return {1s, 1s, 2s, 1.5}; }

    friend bool operator==(const listing_api& a, const listing_api& b) { return a.client_ == b.client_; }

  private:
    std::string status() { return ++*requests_ % 9 > 5 ? "done" : "running"; }

    cojob::client client_;
    std::shared_ptr<unsigned> requests_ = std::make_shared<unsigned>(0);
};

/// A client and its server, whose jobs end likewise.
class bench {
  public:
    bench()
    {
        // Asio's queue of timers grows inside an initiation, and what that throws nobody can catch: it has grown
        // before.
        std::deque<asio::steady_timer> timers;
        for (int i = 0; i < 64; ++i)
            timers.emplace_back(context, 1h).async_wait([](auto) {});
        timers.clear();
        context.poll();
        context.restart();
    }

    asio::io_context context;
    std::weak_ptr<cojob::http::transport> transport;
    std::shared_ptr<cojob::testing::manual_clock> clock = std::make_shared<cojob::testing::manual_clock>(context);
    cojob::client client{context.get_executor(), options(), make_transport()};
    cojob::mintlify::agent agent = tests::poll_bench::make_agent({}, client);
    listing_api listing{client};

    cojob::duration round_trip{};     // of a poll
    asio::cancellation_signal cancel; // of the caller

  private:
    cojob::client_options options() const
    {
        auto o = tests::one_attempt();
        o.clock = clock;
        o.seed = 1;
        return o;
    }
    std::shared_ptr<cojob::http::transport> make_transport()
    {
        auto made = std::make_shared<cojob::testing::scripted_transport>([this](const cojob::http::request& r) {
            const auto left = std::exchange(to_go, 0); // the server has memory
            auto reply = answer(r);
            to_go = left;
            return reply;
        });
        transport = made;
        return made;
    }
    cojob::testing::scripted_reply answer(const cojob::http::request& r)
    {
        const auto is_over = ++polls_ % 9 > 5;
        const auto* const status = is_over ? "completed" : "active";
        cojob::testing::scripted_reply reply{r.method == "POST" ? 202 : 200, tests::job_json("job_1", status), {}};
        reply.delay = round_trip;
        return reply;
    }

    unsigned polls_ = 0;
};

asio::awaitable<void> create_and_wait(bench& b)
{
    const auto job = co_await b.agent.create_job("x");
    co_await cojob::wait_for_job(b.agent, job.id, few_polls());
}

asio::awaitable<void> watch(bench& b)
{
    auto changes = cojob::watch_job(b.agent, "job_1", few_polls());
    while (co_await changes.next()) {
    }
}

asio::awaitable<void> wait_for_all(bench& b)
{
    auto ids = tests::make_ids(4);
    const auto ends = co_await cojob::wait_for_all(b.listing, std::move(ids), few_polls());
    for (const auto& end : ends)
        if (!end)
            throw cojob::api_error(end.error());
}

/// The time is up while a poll is under way.
asio::awaitable<void> time_out(bench& b)
{
    b.round_trip = 10s;
    auto options = few_polls();
    options.timeout = 1500ms;
    try {
        co_await cojob::wait_for_job(b.agent, "job_1", options);
    } catch (const cojob::api_error&) {
    }
}

/// The caller gives up while a poll is under way.
asio::awaitable<void> give_up(bench& b)
{
    b.round_trip = 10s;
    const auto alarm = b.clock->make_alarm(b.context.get_executor());
    alarm->set(b.clock->now() + 1500ms, [&b] { b.cancel.emit(asio::cancellation_type::terminal); });
    try {
        co_await cojob::wait_for_job(b.agent, "job_1", few_polls());
    } catch (const boost::system::system_error& e) {
        if (e.code() != asio::error::operation_aborted)
            throw;
    }
}

using operation = asio::awaitable<void> (*)(bench&);

const char* how = "lost";

asio::awaitable<void> caller(operation run, bench& b)
{
    try {
        co_await run(b);
        how = "ok";
    } catch (const std::bad_alloc&) {
        how = "bad_alloc";
    } catch (const std::exception&) {
        how = "other";
    }
}

bool run(operation op, bench& b, long fails)
{
    how = "lost";
    to_go = fails;
    asio::co_spawn(b.context, caller(op, b), asio::bind_cancellation_slot(b.cancel.slot(), asio::detached));
    for (int i = 0; i < 3; ++i)
        try {
            b.clock->advance(100s);
            break;
        } catch (const std::bad_alloc&) { // out of run(): the caller may go on all the same
        }
    return std::string_view(how) == "ok";
}

/// Nothing of the failure holds the client, when it is asked for nothing more.
bool is_client_gone(operation op, long n)
{
    auto b = std::make_unique<bench>();
    const auto transport = b->transport;
    run(op, *b, n);
    to_go = 0;
    b.reset();
    return transport.expired();
}

int child(operation op, long n)
{
    if (!is_client_gone(op, n))
        return client_kept;
    bench b;
    const auto was_fine = run(op, b, n);
    const auto was_reached = std::exchange(to_go, 0) == 0;
    const std::string first = how;
    if (!was_reached)
        return past_the_end;
    const auto is_fine = run(op, b, 0);
    if (!was_fine && first == "lost")
        return caller_lost;
    return !is_fine ? wedged : first == "other" ? other_error : fine;
}

/// What came out, and the allocations that did it.
std::map<int, std::vector<long>> all_of(operation op)
{
    std::map<int, std::vector<long>> seen;
    for (long n = 1; seen[past_the_end].empty(); ++n) {
        const auto pid = ::fork();
        if (pid == 0) {
            ::alarm(60);
            ::_exit(child(op, n));
        }
        int status = 0;
        ::waitpid(pid, &status, 0);
        seen[WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status)].push_back(n);
    }
    return seen;
}

} // namespace

int main(int argc, char** argv)
{
    // With a name and a number: that one alone, for a debugger.
    const std::map<std::string, operation> operations{{"create and wait", create_and_wait},
                                                      {"watch", watch},
                                                      {"wait for all", wait_for_all},
                                                      {"time out", time_out},
                                                      {"give up", give_up}};
    if (argc > 2)
        return child(operations.at(argv[1]), std::atol(argv[2]));
    int failures = 0;
    for (const auto& [name, op] : operations)
        for (const auto& [code, times] : all_of(op)) {
            if (code == fine || code == past_the_end)
                continue;
            ++failures;
            std::printf("%s: %d, when these allocations fail:", name.c_str(), code);
            for (const auto n : times)
                std::printf(" %ld", n);
            std::puts("");
        }
    return failures;
}
