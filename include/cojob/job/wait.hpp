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

/// The arguments of a wait. Coroutines get them by pointer: they are freed before the wait, and frames are not.
struct one_wait {
    std::shared_ptr<const polled_api> api;
    job_reference job;
    wait_options options;
};

/// Returns the job as it was when it ended.
COJOB_DECL asio::awaitable<job_ptr> wait_for_end(std::unique_ptr<one_wait>);

/// The deadline of a wait that begins now. \throws api_error invalid_argument
COJOB_DECL time_point end_of_wait(const client&, const wait_options&, const poll_schedule& service);
/// The options for the rest of the wait. \throws api_error wait_timeout
COJOB_DECL wait_options rest_of_wait(const client&, wait_options, time_point until, std::string id, std::string status);
/// The same client with this deadline for every call, time in the quota's queue included.
COJOB_DECL client until(const client&, time_point);
/// Runs a coroutine on the client's strand; at the deadline it is cancelled and `deadline_exceeded` is thrown.
COJOB_DECL asio::awaitable<void> run_until(client, time_point, asio::awaitable<void>);
COJOB_DECL void remember_created(const client&, std::string_view api, std::string scope, std::string id);

template <class Api>
asio::awaitable<typename Api::job_type> wait_on(std::unique_ptr<Api> api, std::unique_ptr<one_wait> of)
{
    of->api = detail::share<const polled_api_of<Api>>(std::move(*api));
    api.reset();
    const auto end = co_await detail::wait_for_end(std::move(of));
    co_return *static_cast<const typename Api::job_type*>(end.get());
}

template <class Api>
asio::awaitable<typename Api::job_type> wait_for(Api api, job_reference job, const wait_options& options)
{
    auto of = std::make_unique<one_wait>(one_wait{{}, std::move(job), options});
    return detail::wait_on<Api>(std::make_unique<Api>(std::move(api)), std::move(of));
}

template <class Api>
asio::awaitable<void> create_into(Api api, std::string prompt, std::shared_ptr<typename Api::job_type> created)
{
    *created = co_await api.create_job(std::move(prompt));
}

/// How `run_job` waits for the job it has created, without a function to call. `progress.hpp` has the one with a
/// function.
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

/// Polls a job until it has ended, and returns it. It may have ended in any way, so check its status.
///
/// A poll is one `get_job` in a single attempt; the next poll is its retry. The first poll is sent immediately, or
/// `schedule.first` after this client created the job or sent it a message. After a message, the wait does not accept a
/// final status that may be older than the message. Waits for the same job share its polls. If the API can list
/// unfinished jobs, one list request replaces the polls of three or more jobs.
///
/// Errors. All but `invalid_argument` contain the job's id.
/// - `wait_timeout`: the job had not ended when last seen; `job_status` is its last status. Also if no poll could be
///   sent, because no connection was free or no key was provided.
/// - `rate_limited`, immediately: the server answers 429 and asks for a pause that is longer than the time left.
/// - The code of the poll, immediately: a failure that does not pass by waiting, such as 401 or 403, or a 503 whose
///   `Retry-After` is longer than the time left.
/// - The code of the poll, for 404, HTML or a body that does not decode. If the job is known to exist (this wait saw
///   it, or this client created it or sent it a message), such responses must last for 30 s and three polls. Otherwise
///   the first one ends the wait.
/// - The code of the last failed poll: no poll was answered within two minutes of the first one, or no HTTP response
///   arrived for `options.patience`, or the time was up and the last poll had failed. Time that the server asks for by
///   `Retry-After` and time in the client's own queue do not count as silence.
/// - `invalid_argument`: an invalid id, or options that cannot work.
///
/// An exception of a user-defined service ends the wait and is rethrown. Cancellation: all types, immediately. Neither
/// a cancellation nor a timeout ends the job on the server. Thread safety: as `client`.
template <job_api Api>
[[nodiscard]] asio::awaitable<typename Api::job_type> wait_for_job(Api api, std::string_view id,
                                                                   wait_options options = {})
{
    return detail::wait_for(std::move(api), detail::job_reference(std::string(id)), options);
}

/// Resumes a wait from a saved handle, for instance after a restart. Polls immediately. The times in the handle tell
/// which final status is older than the last message. Errors: as above, and `invalid_argument` for a handle of another
/// API, server or project.
template <job_api Api>
[[nodiscard]] asio::awaitable<typename Api::job_type> wait_for_job(Api api, job_handle handle,
                                                                   wait_options options = {})
{
    return detail::wait_for(std::move(api), detail::job_reference(std::move(handle)), options);
}

/// Waits for a job that the caller has, so the job is known to exist and a transient 404 does not end the wait. Only
/// the job's id is used. Errors: as above.
template <job_api Api>
[[nodiscard]] asio::awaitable<typename Api::job_type> wait_for_job(Api api, const typename Api::job_type& job,
                                                                   wait_options options = {})
{
    return detail::wait_for(std::move(api), detail::reference_to(job), options);
}

/// The same for an id, a handle or a job, with a time limit in place of options: `wait_for_job(agent, job, 15min)`.
template <job_api Api, class Job, class Rep, class Period>
    requires std::convertible_to<std::chrono::duration<Rep, Period>, duration>
[[nodiscard]] asio::awaitable<typename Api::job_type> wait_for_job(Api api, Job&& job,
                                                                   std::chrono::duration<Rep, Period> timeout)
{
    return cojob::wait_for_job(std::move(api), std::forward<Job>(job), wait_options{.timeout = timeout});
}

/// Creates a job and waits for its end. `options.timeout` covers both, including the wait for a quota slot.
///
/// Errors: those of `create_job` and of `wait_for_job`. If the deadline expires before the job has an id, the error is
/// `deadline_exceeded`. Once the job has an id, every error contains it. Cancellation: as `create_job` until the job is
/// created, then as `wait_for_job`.
template <creating_job_api Api>
[[nodiscard]] asio::awaitable<typename Api::job_type> run_job(Api api, std::string_view prompt,
                                                              wait_options options = {})
{
    return detail::create_and_wait(std::move(api), std::string(prompt), options, detail::silent_wait());
}

/// The same with a time limit in place of options: `run_job(agent, "Document the API", 15min)`.
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
