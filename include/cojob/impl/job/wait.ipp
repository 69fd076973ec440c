#ifndef COJOB_IMPL_JOB_WAIT_IPP
#define COJOB_IMPL_JOB_WAIT_IPP

#include <cojob/detail/text.hpp>
#include <cojob/impl/internal/client_state.hpp>
#include <cojob/impl/internal/event.hpp>
#include <cojob/impl/internal/hop.hpp>
#include <cojob/impl/internal/job/end_rule.hpp>
#include <cojob/impl/internal/job/job_memory.hpp>
#include <cojob/impl/internal/job/poll_plan.hpp>
#include <cojob/impl/internal/poll_trace.hpp>
#include <cojob/job/wait.hpp>
#include <cojob/result.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace cojob::detail {

client for_one_poll(const client& c, std::shared_ptr<poll_trace> trace, duration limit)
{
    return client_state::for_one_poll(c, std::move(trace), limit);
}

struct wait_end {
    error_info failure{}; ///< no code: the job has ended
    std::shared_ptr<const void> job{};
};

/// Whether a failed poll may be followed by one that succeeds: what repeating a GET is good for, and a poll that took
/// longer than its call may.
inline bool may_pass(const error_info& failure)
{
    return failure.code() == condition::retryable || failure.code() == errc::deadline_exceeded ||
           failure.http_status == 408 || failure.http_status == 425;
}

/// One wait, on the client's strand. A hub that lets waits share polls belongs between this and `polled_job::poll`.
class wait_loop {
  public:
    wait_loop(client_state& state, operation& op, const polled_job& job, const wait_options& options)
        : state_(state), operation_(op), job_(job), options_(options), memory_(state.extension<job_memory>()),
          key_{std::string(job.api()), job.scope(), job.id()},
          schedule_(merge(options.schedule, job.default_schedule())), plan_(schedule_, options.timeout, now()),
          rule_(schedule_.min_interval)
    {
    }

    asio::awaitable<wait_end> run()
    {
        const auto known = memory_->find(key_, now());
        created_ = known.created;
        next_poll next = plan_.first(now(), std::max(known.created, known.messaged));
        report_poll(next, {});
        while (next) {
            co_await sleep_until(operation_, *next);
            if (operation_.is_stopped())
                co_return aborted();
            begun_ = now();
            plan_.poll_begins(begun_);
            const auto trace = std::make_shared<poll_trace>();
            operation_.set_limit(after(plan_.deadline(), grace));
            auto polled = co_await as_result(job_.poll(trace, plan_.deadline() - begun_));
            // A service may have changed what this coroutine answers to. What that forgets, the operation knows.
            co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
            co_await asio::this_coro::throw_if_cancelled(false);
            operation_.clear_limit();
            if (operation_.is_stopped())
                co_return aborted();
            ++polls_;
            next = polled ? after_answer(*polled, *trace) : after_failure(polled.error(), *trace);
            report_poll(next, polled ? error_code() : polled.error().code());
            if (end_)
                co_return std::move(*end_);
        }
        co_return give_up();
    }

  private:
    using next_poll = std::optional<time_point>;

    /// For a service that keeps the deadline itself and then knows how far the poll came.
    static constexpr auto grace = std::chrono::milliseconds(100);
    /// Unknown states that are told of: a server must not fill the memory with states it makes up.
    static constexpr std::size_t max_unknown = 16;

    [[nodiscard]] time_point now() const { return state_.time().now(); }
    static wait_end aborted() { return {error_info(asio::error::operation_aborted), {}}; }

    next_poll after_answer(job_view& seen, const poll_trace& trace)
    {
        rule_.message_sent(memory_->find(key_, now()).messaged);
        const auto is_over = rule_.accepts(seen.is_finished, begun_, now());
        if (const auto settled = rule_.settled_message())
            memory_->settled(key_, *settled);
        seen.status.resize(std::min<std::size_t>(seen.status.size(), 256));
        report_job(seen);
        last_ = std::move(seen);
        if (is_over || (last_.is_unknown && options_.on_unknown == unknown_status::stop)) {
            end_ = wait_end{{}, last_.job};
            return {};
        }
        constexpr duration most = std::chrono::minutes(2); // whatever a success asks for
        return plan_.answered(now(), std::min(trace.retry_after.value_or(duration::zero()), most), state_.random());
    }

