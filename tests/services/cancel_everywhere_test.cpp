#include "support/scripted_agent.hpp"

#include <cojob/impl/internal/policy/quota_core.hpp>
#include <cojob/job/many.hpp>
#include <cojob/job/wait.hpp>
#include <cojob/job/watch.hpp>
#include <cojob/policy/quota.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace cancel_everywhere_tests {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using cojob::errc;
using cojob::error_code;
using cojob::no_timeout;
using cojob::phase;
using cojob::mintlify::agent;
using reply = cojob::testing::scripted_reply;

const error_code aborted = asio::error::operation_aborted;
const error_code unknown = errc::outcome_unknown;

/// Where it is suspended.
enum class place { queue, credential, connecting, committed, after_failure, after_refusal, after_429, between_polls };

constexpr place places[] = {place::queue,         place::credential,    place::connecting, place::committed,
                            place::after_failure, place::after_refusal, place::after_429,  place::between_polls};

std::ostream& operator<<(std::ostream& out, place where)
{
    static constexpr const char* names[] = {"in the quota's queue",
                                            "at the credential provider",
                                            "connecting",
                                            "committed",
                                            "before it tries to connect again",
                                            "before it is sent again",
                                            "after a 429",
                                            "between polls"};
    return out << names[static_cast<std::size_t>(where)];
}

enum class stop { terminal, partial, total, close };

std::ostream& operator<<(std::ostream& out, stop how)
{
    static constexpr const char* names[] = {"terminal", "partial", "total", "close"};
    return out << names[static_cast<std::size_t>(how)];
}

/// What an operation ends with: none for a success.
struct ending {
    error_code code{};
};

template <class T>
asio::awaitable<ending> code_of(asio::awaitable<T> operation)
{
    const auto end = co_await cojob::as_result(std::move(operation));
    co_return ending{end ? error_code() : end.error().code()};
}

/// Results, each of which has to be there.
asio::awaitable<ending> code_of_all(agent service, std::vector<std::string> ids)
{
    const auto ends = co_await cojob::wait_for_all(std::move(service), ids);
    BOOST_TEST(ends.size() == ids.size());
    for (std::size_t i = 0; i < ends.size(); ++i)
        BOOST_TEST(ends[i].error().job_id == ids[i]);
    co_return ending{ends.front().error().code()};
}

asio::awaitable<ending> code_of_watch(agent service)
{
    auto watch = cojob::watch_job(std::move(service), "job_1");
    for (;;) {
        const auto seen = co_await cojob::as_result(watch.next());
        if (!seen || !*seen)
            co_return ending{seen ? error_code() : seen.error().code()};
    }
}

struct operation_row {
    const char* name;
    bool is_post;  ///< begins with one
    bool is_await; ///< polls
    asio::awaitable<ending> (*begin)(agent);
};

const operation_row operations[] = {
    {"get_job", false, false, [](agent a) { return code_of(a.get_job("job_1")); }},
    {"create_job", true, false, [](agent a) { return code_of(a.create_job("Document it")); }},
    {"send_message", true, false, [](agent a) { return code_of(a.send_message("job_1", "And that")); }},
    {"wait_for_job", false, true, [](agent a) { return code_of(cojob::wait_for_job(a, "job_1")); }},
    {"run_job", true, true, [](agent a) { return code_of(cojob::run_job(a, "Document it")); }},
    {"watch.next", false, true, [](agent a) { return code_of_watch(a); }},
    {"wait_for_all", false, true, [](agent a) { return code_of_all(a, {"job_1", "job_2", "job_3"}); }},
    {"wait_for_any", false, true, [](agent a) { return code_of(cojob::wait_for_any(a, {"job_1", "job_2"})); }},
};

bool applies(const operation_row& op, place where)
{
    return where == place::queue ? op.is_post : where != place::between_polls || op.is_await;
}

/// What every request gets, until it is suspended where it should be: there it is eight seconds later.
reply answer_for(place where, const cojob::http::request& r)
{
    auto job = tests::job_reply("active", r.method == "POST" ? 201 : 200);
    switch (where) {
    case place::connecting: job.commit_after = job.delay = 1min; return job;
    case place::committed: job.commit_after = 1s, job.delay = 1min; return job;
    case place::after_failure: return {errc::connect_failed, phase::connecting};
    case place::after_429: return {429, "{}", {{"Retry-After", "60"}}};
    case place::after_refusal: return {503, "{}", {{"Retry-After", "60"}}};
    default: return job;
    }
}

