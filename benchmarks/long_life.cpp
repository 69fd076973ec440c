// A million polls in four virtual weeks on one client, while its server is restarted, moves, and changes its
// certificate and key: memory, descriptors, threads and alarms stay as they are. Ends with 1 where one of them grows.
//
// Runs of twenty polls in every two thousand go over sockets and TLS to the mock server; the others are answered at
// once, because a million over sockets would take minutes.
//
//     long_life [weeks]

#include <cojob/http/https_transport.hpp>
#include <cojob/http/transport.hpp>
#include <cojob/job/wait.hpp>
#include <cojob/mintlify/agent.hpp>
#include <cojob/testing/manual_clock.hpp>
#include <cojob/testing/mock_server.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using addresses = std::vector<asio::ip::address>;

constexpr int jobs = 5;

/// Answers most requests itself, and passes a run of them on to the sockets now and then.
class mostly_instant final : public cojob::http::transport {
  public:
    explicit mostly_instant(cojob::http::https_options options)
        : sockets_(cojob::http::make_https_transport(std::move(options)))
    {
    }

    asio::awaitable<cojob::http::exchange_result> send(const cojob::http::request& request,
                                                       cojob::http::exchange& x) override
    {
        const auto is_real = ++polls % 2000 < 20;
        real += is_real ? 1U : 0U;
        return is_real ? sockets_->send(request, x) : answer(request, x);
    }
    void close() noexcept override { sockets_->close(); }
    void shutdown() noexcept override { sockets_->shutdown(); }

    std::size_t polls = 0, real = 0;

  private:
    static asio::awaitable<cojob::http::exchange_result> answer(const cojob::http::request& request,
                                                                cojob::http::exchange& x)
    {
        (void)x.commit(); // nothing draws on a quota
        x.reached = cojob::phase::done;
        const auto id = request.target.substr(request.target.rfind('/') + 1);
        co_return cojob::http::exchange_result{
            {},
            {},
            {200,
             {},
             R"({"id":")" + id + R"(","status":"active","source":{"repository":"org/repo"},"model":"m",)" +
                 R"("createdAt":"2026-01-01T00:00:00Z"})"}};
    }

    std::shared_ptr<cojob::http::transport> sockets_;
};

/// A server that is never the same for long.
class changing_server {
  public:
    void stop() { server_.reset(); }

    void start()
    {
        cojob::testing::mock_server_options o;
        o.address = address();
        o.port = port_;
        o.token = token();
        server_.emplace(o); // with a certificate of its own
        port_ = server_->port();
        for (int i = 0; i < jobs; ++i)
            ids_.push_back(server_->add_job({{"active"}}));
    }

    void change()
    {
        ++life_;
        ids_.clear();
    }

    [[nodiscard]] std::string address() const { return life_ % 2 == 0 ? "127.0.0.1" : "127.0.0.2"; }
    [[nodiscard]] std::string token() const { return "key_" + std::to_string(100000 + life_); }
    [[nodiscard]] std::string base_url() const { return "https://jobs.example:" + std::to_string(port_); }
    [[nodiscard]] const std::vector<std::string>& ids() const { return ids_; }
    [[nodiscard]] std::size_t connections() const { return server_->connections(); }

  private:
    int life_ = 0;
    std::uint16_t port_ = 0;
    std::vector<std::string> ids_;
    std::optional<cojob::testing::mock_server> server_;
};

/// What the process holds.
struct holding {
    std::size_t bytes, descriptors, threads, alarms;
};

std::size_t entries_of(const char* folder)
{
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator()));
}

holding measure(const cojob::testing::manual_clock& clock)
{
    return {::mallinfo2().uordblks, entries_of("/proc/self/fd"), entries_of("/proc/self/task"), clock.pending()};
}