    next_poll after_failure(const error_info& failure, const poll_trace& trace)
    {
        const auto hint = trace.retry_after.value_or(duration::zero());
        const auto is_cut =
            failure.code() == errc::deadline_exceeded || failure.code() == asio::error::operation_aborted;
        if (is_cut && now() >= plan_.deadline()) {
            cut_ = failure;
            return {};
        }
        last_failure_ = failure;
        if (!(may_pass(failure) || is_too_young(failure)) || after(now(), hint) >= plan_.deadline()) {
            end_ = wait_end{about_job(failure), {}};
            return {};
        }
        constexpr duration most = std::chrono::minutes(15); // a server that says days is asked again before
        return plan_.failed(now(), std::min(hint, most), state_.random());
    }

    /// A job may take a moment to be seen everywhere; a mistyped id never appears.
    [[nodiscard]] bool is_too_young(const error_info& failure) const
    {
        constexpr auto youth = std::chrono::seconds(30);
        return failure.code() == errc::not_found && created_ && now() - *created_ < youth;
    }

    [[nodiscard]] wait_end give_up() const
    {
        if (!plan_.is_server_silent())
            return {about_job(error_info(errc::wait_timeout, "the job had not ended when last seen")), {}};
        if (last_failure_)
            return {about_job(*last_failure_), {}};
        const auto was_sent = !cut_ || cut_->attempts.empty() || cut_->attempts.back().reached >= phase::sending;
        return {about_job(error_info(was_sent ? errc::request_timeout : errc::connect_timeout,
                                     "no poll was answered before the wait's time was up")),
                {}};
    }

    [[nodiscard]] error_info about_job(error_info failure) const
    {
        failure.job_id = job_.id();
        failure.job_status = last_.status;
        return failure;
    }

    void report_job(const job_view& seen)
    {
        auto* const observer = state_.options.observer.get();
        if (!observer)
            return;
        if (seen.is_unknown && unknown_seen_.size() < max_unknown && unknown_seen_.insert(seen.status).second)
            observer->on_unknown_status({job_.api(), job_.id(), seen.status});
        if (!last_.job || !job_.is_same(last_.job.get(), seen.job.get()))
            observer->on_job_changed({job_.api(), job_.id(), seen.status, {}, polls_, {}});
    }

    void report_poll(next_poll next, error_code failure)
    {
        auto* const observer = state_.options.observer.get();
        const auto wait = next ? std::max(*next - now(), duration(1)) : duration::zero();
        const auto status = failure ? std::string_view() : std::string_view(last_.status);
        if (observer)
            observer->on_poll({job_.api(), job_.id(), status, failure, polls_, wait});
    }

    client_state& state_;
    operation& operation_;
    const polled_job& job_;
    const wait_options& options_;
    std::shared_ptr<job_memory> memory_;
    job_key key_;
    poll_schedule schedule_;
    poll_plan plan_;
    end_rule rule_;
    std::optional<time_point> created_;
    time_point begun_{};
    unsigned polls_ = 0;
    job_view last_;
    std::optional<error_info> last_failure_;
    std::optional<error_info> cut_; ///< the poll that the deadline ended
    std::set<std::string> unknown_seen_;
    std::optional<wait_end> end_;
};

inline asio::awaitable<wait_end> run_wait(std::shared_ptr<client_state> state, std::shared_ptr<operation> op,
                                          std::shared_ptr<const polled_job> job, wait_options options)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    const client_state::running_guard running(*state, op);
    wait_loop loop(*state, *op, *job, options);
    co_return co_await loop.run();
}

asio::awaitable<std::shared_ptr<const void>> wait_for_end(std::shared_ptr<const polled_job> job, wait_options options)
{
    co_await accept_every_cancellation();
    check_segment(job->id(), "id");
    if (options.timeout <= duration::zero())
        throw_invalid_argument("wait_options::timeout: must be more than zero; no_timeout for none");
    merge(options.schedule, job->default_schedule());
    auto state = client_state::of(job->get_client());
    if (state->is_closed())
        throw boost::system::system_error(asio::error::operation_aborted);
    auto op = std::make_shared<operation>(state->options.clock, state->executor);
    auto inner = run_wait(std::move(state), op, std::move(job), options);
    auto end = co_await hop(std::move(op), std::move(inner));
    if (end.failure.code())
        throw_error(std::move(end.failure));
    co_return std::move(end.job);
}

} // namespace cojob::detail

#endif
