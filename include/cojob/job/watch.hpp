#ifndef COJOB_JOB_WATCH_HPP
#define COJOB_JOB_WATCH_HPP

#include <cojob/detail/share.hpp>
#include <cojob/job/concepts.hpp>
#include <cojob/job/detail/job_reference.hpp>
#include <cojob/job/detail/polled_api.hpp>
#include <cojob/job/wait_options.hpp>

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace cojob {

namespace detail {

class watch_state;

COJOB_DECL std::shared_ptr<watch_state> make_watch(std::shared_ptr<const polled_api>, job_reference, wait_options);
/// The job after its next change; null if its end was already returned.
COJOB_DECL asio::awaitable<std::shared_ptr<const void>> next_change(std::shared_ptr<watch_state>);

template <class Job>
asio::awaitable<std::optional<Job>> next_change_of(std::shared_ptr<watch_state> state)
{
    const auto seen = co_await next_change(std::move(state));
    if (!seen)
        co_return std::nullopt;
    co_return *static_cast<const Job*>(seen.get());
}

struct watch_access;

} // namespace detail

/// The changes of a job as a stream: `while (auto job = co_await watch.next())`. Made by `watch_job`.
template <job_api Api>
class job_watch {
  public:
    /// The type that `next` returns.
    using job_type = typename Api::job_type;

    /// Returns the job: first as it is now, then after each change, last as it ended. After that, returns an empty
    /// optional.
    ///
    /// Polls as `wait_for_job` does, but only while `next` is awaited: a caller that comes back late gets the latest
    /// state and misses those in between. Errors: as `wait_for_job`; `options.timeout` covers the whole watch, from the
    /// first call on. After an error, `next` returns an empty optional; after `invalid_argument`, or once the client
    /// is closed, it throws again. Cancellation: all types, immediately; the next call continues the watch.
    /// Precondition: the previous call has completed (`invalid_argument`). Thread safety: none for one watch.
    [[nodiscard]] asio::awaitable<std::optional<job_type>> next()
    {
        return detail::next_change_of<job_type>(detail::in_use(state_));
    }

  private:
    friend struct detail::watch_access;

    explicit job_watch(std::shared_ptr<detail::watch_state> state) : state_(std::move(state)) {}

    std::shared_ptr<detail::watch_state> state_;
};

namespace detail {

struct watch_access {
    template <class Api>
    static job_watch<Api> make(Api api, job_reference job, wait_options options)
    {
        auto polled = detail::share<const polled_api_of<Api>>(std::move(api));
        return job_watch<Api>(detail::make_watch(std::move(polled), std::move(job), options));
    }
};

} // namespace detail

/// Watches a job: reports each change once, its end last. Sends nothing and checks no argument before `next()` is
/// awaited.
template <job_api Api>
[[nodiscard]] job_watch<Api> watch_job(Api api, std::string_view id, wait_options options = {})
{
    return detail::watch_access::make(std::move(api), detail::job_reference(std::string(id)), options);
}

/// The same for a saved handle. Errors of `next()`: as `wait_for_job` with a handle.
template <job_api Api>
[[nodiscard]] job_watch<Api> watch_job(Api api, job_handle handle, wait_options options = {})
{
    return detail::watch_access::make(std::move(api), detail::job_reference(std::move(handle)), options);
}

/// The same for a job that the caller has. Only the job's id is used.
template <job_api Api>
[[nodiscard]] job_watch<Api> watch_job(Api api, const typename Api::job_type& job, wait_options options = {})
{
    return detail::watch_access::make(std::move(api), detail::reference_to(job), options);
}

} // namespace cojob

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/job/watch.ipp>
#endif

#endif