/// The most of each.
holding most_of(const std::vector<holding>& all, std::size_t from, std::size_t to)
{
    holding most{};
    for (auto i = from; i < to; ++i) {
        most.bytes = std::max(most.bytes, all[i].bytes);
        most.descriptors = std::max(most.descriptors, all[i].descriptors);
        most.threads = std::max(most.threads, all[i].threads);
        most.alarms = std::max(most.alarms, all[i].alarms);
    }
    return most;
}

void print(const char* when, const holding& h)
{
    std::cout << when << ": " << h.bytes << " bytes, " << h.descriptors << " descriptors, " << h.threads << " threads, "
              << h.alarms << " alarms\n";
}

bool is_flat(const std::vector<holding>& all)
{
    const auto early = most_of(all, all.size() / 4, all.size() / 2);
    const auto late = most_of(all, all.size() / 4 * 3, all.size());
    print("second quarter", early);
    print("last quarter", late);
    // Of containers that grow by doubling and of OpenSSL's caches: a step of 2 KB in the third week, and none from
    // there to the eighth. A byte for each poll would be 300 KB.
    constexpr std::size_t wobble = 8192;
    return late.bytes <= early.bytes + wobble && late.descriptors <= early.descriptors &&
           late.threads <= early.threads && late.alarms <= early.alarms;
}

bool run(std::chrono::weeks length)
{
    changing_server server;
    server.start();
    asio::io_context context;
    const auto clock = std::make_shared<cojob::testing::manual_clock>(context);
    cojob::http::https_options network;
    network.tls.insecure_skip_verify = true; // each certificate has an authority of its own
    network.pool.max_age = 5min;
    network.name_lookup = [&server](std::string) -> asio::awaitable<addresses> {
        co_return addresses{asio::ip::make_address(server.address())};
    };
    const auto transport = std::make_shared<mostly_instant>(std::move(network));
    cojob::client_options options;
    options.clock = clock;
    options.seed = 1;
    cojob::mintlify::agent_options project;
    project.project_id = "test-project";
    project.base_url = server.base_url();
    project.api_key = [&server]() -> asio::awaitable<cojob::secret> { co_return cojob::secret(server.token()); };
    const cojob::mintlify::agent agent(cojob::client(context.get_executor(), options, transport), project);

    int ended = 0;
    for (const auto& id : server.ids())
        asio::co_spawn(context, cojob::wait_for_job(agent, id, {.timeout = length + 24h}),
                       [&](const std::exception_ptr&, const cojob::mintlify::agent_job&) { ++ended; });
    std::vector<holding> held;
    held.reserve(static_cast<std::size_t>(length / 6h) + 1); // so that this memory does not grow
    std::size_t connections = 0;
    for (std::chrono::hours passed{}; passed < length; passed += 6h) {
        clock->advance(6h - 1min);
        connections += server.connections();
        server.stop();
        clock->advance(30s); // an outage
        held.push_back(measure(*clock));
        server.change();
        server.start();
        clock->advance(30s);
    }
    std::cout << transport->polls << " polls in " << length.count() << " virtual weeks, " << transport->real
              << " of them over " << connections << " connections to " << held.size() << " servers\n";
    const auto ended_early = ended;
    agent.get_client().close();
    clock->settle();
    return is_flat(held) && ended_early == 0 && ended == jobs && connections > held.size();
}

} // namespace

int main(int argc, char** argv)
{
    // What a thread keeps of freed blocks counts as used, and grows for a while.
    if (!std::getenv("GLIBC_TUNABLES")) {
        ::setenv("GLIBC_TUNABLES", "glibc.malloc.tcache_count=0", 1);
        ::execv("/proc/self/exe", argv);
    }
    ::mallopt(M_ARENA_MAX, 1); // of more, only one would be measured
    const auto good = run(std::chrono::weeks(argc > 1 ? std::strtol(argv[1], nullptr, 10) : 4));
    std::cout << (good ? "flat\n" : "NOT flat\n");
    return good ? 0 : 1;
}
