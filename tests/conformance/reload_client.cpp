// POSTs to servers that are reloaded, or close their idle connections, every second. Each has an id that whoever is
// behind the servers counts. Ends with 1 if a POST arrived twice, if one that succeeded did not arrive, if one that
// failed did, or if the outcome of more than so many is unknown. tests/conformance/reloads starts the servers.
//
//     reload_client COUNTS_URL CA_FILE SECONDS POSTS MOST_UNKNOWN NAME=URL...

#include <cojob/client.hpp>
#include <cojob/result.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <deque>
#include <iostream>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <unordered_map>

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using clock_type = std::chrono::steady_clock;

enum class outcome { succeeded, unknown, failed };

struct limits {
    clock_type::time_point end;
    std::size_t posts; ///< to one server
};

/// A server, and what became of the POSTs to it.
struct target {
    target(asio::io_context& context, const cojob::client_options& options, std::string_view argument)
        : name(argument.substr(0, argument.find('='))),
          url(cojob::http::parse_url(argument.substr(argument.find('=') + 1), "URL")), client(context, options)
    {
    }

    std::string name;
    cojob::http::url url;
    cojob::client client;
    std::size_t begun = 0;
    std::unordered_map<std::string, outcome> ended;
    std::map<std::string, std::size_t> reasons; ///< of those that did not succeed
};

cojob::api_request request_of(const char* method, const cojob::http::url& url, const char* segment)
{
    return {method, url, {segment}, cojob::secret("key")};
}

/// Mostly a short pause, so that many connections are in use when a server is reloaded; sometimes one of about the time
/// for which a connection takes a further POST.
std::chrono::microseconds pause(std::mt19937& random)
{
    const auto longest = random() % 5 == 0 ? 1'200'000U : 40'000U;
    return std::chrono::microseconds(random() % longest);
}

void note(target& to, std::string id, const cojob::result<cojob::http::response>& got)
{
    if (got) {
        to.ended.emplace(std::move(id), outcome::succeeded);
        return;
    }
    const auto& error = got.error();
    const auto is_unknown = error.code() == cojob::errc::outcome_unknown;
    to.ended.emplace(std::move(id), is_unknown ? outcome::unknown : outcome::failed);
    const auto why = error.attempts.empty() ? std::string() : ": " + error.attempts.back().why;
    ++to.reasons[error.code().message() + " (HTTP " + std::to_string(error.http_status) + ")" + why];
}

asio::awaitable<void> post(target& to, limits until, unsigned seed)
{
    std::mt19937 random(seed);
    asio::steady_timer timer(co_await asio::this_coro::executor);
    while (clock_type::now() < until.end && to.begun < until.posts) {
        const auto id = to.name + '-' + std::to_string(++to.begun);
        auto request = request_of("POST", to.url, "posts");
        request.json = R"({"id":")" + id + R"("})";
        const auto got = co_await cojob::as_result(to.client.send(std::move(request)));
        note(to, id, got);
        timer.expires_after(pause(random));
        co_await timer.async_wait(asio::use_awaitable);
    }
}

/// How often each id has arrived.
using counts = std::unordered_map<std::string, std::size_t>;

asio::awaitable<void> ask(cojob::client client, cojob::http::url url, counts& arrived)
{
    const auto got = co_await client.send(request_of("GET", url, "counts"));
    std::istringstream lines(got.body);
    std::string id;
    for (std::size_t count = 0; lines >> id >> count;)
        arrived.emplace(id, count);
}

/// Whether each POST arrived as its outcome says. Prints the figures.
bool is_right(const target& to, const counts& arrived, std::size_t& unknown)
{
    std::size_t twice = 0, lost = 0, denied = 0, of[3] = {};
    for (const auto& [id, ended] : to.ended) {
        const auto found = arrived.find(id);
        const auto times = found == arrived.end() ? 0 : found->second;
        ++of[static_cast<int>(ended)];
        twice += times > 1 ? 1U : 0U;
        lost += times == 0 && ended == outcome::succeeded ? 1U : 0U;
        denied += times != 0 && ended == outcome::failed ? 1U : 0U;
    }
    const auto stats = to.client.stats();
    std::cout << to.name << ": " << to.ended.size() << " POSTs: " << of[0] << " succeeded, " << of[1] << " unknown, "
              << of[2] << " failed; " << twice << " arrived twice, " << lost << " succeeded without arriving, "
              << denied << " failed and arrived; " << stats.connections_opened << " connections, " << stats.retries
              << " retries\n";
    for (const auto& [reason, count] : to.reasons)
        std::cout << "  " << count << " times: " << reason << '\n';
    unknown += of[1];
    return twice == 0 && lost == 0 && denied == 0 && of[2] == 0;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 7)
        return 2;
    asio::io_context context;
    cojob::client_options options;
    options.tls.ca_file = argv[2];
    options.pool.max_age = 5min;
    std::deque<target> targets;
    for (int i = 6; i < argc; ++i)
        targets.emplace_back(context, options, argv[i]);
    const limits until{clock_type::now() + std::chrono::seconds(std::atol(argv[3])),
                       std::strtoul(argv[4], nullptr, 10) / targets.size()};
    for (auto& to : targets)
        for (unsigned seed = 0; seed < 32; ++seed)
            asio::co_spawn(context, post(to, until, seed), asio::detached);
    context.run();

    counts arrived;
    const cojob::client counting(context);
    asio::co_spawn(context, ask(counting, cojob::http::parse_url(argv[1], "COUNTS_URL"), arrived), asio::detached);
    context.restart();
    context.run();
    bool is_well = true;
    std::size_t unknown = 0, posts = 0;
    for (const auto& to : targets) {
        is_well = is_right(to, arrived, unknown) && is_well;
        posts += to.ended.size();
    }
    std::cout << "all: " << posts << " POSTs, the outcome of " << unknown << " unknown\n";
    return is_well && posts > 0 && unknown <= std::strtoul(argv[5], nullptr, 10) ? 0 : 1;
}
