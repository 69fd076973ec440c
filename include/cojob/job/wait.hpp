#ifndef COJOB_JOB_WAIT_HPP
#define COJOB_JOB_WAIT_HPP

#include <cojob/client.hpp>
#include <cojob/clock.hpp>
#include <cojob/detail/share.hpp>
#include <cojob/job/concepts.hpp>
#include <cojob/job/detail/job_reference.hpp>
#include <cojob/job/detail/polled_api.hpp>
#include <cojob/job/handle.hpp>
#include <cojob/job/wait_options.hpp>
#include <cojob/result.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <concepts>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace cojob {

namespace detail {

using job_ptr = std::shared_ptr<const void>;

/// Returns the job as it was when it ended.
COJOB_DECL asio::awaitable<job_ptr> wait_for_end(std::shared_ptr<const polled_api>, job_reference, wait_options);

/// The end of a wait that begins now. \throws api_error invalid_argument
COJOB_DECL time_point end_of_wait(const client&, const wait_options&, const poll_schedule& service);
/// The options for what is left of it. \throws api_error wait_timeout
COJOB_DECL wait_options rest_of_wait(const client&, wait_options, time_point until, std::string id, std::string status);
/// The same client for calls that end then, whatever they wait for.
COJOB_DECL client until(const client&, time_point);
/// Runs something on the client's strand that ends then as deadline_exceeded.
COJOB_DECL asio::awaitable<void> run_until(client, time_point, asio::awaitable<void>);
COJOB_DECL void remember_created(const client&, std::string_view api, std::string scope, std::string id);

template <class Api>
asio::awaitable<typename Api::job_type> wait_for(Api api, job_reference job, wait_options options)
{
    auto polled = detail::share<const polled_api_of<Api>>(std::move(api));
    const auto end = co_await detail::wait_for_end(std::move(polled), std::move(job), options);
    co_return *static_cast<const typename Api::job_type*>(end.get());
}

template <class Api>
asio::awaitable<void> create_into(Api api, std::string prompt, std::shared_ptr<typename Api::job_type> created)
{
    *created = co_await api.create_job(std::move(prompt));
}

/// How `run_job` waits for what it has created: `progress.hpp` has another way.
struct silent_wait {
    template <class Job>
    void created(const Job&) const noexcept
    {
    }
    template <class Api>
    asio::awaitable<typename Api::job_type> wait(Api api, job_reference job, const wait_options& rest) const
    {
        return detail::wait_for(std::move(api), std::move(job), rest);
    }
};

template <class Api, class Wait>
asio::awaitable<typename Api::job_type> create_and_wait(Api api, std::string prompt, wait_options options, Wait way)
{
    const auto handle = api.get_client();
    const auto until = detail::end_of_wait(handle, options, api.default_schedule());
    auto created = detail::share<typename Api::job_type>();
    if constexpr (has_other_clients<Api>) {
        Api limited = api.with(detail::until(handle, until));
        *created = co_await limited.create_job(std::move(prompt));
    } else {
        co_await detail::run_until(handle, until, detail::create_into(api, std::move(prompt), created));
    }
    std::string id(job_id(*created)), status(status_text(*created));
    detail::remember_created(handle, Api::api_name, api.scope(), id);
    way.created(*created);
    if (is_finished(*created) && options.settle == duration::zero())
        co_return std::move(*created);
    const auto rest = detail::rest_of_wait(handle, options, until, id, std::move(status));
    co_return co_await way.wait(std::move(api), job_reference(std::move(id)), rest);
}

} // namespace detail

