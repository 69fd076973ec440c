#ifndef COJOB_APPS_FOLLOW_HPP
#define COJOB_APPS_FOLLOW_HPP

#include "arguments.hpp"
#include "session.hpp"
#include "view.hpp"

#include <cojob/job/handle.hpp>
#include <cojob/job/wait_options.hpp>
#include <cojob/job/watch.hpp>
#include <cojob/observer.hpp>

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cli {

/// Returns the next change of a job; empty after its end.
using job_changes = std::function<asio::awaitable<std::optional<job_view>>()>;

/// A job to follow, whatever its API.
struct followed_job {
    std::string api{}, id{};
    std::string name{}; ///< the argument that names it: its id or handle
    job_changes next{};
};

template <class Api>
asio::awaitable<std::optional<job_view>> next_view(std::shared_ptr<cojob::job_watch<Api>> watch)
{
    const auto seen = co_await watch->next();
    if (!seen)
        co_return std::nullopt;
    co_return view_of(*seen);
}

/// Job is an id or a handle.
template <class Api, class Job>
followed_job follow(Api api, const std::string& id, const Job& job, cojob::wait_options options)
{
    using watch_type = cojob::job_watch<Api>;
    auto watch = std::make_shared<watch_type>(cojob::watch_job(std::move(api), job, options));
    return {std::string(Api::api_name), id, id, [watch] { return next_view(watch); }};
}

/// The options of a wait that the command line asks for.
[[nodiscard]] cojob::wait_options wait_options_of(const arguments&);

/// What is shown while jobs are followed.
enum class shown {
    changes, ///< every change, on standard output: `watch`
    ends     ///< the ends, on standard output, and progress on a terminal's standard error: `wait`, `run`
};

class follow_state;

/// Follows jobs to their ends and shows them. Make it first: its observer belongs to the session.
class follower {
  public:
    follower(const arguments&, shown);

    /// Knows of polls.
    [[nodiscard]] cojob::observer_ptr observer() const;

    /// Returns how they ended: an error before a timeout before a failed job. \throws interrupted
    exit_code run(session&, std::vector<followed_job>);

  private:
    std::shared_ptr<follow_state> state_;
};

/// Follows a job that was just created.
template <class Service, class Job>
exit_code follow_created(follower& follows, session& on, const Service& service, const Job& job,
                         cojob::wait_options options)
{
    std::vector<followed_job> jobs;
    jobs.push_back(follow(service, job_id(job), service.handle(job), options));
    return follows.run(on, std::move(jobs));
}

} // namespace cli

#endif
