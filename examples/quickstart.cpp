// Creates a Mintlify agent job, waits for it with a line of live progress, and prints the pull request.
//
// With MINTLIFY_API_KEY and MINTLIFY_PROJECT_ID set it talks to the real service; without, to a mock server.
// Exit status: 0 completed, 1 failed or archived, 2 error, 130 interrupted.

#include "support/progress.hpp"

#include <cojob/job/wait.hpp>
#include <cojob/mintlify/agent.hpp>
#include <cojob/testing/mock_server.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace asio = boost::asio;
using cojob::mintlify::agent;
using cojob::mintlify::agent_job;
using cojob::mintlify::agent_job_status;

namespace {

constexpr const char* usage = R"(usage: quickstart [--mock] [--yes] [--job ID] [PROMPT]

Creates a Mintlify agent job, waits for it, and prints its pull request.

  --mock    use a mock server on this machine, even if a project is configured
  --yes     create a job in your project without asking
  --job ID  wait for this job instead of creating one
  --help    print this text

MINTLIFY_API_KEY and MINTLIFY_PROJECT_ID configure the project. Without them, the program
uses a mock server on this machine.
)";

struct arguments {
    bool uses_mock = false, is_agreed = false, wants_help = false;
    std::string job{}; ///< empty: create a job
    std::string prompt = "Document the new /users endpoint";
};

/// \throws std::invalid_argument
arguments parse(int argc, char** argv)
{
    arguments a;
    bool has_prompt = false;
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "--mock") {
            a.uses_mock = true;
        } else if (word == "--yes") {
            a.is_agreed = true;
        } else if (word == "--help" || word == "-h") {
            a.wants_help = true;
        } else if (word == "--job") {
            a.job = ++i < argc ? argv[i] : "";
            if (a.job.empty())
                throw std::invalid_argument("--job needs the id of a job");
        } else if (word.starts_with('-')) {
            throw std::invalid_argument(std::string(word) + " is not an option; see --help");
        } else if (std::exchange(has_prompt, true)) {
            throw std::invalid_argument("more than one prompt: put it in quotes");
        } else {
            a.prompt = word;
        }
    }
    return a;
}

/// Asks whether to create a job, which counts against the project's rate limit.
bool agrees(const cojob::mintlify::agent_options& project)
{
    std::cout << "This creates a job in the project " << examples::printable(project.project_id) << " at "
              << examples::printable(project.base_url) << ": one of its 100 requests per hour.\n";
    if (!examples::is_terminal(stdin)) {
        std::cerr << "error: stdin is not a terminal; add --yes to create the job, or --mock to use a mock server\n";
        return false;
    }
    std::cout << "Create it? [y/N] " << std::flush;
    std::string answer;
    return std::getline(std::cin, answer) && (answer == "y" || answer == "Y" || answer == "yes");
}

/// The id of the job, once it is created: the job continues if this program is interrupted.
using job_name = std::shared_ptr<std::string>;

asio::awaitable<agent_job> document(agent service, std::string prompt, job_name name,
                                    std::shared_ptr<examples::progress> progress)
{
    if (name->empty()) {
        auto job = co_await service.create_job(std::move(prompt));
        *name = job.id;
        progress->say("Created job " + examples::printable(job.id));
        progress->state(job.status_text);
    }
    co_return co_await cojob::wait_for_job(service, *name);
}

int report(const agent_job& job)
{
    std::cout << "Job " << examples::printable(job.id) << ": " << examples::printable(job.status_text) << '\n';
    if (job.pr_link)
        std::cout << "Pull request: " << examples::printable(*job.pr_link) << '\n';
    else if (job.status == agent_job_status::completed)
        std::cout << "No pull request: the agent changed no files.\n";
    return job.status == agent_job_status::completed ? 0 : 1;
}

/// Runs until the job has ended, or until Ctrl-C.
int follow(asio::io_context& context, const agent& service, const arguments& given,
           const std::shared_ptr<examples::progress>& progress)
{
    std::exception_ptr failure;
    agent_job job;
    const auto name = std::make_shared<std::string>(given.job);
    asio::cancellation_signal interrupt;
    asio::signal_set ctrl_c(context, SIGINT);
    bool is_interrupted = false;
    ctrl_c.async_wait([&](const boost::system::error_code& ec, int) {
        is_interrupted = !ec;
        if (!ec)
            interrupt.emit(asio::cancellation_type::terminal);
    });
    asio::co_spawn(context, document(service, given.prompt, name, progress),
                   asio::bind_cancellation_slot(interrupt.slot(), [&](std::exception_ptr e, agent_job ended) {
                       failure = e;
                       job = std::move(ended);
                       progress->stop();
                       ctrl_c.cancel();
                   }));
    progress->run(context);
    if (failure && is_interrupted && !name->empty()) {
        std::cout << "Interrupted. Job " << examples::printable(*name)
                  << " continues; to wait for it again: quickstart --job " << examples::printable(*name) << '\n';
        return 130;
    }
    if (failure)
        std::rethrow_exception(failure);
    return report(job);
}

int run(const arguments& given)
{
    asio::io_context context;
    const auto progress = std::make_shared<examples::progress>();
    std::optional<cojob::testing::mock_server> mock;
    cojob::client_options options;
    options.observer = progress;
    cojob::mintlify::agent_options project;
    if (!given.uses_mock && (std::getenv("MINTLIFY_API_KEY") || std::getenv("MINTLIFY_PROJECT_ID"))) {
        project = cojob::mintlify::agent_options_from_environment();
        if (given.job.empty() && !given.is_agreed && !agrees(project))
            return 2;
    } else {
        if (!given.uses_mock)
            std::cout << "MINTLIFY_API_KEY and MINTLIFY_PROJECT_ID are not set: talking to a mock server on this "
                         "machine.\n";
        mock.emplace().set_lifecycle({{"active", 1}, {"completed"}});
        options.tls = mock->client_options().tls;
        project = mock->agent_options();
    }
    return follow(context, agent(cojob::client(context, options), project), given, progress);
}

} // namespace

int main(int argc, char** argv)
{
    try {
        const auto given = parse(argc, argv);
        if (!given.wants_help)
            return run(given);
        std::cout << usage;
        return 0;
    } catch (const cojob::api_error& e) {
        std::cerr << "error: " << explain(e) << '\n';
    } catch (const std::exception& e) {
        std::cerr << "error: " << e.what() << '\n';
    }
    return 2;
}
