#ifndef TESTS_SUPPORT_JOURNALED_AGENT_HPP
#define TESTS_SUPPORT_JOURNALED_AGENT_HPP

#include "support/journal_bench.hpp"
#include "support/run.hpp"
#include "support/scripted_agent.hpp"

#include <cojob/job/journal.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace journal_tests {

namespace asio = boost::asio;

using namespace std::chrono_literals;
using cojob::errc;
using cojob::job_journal;
using cojob::phase;
using cojob::mintlify::agent_job;
using tests::job_reply;
using tests::journal_folder;
using reply = cojob::testing::scripted_reply;

const cojob::journal_options plain{.flushes_to_disk = false};

/// An agent with a journal. Responds to the nth POST with the nth of these, and repeats the last one; to a GET with a
/// job that has ended.
class bench {
  public:
    explicit bench(std::vector<reply> to_posts)
        : host([this, to_posts = std::move(to_posts)](const cojob::http::request& r) {
              if (r.method == "GET")
                  return job_reply("completed");
              if (on_post)
                  on_post();
              return to_posts[std::min(posts++, to_posts.size() - 1)];
          })
    {
    }

    /// Runs until the operation has ended; in virtual time where nothing else is left to do.
    template <class T>
    tests::started<T> finish(tests::started<T> begun)
    {
        for (int i = 0; i < 10'000 && !begun.is_done(); ++i) {
            host.context.restart();
            host.context.run_for(1ms);
            host.clock->advance(100ms);
        }
        return begun;
    }
    template <class T>
    tests::started<T> run(asio::awaitable<T> operation)
    {
        return finish(host.start(std::move(operation)));
    }

    /// Opens the journal anew, as a new process does.
    void restart()
    {
        journal.reset();
        journal.emplace(folder.journal(), plain);
    }

    tests::started<agent_job> create(const std::string& tag = "tag", const std::string& prompt = "Document it")
    {
        return run(journal->create_once(host.agent, tag, prompt));
    }

    journal_folder folder;
    std::function<void()> on_post;
    std::size_t posts = 0;
    std::optional<job_journal> journal{std::in_place, folder.journal(), plain};
    tests::scripted_agent host;
};

const reply created = job_reply("active", 201);
const reply lost(errc::connection_lost, phase::awaiting_response);
const reply unreachable(errc::connect_failed, phase::connecting);

inline reply status(int code)
{
    return {code, R"({"error":"no"})", {}};
}

} // namespace journal_tests

#endif
