#ifndef TESTS_SUPPORT_WAITS_HPP
#define TESTS_SUPPORT_WAITS_HPP

#include "support/scripted_agent.hpp"

#include <cojob/job/wait.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace wait_tests {

using namespace std::chrono_literals;
using cojob::errc;
using cojob::phase;
using cojob::wait_for_job;
using cojob::wait_options;
using tests::job_reply;
using tests::scripted_agent;
using reply = cojob::testing::scripted_reply;

inline bool is_get(const cojob::http::request& r)
{
    return r.method == "GET";
}

/// Responds to the nth GET with the nth of these, and repeats the last one; to a POST with an active job.
class sequence {
  public:
    explicit sequence(std::vector<reply> replies) : replies_(std::move(replies)) {}

    reply operator()(const cojob::http::request& r)
    {
        if (!is_get(r))
            return job_reply("active", 201);
        const auto& next = replies_[std::min(gets_, replies_.size() - 1)];
        ++gets_;
        return next;
    }

  private:
    std::vector<reply> replies_;
    std::size_t gets_ = 0;
};

inline reply after(cojob::duration delay, reply r)
{
    r.delay = delay;
    return r;
}

inline cojob::asio::awaitable<cojob::mintlify::agent_job> create_and_wait(cojob::mintlify::agent agent,
                                                                          wait_options options)
{
    auto job = co_await agent.create_job("Document it");
    co_return co_await wait_for_job(agent, job.id, options);
}

inline cojob::asio::awaitable<cojob::mintlify::agent_job> message_and_wait(cojob::mintlify::agent agent,
                                                                           wait_options options)
{
    co_await agent.send_message("job_1", "More");
    co_return co_await wait_for_job(agent, "job_1", options);
}

} // namespace wait_tests

#endif