asio::awaitable<cojob::secret> never_a_key()
{
    asio::steady_timer never(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
    co_await never.async_wait(asio::deferred);
    co_return cojob::secret("key");
}

/// An operation that has come to its suspension point.
struct suspended {
    suspended(const operation_row& op, place where, cojob::threading threads)
        : bench([where](const auto& r) { return answer_for(where, r); }, patient(threads))
    {
        auto options = tests::scripted_agent::project();
        options.shared_quota = pool;
        if (where == place::credential)
            options.api_key = cojob::credential(never_a_key);
        const agent service(bench.agent.get_client(), options);
        for (std::uint32_t i = 0; where == place::queue && i < limit; ++i)
            bench.start(service.create_job("Use it up"));
        running.emplace(bench.context.get_executor(), op.begin(service));
        bench.clock->advance(8s);
        sent = bench.transport->requests().size();
    }

    static constexpr std::uint32_t limit = 3;

    tests::scripted_agent bench;
    std::shared_ptr<cojob::quota> pool = std::make_shared<cojob::quota>(
        cojob::quota_options{.limit = limit, .window = 20min, .max_wait = no_timeout}, bench.clock);
    std::optional<tests::started<ending>> running;
    std::size_t sent = 0;

    [[nodiscard]] std::size_t used() const
    {
        const auto state = cojob::detail::quota_access::core(*pool)->state();
        return state.held + state.ages.size();
    }

    void end(stop how)
    {
        static constexpr asio::cancellation_type types[] = {
            asio::cancellation_type::terminal, asio::cancellation_type::partial, asio::cancellation_type::total};
        if (how == stop::close)
            bench.agent.get_client().close();
        else
            running->cancel(types[static_cast<std::size_t>(how)]);
        bench.clock->settle();
    }

  private:
    /// Backs off for half a minute at least.
    static cojob::client_options patient(cojob::threading threads)
    {
        cojob::client_options options;
        options.threads = threads;
        options.retry.base_delay = options.retry.max_delay = 1min;
        return options;
    }
};

/// The one case that is not over at once: a POST on its way has refused to be.
bool goes_on(const operation_row& op, place where, stop how)
{
    return op.is_post && where == place::committed && how == stop::total;
}

error_code expected_code(const operation_row& op, place where, stop how)
{
    if (goes_on(op, where, how))
        return op.is_await ? aborted : error_code(); // run_job goes on as far as the creation's answer
    return op.is_post && where == place::committed ? unknown : aborted;
}

/// Slots that stay taken: those that the server may have counted.
std::size_t expected_used(const operation_row& op, place where)
{
    if (where == place::queue)
        return suspended::limit;
    const auto counted = where == place::committed || where == place::after_refusal || where == place::between_polls;
    return op.is_post && counted ? 1 : 0;
}

void check(const operation_row& op, place where, stop how, cojob::threading threads)
{
    suspended s(op, where, threads);
    BOOST_REQUIRE(!s.running->is_done());
    BOOST_TEST((s.sent > 0) == (where != place::credential));
    const auto at = s.bench.clock->now();
    s.end(how);
    BOOST_CHECK(s.bench.clock->now() == at);
    if (goes_on(op, where, how)) {
        BOOST_TEST(!s.running->is_done());
        s.bench.clock->advance(1min);
    }
    BOOST_REQUIRE(s.running->is_done());
    BOOST_TEST(s.running->get()->code == expected_code(op, where, how));
    BOOST_TEST(s.bench.clock->pending() == 0U);
    BOOST_TEST(s.used() == expected_used(op, where));
    s.bench.clock->advance(3h);
    BOOST_TEST(s.bench.transport->requests().size() == s.sent);
    const auto goes_carefully = op.is_post && where == place::after_429; // one at a time until one succeeds
    BOOST_TEST(s.pool->remaining() == (goes_carefully ? 1 : suspended::limit));
}

} // namespace cancel_everywhere_tests

BOOST_AUTO_TEST_SUITE(every_operation_wherever_it_is)

using namespace cancel_everywhere_tests;

BOOST_AUTO_TEST_CASE(ends_at_once_when_it_is_cancelled)
{
    for (const auto& op : operations)
        for (const auto where : places)
            for (const auto how : {stop::terminal, stop::partial, stop::total, stop::close})
                for (const auto threads : {cojob::threading::safe, cojob::threading::single})
                    if (applies(op, where))
                        BOOST_TEST_CONTEXT(op.name << ' ' << where << ", " << how)
    check(op, where, how, threads);
}

BOOST_AUTO_TEST_SUITE_END()
