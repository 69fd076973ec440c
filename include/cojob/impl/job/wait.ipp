#ifndef COJOB_IMPL_JOB_WAIT_IPP
#define COJOB_IMPL_JOB_WAIT_IPP

#include <cojob/detail/body.hpp>
#include <cojob/detail/share.hpp>
#include <cojob/impl/internal/job/service.hpp>
#include <cojob/impl/internal/job/wait_set.hpp>
#include <cojob/job/wait.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cojob::detail {

client until(const client& c, time_point deadline)
{
    return client_state::until(c, deadline);
}

inline std::shared_ptr<wait_set> make_wait(std::unique_ptr<one_wait> of)
{
    std::vector<wait_subject> one;
    one.push_back(make_subject(std::move(of->api), of->job));
    return make_wait_set(std::move(one), of->options, set_goal::all_end);
}

inline job_ptr end_of(wait_set& wait)
{
    return value_of(std::move(wait.take_ends().front()));
}

/// What it has within itself only while it begins or ends is not in its frame.
asio::awaitable<job_ptr> wait_for_end(std::unique_ptr<one_wait> of)
{
    co_await accept_every_cancellation();
    const auto wait = make_wait(std::move(of));
    if (!wait->is_refused())
        co_await run_waits(wait);
    co_return end_of(*wait);
}

time_point end_of_wait(const client& c, const wait_options& options, const poll_schedule& service)
{
    check_options(options, service);
    return after(client_state::of(c)->time().now(), options.timeout);
}

wait_options rest_of_wait(const client& c, wait_options options, time_point until, std::string id, std::string status)
{
    if (until == time_point::max())
        return options;
    options.timeout = until - client_state::of(c)->time().now();
    if (options.timeout > duration::zero())
        return options;
    error_info late(errc::wait_timeout, "the job was created, but the time was up before the first poll");
    late.job_id = std::move(id);
    late.job_status = std::move(status);
    throw_error(std::move(late));
}

void remember_created(const client& c, std::string_view api, std::string scope, std::string id)
{
    note_created(c, api, std::move(scope), std::move(id));
}

inline asio::awaitable<void> run_limited(std::shared_ptr<client_state> state, std::shared_ptr<operation> op,
                                         time_point until, asio::awaitable<void> body)
{
    const client_state::running_guard running(*state, op);
    op->set_deadline(until);
    std::exception_ptr thrown;
    try {
        co_await std::move(body);
    } catch (const boost::system::system_error& e) {
        const auto is_late = e.code() == asio::error::operation_aborted && op->reason() == stop_reason::deadline;
        thrown = is_late ? std::make_exception_ptr(api_error(errc::deadline_exceeded)) : std::current_exception();
    } catch (...) {
        thrown = std::current_exception();
    }
    // Or the last step of co_spawn, after a body that was stopped and never suspended, would throw, out of `run()`.
    co_await asio::this_coro::throw_if_cancelled(false);
    if (thrown)
        std::rethrow_exception(thrown);
}

asio::awaitable<void> run_until(client c, time_point until, asio::awaitable<void> body)
{
    co_await accept_every_cancellation();
    auto state = client_state::of(c);
    auto op = share<operation>(state->alarm);
    auto inner = run_limited(std::move(state), op, until, std::move(body));
    co_await hop(std::move(op), std::move(inner));
}

} // namespace cojob::detail

#endif