/// Polls a job until it has ended and returns it as it was then, however it ended: look at its status.
///
/// A poll is one `get_job` in one attempt; the next poll is its retry. A job that this client created, or sent a
/// message to, is polled first after `schedule.first`, any other at once; an end that may be older than the message
/// does not count. Waits for the same job share its polls, and where the API can list unfinished jobs, waits for three
/// or more share the list. Errors: `wait_timeout` when the job had not ended when last seen, with `job_id` and
/// `job_status`, or when no poll could be sent because no connection was free or no key was provided; `rate_limited` at
/// once when a server wants to be left alone for longer than there is time; a failure that does not pass by waiting, at
/// once. A 404, HTML or what does not decode passes for a job that is known to exist (it was seen, or this client
/// created it or sent it a message) and ends the wait when it goes on for 30 s and three polls. The last failure, too,
/// when no poll was answered for two minutes from the first one, when no HTTP response came for `options.patience`, or
/// none since the last answer when the time was up; what the server asks for by `Retry-After` and time spent in the
/// client's own queue do not count. The job's id is in every one of them. `invalid_argument` for an empty id or options
/// that cannot work. What a service of your own throws ends the wait and is thrown from it. Cancellation: all types, at
/// once. Neither that nor a timeout ends the job on the server. Thread safety: as `client`.
template <job_api Api>
[[nodiscard]] asio::awaitable<typename Api::job_type> wait_for_job(Api api, std::string_view id,
                                                                   wait_options options = {})
{
    return detail::wait_for(std::move(api), detail::job_reference(std::string(id)), options);
}

/// Goes on waiting for a job of which a handle was kept, for instance by a process before this one. Polls at once, and
/// knows from the handle which end would be the one before a message. Errors: as above, and `invalid_argument` for a
/// handle of another API, server or project.
template <job_api Api>
[[nodiscard]] asio::awaitable<typename Api::job_type> wait_for_job(Api api, job_handle handle,
                                                                   wait_options options = {})
{
    return detail::wait_for(std::move(api), detail::job_reference(std::move(handle)), options);
}

/// Waits for a job that the caller has: it is known to exist, so a 404 that passes does not end the wait. Only its id
/// is looked at. Errors: as above.
template <job_api Api>
[[nodiscard]] asio::awaitable<typename Api::job_type> wait_for_job(Api api, const typename Api::job_type& job,
                                                                   wait_options options = {})
{
    return detail::wait_for(std::move(api), detail::reference_to(job), options);
}

/// The same, for an id, a handle or a job, with nothing but a time limit: `wait_for_job(agent, job, 15min)`.
template <job_api Api, class Job, class Rep, class Period>
    requires std::convertible_to<std::chrono::duration<Rep, Period>, duration>
[[nodiscard]] asio::awaitable<typename Api::job_type> wait_for_job(Api api, Job&& job,
                                                                   std::chrono::duration<Rep, Period> timeout)
{
    return cojob::wait_for_job(std::move(api), std::forward<Job>(job), wait_options{.timeout = timeout});
}

/// Creates a job and waits for its end. `options.timeout` covers all of it, the wait for a slot of the quota too.
///
/// Errors: those of `create_job` and of `wait_for_job`; before an id is known, a deadline is `deadline_exceeded`. Once
/// it is known, it is in every error. Cancellation: as `create_job` until the job is there, then as `wait_for_job`.
template <creating_job_api Api>
[[nodiscard]] asio::awaitable<typename Api::job_type> run_job(Api api, std::string_view prompt,
                                                              wait_options options = {})
{
    return detail::create_and_wait(std::move(api), std::string(prompt), options, detail::silent_wait());
}

/// The same, with nothing but a time limit: `run_job(agent, "Document the API", 15min)`.
template <creating_job_api Api, class Rep, class Period>
    requires std::convertible_to<std::chrono::duration<Rep, Period>, duration>
[[nodiscard]] asio::awaitable<typename Api::job_type> run_job(Api api, std::string_view prompt,
                                                              std::chrono::duration<Rep, Period> timeout)
{
    return cojob::run_job(std::move(api), prompt, wait_options{.timeout = timeout});
}

} // namespace cojob

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/job/wait.ipp>
#endif

#endif
