#ifndef COJOB_JOB_MANY_HPP
#define COJOB_JOB_MANY_HPP

#include <cojob/detail/polled_api.hpp>
#include <cojob/detail/share.hpp>
#include <cojob/job/concepts.hpp>
#include <cojob/job/wait_options.hpp>
#include <cojob/result.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace cojob {

namespace detail {

/// How a job of several ended.
using job_end = result<std::shared_ptr<const void>>;

COJOB_DECL asio::awaitable<std::vector<job_end>> wait_for_all_ends(std::shared_ptr<const polled_api>,
                                                                   std::vector<std::string> ids, wait_options);
COJOB_DECL asio::awaitable<std::pair<std::size_t, std::shared_ptr<const void>>>
wait_for_first_end(std::shared_ptr<const polled_api>, std::vector<std::string> ids, wait_options);

} // namespace detail

/// Waits until all of these jobs have ended, or failed to be watched; each has its own result, in the order of the ids.
///
/// A wait as by `wait_for_job` for each, at little more than the cost of a place in a list. Errors: each job's are in
/// its result; thrown is `invalid_argument` for options that cannot work, and what a service throws that is no error of
/// this library. Cancellation: all types, at once: then, and after a deadline, what is known is in the results, and the
/// rest are `operation_aborted`, or `wait_timeout`. An empty list is over at once. Thread safety: as `client`.
template <job_api Api>
[[nodiscard]] asio::awaitable<std::vector<result<typename Api::job_type>>>
wait_for_all(Api api, std::vector<std::string> ids, wait_options options = {})
{
    using job_type = typename Api::job_type;
    auto polled = detail::share<const detail::polled_api_of<Api>>(std::move(api));
    auto ends = co_await detail::wait_for_all_ends(std::move(polled), std::move(ids), options);
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

/// Waits until the first of these jobs has ended; its place among the ids, and the job. The others go on, on the
/// server.
///
/// A job that cannot be watched is set aside; when none is left, the first failure is thrown, where
/// possible not one of the time that was up. Errors:
/// as `wait_for_job`, and `invalid_argument` for an empty list or a bad id. Cancellation: all types, at once.
template <job_api Api>
[[nodiscard]] asio::awaitable<std::pair<std::size_t, typename Api::job_type>>
wait_for_any(Api api, std::vector<std::string> ids, wait_options options = {})
{
    using job_type = typename Api::job_type;
    auto polled = detail::share<const detail::polled_api_of<Api>>(std::move(api));
    const auto first = co_await detail::wait_for_first_end(std::move(polled), std::move(ids), options);
    co_return std::pair<std::size_t, job_type>(first.first, *static_cast<const job_type*>(first.second.get()));
}

} // namespace cojob

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/job/many.ipp>
#endif

#endif
