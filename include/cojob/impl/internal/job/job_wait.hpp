#ifndef COJOB_IMPL_INTERNAL_JOB_JOB_WAIT_HPP
#define COJOB_IMPL_INTERNAL_JOB_JOB_WAIT_HPP

#include <cojob/detail/text.hpp>
#include <cojob/impl/internal/base/optional_time.hpp>
#include <cojob/impl/internal/client/client_state.hpp>
#include <cojob/impl/internal/job/answer_series.hpp>
#include <cojob/impl/internal/job/end_rule.hpp>
#include <cojob/impl/internal/job/job_memory.hpp>
#include <cojob/impl/internal/job/last_seen.hpp>
#include <cojob/impl/internal/job/poll_failure.hpp>
#include <cojob/impl/internal/job/poll_hub.hpp>
#include <cojob/impl/internal/job/poll_plan.hpp>
#include <cojob/impl/internal/job/poll_waiter.hpp>
#include <cojob/impl/internal/job/wait_end.hpp>
#include <cojob/impl/internal/job/wait_report.hpp>
#include <cojob/job/detail/polled_api.hpp>
#include <cojob/job/wait_options.hpp>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

namespace cojob::detail {

/// One wait for one job, on the client's strand: what its answers mean, when it wants the next, and how it ends.
class job_wait final : public poll_waiter {
  public:
    job_wait(client_state& state, wait_subject subject, const wait_options& options, wait_listener& listener)
        : state_(state), subject_(std::move(subject)), on_unknown_(options.on_unknown), listener_(listener),
          memory_(*state.extension<job_memory>()),
          plan_(merge(options.schedule, subject_.api->default_schedule()), options.timeout, now(), options.patience),
          rule_(plan_.schedule().min_interval, options.settle), report_(state, subject_),
          last_(report_.has_listener() || listener.wants_changes() || options.settle != duration::zero())
    {
        const auto known = recall();
        is_known_ = known.created || known.messaged || subject_.is_seen;
        next_ = subject_.is_resumed ? now() : plan_.first(now(), std::max(known.created, known.messaged));
        report_poll({});
    }
    job_wait(const job_wait&) = delete;
    job_wait& operator=(const job_wait&) = delete;
    ~job_wait() { pause(); }

    /// Joins the poll scheduler; a wait whose time is over already ends.
    void resume(bool needs_whole_jobs = false)
    {
        if (end_ || scheduler_)
            return;
        auto& scheduler = state_.extension<poll_hub>()->scheduler_of(state_, subject_.api->scope());
        scheduler.join(*this, subject_.api, subject_.id,
                       {std::max(*next_, now()), plan_.deadline(), plan_.last_poll_at(), plan_.schedule().min_interval,
                        needs_whole_jobs});
        if (end_) // it was shut out
            return;
        scheduler_ = &scheduler;
        subject_.api = shared_api(); // every wait would keep one of its own
    }

    /// Leaves it. What it knows, it keeps.
    void pause()
    {
        if (auto* const scheduler = std::exchange(scheduler_, nullptr))
            scheduler->leave(*this);
    }

    [[nodiscard]] const std::optional<wait_end>& end() const noexcept { return end_; }
    [[nodiscard]] wait_end take_end() { return std::move(*end_); }

    /// What it ends with when it is given up: what is known, and not a failure of the job.
    [[nodiscard]] error_info about_job(error_info failure) const
    {
        if (failure.job_id.empty()) // else a call has said it, without its key
            failure.job_id = subject_.id;
        failure.job_status = last_.status();
        return failure;
    }

  private:
    using next_poll = std::optional<time_point>;

    [[nodiscard]] time_point now() const { return state_.time().now(); }

    [[nodiscard]] job_record recall() const
    {
        auto known = memory_.find(subject_.key(), now());
        known.created = std::max(known.created, subject_.known.created);
        known.messaged = std::max(known.messaged, subject_.known.messaged);
        return known;
    }

    [[nodiscard]] next_poll answered(const poll_answer& answer) noexcept override
    {
        try {
            note_poll(answer);
            if (answer.thrown)
                std::rethrow_exception(answer.thrown);
            next_ = answer.failure.code() ? after_failure(answer) : after_answer(answer);
            if (!next_ && !end_)
                give_up(answer.reached);
            report_poll(answer.failure.code());
        } catch (...) { // a service's own, or of its jobs' comparison
            end_ = wait_end{.thrown = std::current_exception()};
        }
        if (end_)
            return over();
        polls_last_at(plan_.last_poll_at());
        return next_;
    }

    /// Time in which the poll only queued here, for its turn among all polls and for a connection, is not the server's;
    /// nor is that of a poll that was never sent, or that the machine slept through.
    void note_poll(const poll_answer& answer)
    {
        report_.poll_has_ended();
        report_.show_id(answer.failure.job_id);
        const auto late = next_ ? std::max(answer.begun - *next_, duration::zero()) : duration::zero();
        const auto own = is_unsent(answer) || answer.is_slept_through ? now() - answer.begun : answer.queued;
        plan_.excuse(late + own);
        if (!is_unsent(answer))
            plan_.poll_begins(after(answer.begun, own));
    }

    void timed_out(std::optional<phase> reached, bool is_under_way) noexcept override
    {
        end_by([&] {
            give_up(is_under_way ? reached : phase::queued);
            report_poll({});
        });
    }

