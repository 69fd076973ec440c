#ifndef COJOB_JOB_MANY_HPP
#define COJOB_JOB_MANY_HPP

#include <cojob/detail/share.hpp>
#include <cojob/job/concepts.hpp>
#include <cojob/job/detail/job_reference.hpp>
#include <cojob/job/detail/polled_api.hpp>
#include <cojob/job/wait_options.hpp>
#include <cojob/result.hpp>

#include <boost/asio/awaitable.hpp>

#include <concepts>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace cojob {

namespace detail {

/// The result for one of several jobs.
using job_end = result<std::shared_ptr<const void>>;

COJOB_DECL asio::awaitable<std::vector<job_end>> wait_for_all_ends(std::shared_ptr<const polled_api>,
                                                                   std::vector<job_reference>, wait_options);
COJOB_DECL asio::awaitable<std::pair<std::size_t, std::shared_ptr<const void>>>
    wait_for_first_end(std::shared_ptr<const polled_api>, std::vector<job_reference>, wait_options);

template <class Api>
asio::awaitable<std::vector<result<typename Api::job_type>>> wait_for_every(Api api, std::vector<job_reference> jobs,
                                                                            wait_options options)
{
    using job_type = typename Api::job_type;
    auto polled = detail::share<const polled_api_of<Api>>(std::move(api));
    auto ends = co_await detail::wait_for_all_ends(std::move(polled), std::move(jobs), options);
    std::vector<result<job_type>> results;
    results.reserve(ends.size());
    for (auto& end : ends) {
        if (end)
            results.emplace_back(*static_cast<const job_type*>(end->get()));
        else
            results.emplace_back(end.error());
    }
    co_return results;
}

template <class Api>
asio::awaitable<std::pair<std::size_t, typename Api::job_type>> wait_for_first(Api api, std::vector<job_reference> jobs,
                                                                               wait_options options)
{
    using job_type = typename Api::job_type;
    auto polled = detail::share<const polled_api_of<Api>>(std::move(api));
    const auto first = co_await detail::wait_for_first_end(std::move(polled), std::move(jobs), options);
    co_return std::pair<std::size_t, job_type>(first.first, *static_cast<const job_type*>(first.second.get()));
}

template <class Job>
std::vector<job_reference> references_to(const std::vector<Job>& jobs)
{
    std::vector<job_reference> all;
    all.reserve(jobs.size());
    for (const auto& job : jobs)
        all.push_back(detail::reference_to(job));
    return all;
}

inline std::vector<job_reference> references_to(std::vector<std::string>&& ids)
{
    std::vector<job_reference> all;
    all.reserve(ids.size());
    for (auto& id : ids)
        all.emplace_back(std::move(id));
    return all;
}

/// The types, besides ids, by which several jobs of an API can be named.
template <class Job, class Api>
concept given_job = std::same_as<Job, job_handle> || std::same_as<Job, typename Api::job_type>;

} // namespace detail

/// Waits until each of these jobs has ended or its wait has failed. Returns one result for each job, in the order of
/// the ids.
///
/// Waits for each job as `wait_for_job` does, at the cost of an entry in the poll scheduler. Errors: those of a job, an
/// invalid id among them, are in its result. Throws `invalid_argument` for options that cannot work, and rethrows an
/// exception of a user-defined service. Cancellation: all types, immediately. After a cancellation or a deadline the
/// results of the jobs that have ended are kept; the others are `operation_aborted` or `wait_timeout`. An empty list
/// completes immediately. Thread safety: as `client`.
template <job_api Api>
[[nodiscard]] asio::awaitable<std::vector<result<typename Api::job_type>>>
wait_for_all(Api api, std::vector<std::string> ids, wait_options options = {})
{
    return detail::wait_for_every(std::move(api), detail::references_to(std::move(ids)), options);
}

/// The same for saved handles, or for jobs that the caller has: see `wait_for_job`. A handle of another API, server or
/// project is an error of that job.
template <job_api Api, detail::given_job<Api> Job>
[[nodiscard]] asio::awaitable<std::vector<result<typename Api::job_type>>>
wait_for_all(Api api, const std::vector<Job>& jobs, wait_options options = {})
{
    return detail::wait_for_every(std::move(api), detail::references_to(jobs), options);
}

/// Waits until the first of these jobs has ended. Returns its index in the list, and the job. The other jobs continue
/// on the server.
///
/// A job that cannot be polled is skipped. If no job ends, throws `wait_timeout` if the time was up for any of them,
/// otherwise the failure that came first. Errors: as `wait_for_job`, and `invalid_argument` for an empty list or an
/// invalid id. Cancellation: all types, immediately.
template <job_api Api>
[[nodiscard]] asio::awaitable<std::pair<std::size_t, typename Api::job_type>>
wait_for_any(Api api, std::vector<std::string> ids, wait_options options = {})
{
    return detail::wait_for_first(std::move(api), detail::references_to(std::move(ids)), options);
}

/// The same for saved handles, or for jobs that the caller has: see `wait_for_job`.
template <job_api Api, detail::given_job<Api> Job>
[[nodiscard]] asio::awaitable<std::pair<std::size_t, typename Api::job_type>>
wait_for_any(Api api, const std::vector<Job>& jobs, wait_options options = {})
{
    return detail::wait_for_first(std::move(api), detail::references_to(jobs), options);
}

} // namespace cojob

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/job/many.ipp>
#endif

#endif
