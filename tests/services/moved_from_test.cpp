#include <cojob/job/watch.hpp>
#include <cojob/mintlify/agent.hpp>
#include <cojob/mintlify/agent_v1.hpp>
#include <cojob/osapi/jobs.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <cassert>
#include <csignal>
#include <string>
#include <utility>

#if defined(__unix__) && !defined(NDEBUG)
#include <sys/wait.h>
#include <unistd.h>
#endif

namespace moved_from_tests {

namespace asio = boost::asio;
using cojob::client;
using cojob::mintlify::agent;
using cojob::mintlify::agent_v1;
using cojob::osapi::jobs;

cojob::mintlify::agent_options project()
{
    cojob::mintlify::agent_options o;
    o.project_id = "docs";
    o.api_key = cojob::secret("mint_key");
    return o;
}

cojob::osapi::jobs_options server()
{
    cojob::osapi::jobs_options o;
    o.token = cojob::secret("token");
    return o;
}

#if defined(__unix__) && !defined(NDEBUG)

/// What a process prints that an assertion ends; empty where none does.
template <class Use>
std::string assertion_of(Use use)
{
    int ends[2] = {};
    BOOST_REQUIRE(pipe(ends) == 0);
    const auto child = fork();
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        std::signal(SIGABRT, SIG_DFL);
        use();
        _exit(0);
    }
    close(ends[1]);
    std::string printed(4096, '\0');
    std::size_t size = 0;
    for (ssize_t got = 0; (got = read(ends[0], printed.data() + size, printed.size() - size)) > 0;)
        size += static_cast<std::size_t>(got);
    close(ends[0]);
    printed.resize(size);
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT ? printed : std::string();
}

/// Uses a handle that was moved from in each of these ways.
template <class Handle, class... Uses>
void expect_assertions(const Handle& made, Uses... uses)
{
    const auto expect = [&](auto use) {
        const auto printed = assertion_of([&] {
            auto from = made;
            const auto to = std::move(from);
            use(from); // NOLINT(bugprone-use-after-move): what is tested
        });
        BOOST_TEST(printed.find("a cojob handle was used after it had been moved from") != std::string::npos, printed);
    };
    (expect(uses), ...);
}

#endif

} // namespace moved_from_tests

BOOST_AUTO_TEST_SUITE(a_handle_without_a_use)

using namespace moved_from_tests;

#if defined(__unix__) && !defined(NDEBUG)
BOOST_AUTO_TEST_CASE(that_was_moved_from_is_caught_by_an_assertion)
{
    asio::io_context context;
    const client c(context.get_executor());
    expect_assertions(
        c, [](const client& h) { (void)h.stats(); }, [](const client& h) { h.close(); },
        [](const client& h) { (void)h.get_executor(); }, [](const client& h) { (void)h.send({}); },
        [](const client& h) { agent(h, project()); });
    expect_assertions(
        agent(c, project()), [](const agent& h) { (void)h.scope(); }, [](const agent& h) { (void)h.get_job("x"); },
        [](const agent& h) { (void)h.create_job("x"); }, [](const agent& h) { (void)h.handle({}); });
    expect_assertions(
        agent_v1(c, project()), [](const agent_v1& h) { (void)h.get_job("x"); },
        [](const agent_v1& h) { (void)h.create_job({}); }, [](const agent_v1& h) { (void)h.list_unfinished(); });
    expect_assertions(
        jobs(c, server()), [](const jobs& h) { (void)h.all_jobs(); }, [](const jobs& h) { (void)h.delete_job("x"); },
        [](const jobs& h) { (void)h.retry_job("x"); });
    const auto watch = cojob::watch_job(agent(c, project()), "x");
    expect_assertions(watch, [](auto& h) { (void)h.next(); });
    expect_assertions(jobs(c, server()).all_jobs(), [](auto& h) { (void)h.next(); });
}
#endif

BOOST_AUTO_TEST_CASE(that_was_moved_from_may_be_assigned_to)
{
    asio::io_context context;
    client from(context.get_executor());
    auto to = std::move(from);
    from = to;
    BOOST_TEST((from == to)); // NOLINT(bugprone-use-after-move)
    BOOST_TEST(from.stats().requests == 0U);
}

BOOST_AUTO_TEST_CASE(on_an_empty_executor_is_not_made)
{
    const auto is_refusal = [](const cojob::api_error& e) {
        return e.what() == std::string("invalid argument: executor: must not be empty");
    };
    BOOST_CHECK_EXCEPTION((void)client(asio::any_io_executor()), cojob::api_error, is_refusal);
    BOOST_CHECK_EXCEPTION((void)agent(asio::any_io_executor(), project()), cojob::api_error, is_refusal);
    BOOST_CHECK_EXCEPTION((void)jobs(asio::any_io_executor(), server()), cojob::api_error, is_refusal);
}

BOOST_AUTO_TEST_SUITE_END()