    void fail_throttled(time_point asked_until) noexcept override
    {
        end_by([&] {
            error_info failure(errc::rate_limited, "the server's pause is longer than the wait's time");
            failure.http_status = 429;
            end_throttled(std::move(failure), asked_until);
            report_poll(errc::rate_limited);
        });
    }

    void failed(std::exception_ptr thrown) noexcept override
    {
        end_by([&] { std::rethrow_exception(thrown); });
    }

    /// A failure that cannot be described for lack of memory ends the wait as `std::bad_alloc`.
    template <class Function>
    void end_by(Function how) noexcept
    {
        try {
            how();
        } catch (...) {
            end_ = wait_end{.thrown = std::current_exception()};
        }
        over();
    }

    void end_throttled(error_info failure, time_point asked_until)
    {
        failure.retry_at = state_.time().wall_now() + (asked_until - now());
        fail(std::move(failure));
    }

    /// No further answer will come. An end that is still settling is then the best result there is.
    void fail(error_info failure)
    {
        end_ = rule_.settles_at() ? wait_end{.job = last_.job()} : failed_wait(about_job(std::move(failure)));
    }

    next_poll over()
    {
        scheduler_ = nullptr;
        next_.reset();
        listener_.ended(*end_);
        return {};
    }

    next_poll after_answer(const poll_answer& answer)
    {
        constexpr std::size_t max_status = 256;
        auto seen = answer.view;
        series_.answered();
        is_known_ = true;
        rule_.message_sent(recall().messaged);
        const auto is_over = rule_.accepts(seen.is_finished, seen.status, answer.begun, now());
        if (const auto settled = rule_.settled_message()) {
            memory_.settled(subject_.key(), *settled);
            if (subject_.known.messaged == settled)
                subject_.known.messaged.reset();
        }
        seen.status = cut_at_character(seen.status, max_status);
        const auto is_change = last_.note(seen, *subject_.api);
        report_.job(seen, is_change && report_.has_listener() && is_first_to_report(seen));
        if (is_over || (seen.is_unknown && on_unknown_ == unknown_status::stop)) {
            end_ = wait_end{.job = seen.job};
            return {};
        }
        if (is_change && listener_.wants_changes())
            listener_.changed(seen);
        const auto next = plan_.answered(now(), believed_delay(answer), state_.random());
        const auto settles = rule_.settles_at();
        const auto soonest = after(now(), std::max(plan_.schedule().min_interval, believed_delay(answer)));
        return next && settles ? std::min(*next, std::max(*settles, soonest)) : next;
    }

    next_poll after_failure(const poll_answer& answer)
    {
        const auto& failure = answer.failure;
        const auto is_cut =
            failure.code() == errc::deadline_exceeded || failure.code() == asio::error::operation_aborted;
        if (is_cut && now() >= plan_.deadline())
            return {};
        // A list is an offer, and an unsent poll has asked nobody: neither says anything.
        if (answer.is_list && failure.code() != errc::rate_limited && !failure.is_final)
            return plan_
                .postponed(now(), std::min(believed_delay(answer), plan_.schedule().max_interval), state_.random())
                .value_or(now());
        if (is_unsent(answer))
            return plan_.postponed(now(), {}, state_.random());
        last_failure_ = std::make_unique<error_info>(failure);
        const auto kind = kind_of(failure);
        if (kind == poll_failure::throttled)
            return after_throttling(answer);
        const auto is_odd = kind == poll_failure::odd;
        const auto hint = is_odd ? delay_of_odd(answer) : believed_delay(answer);
        if (!bears(kind, failure) || (!is_odd && plan_.is_in_vain(now(), after(now(), hint)))) {
            fail(failure);
            return {};
        }
        return plan_.failed(now(), hint, state_.random(), is_silence(failure));
    }

    /// One odd answer says as little by its hint: that neither ends the wait nor costs it its last poll.
    [[nodiscard]] duration delay_of_odd(const poll_answer& answer) const
    {
        const auto left = std::max(plan_.last_poll_at() - now(), duration::zero());
        return std::min({believed_delay(answer), plan_.schedule().max_interval, left});
    }

    next_poll after_throttling(const poll_answer& answer)
    {
        if (!plan_.is_in_vain(now(), answer.asked_until))
            return plan_.throttled(now(), answer.paused_until, state_.random());
        end_throttled(answer.failure, answer.asked_until);
        return {};
    }

    /// A mistyped id never appears and ends its wait at once; a job that is known to exist is not gone because one
    /// answer says so.
    [[nodiscard]] bool bears(poll_failure kind, const error_info& failure)
    {
        if (kind == poll_failure::odd && is_known_)
            return !series_.goes_on_too_long(now());
        series_.failed();
        return may_pass(failure);
    }

    /// The time is up. `reached`: of a poll that is still under way.
    void give_up(std::optional<phase> reached) { fail(late_wait(plan_, reached, last_failure_.get())); }

    void report_poll(error_code failure) const
    {
        const auto wait = next_ && !end_ ? std::max(*next_ - now(), duration(1)) : duration::zero();
        report_.poll(last_.status(), failure, wait);
    }

    client_state& state_;
    wait_subject subject_;
    unknown_status on_unknown_;
    bool is_known_ = false; ///< that there is such a job
    wait_listener& listener_;
    job_memory& memory_;
    poll_plan plan_;
    end_rule rule_;
    answer_series series_;
    wait_report report_;
    poll_scheduler* scheduler_ = nullptr;
    optional_time next_;
    last_seen last_;
    std::unique_ptr<error_info> last_failure_;
    std::optional<wait_end> end_;
};

} // namespace cojob::detail

#endif
