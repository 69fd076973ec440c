#ifndef COJOB_IMPL_INTERNAL_JOB_JOB_WAIT_HPP
#define COJOB_IMPL_INTERNAL_JOB_JOB_WAIT_HPP

#include <cojob/detail/polled_api.hpp>
#include <cojob/detail/text.hpp>
#include <cojob/impl/internal/client_state.hpp>
#include <cojob/impl/internal/job/end_rule.hpp>
#include <cojob/impl/internal/job/job_memory.hpp>
#include <cojob/impl/internal/job/poll_hub.hpp>
#include <cojob/impl/internal/job/poll_plan.hpp>
#include <cojob/impl/internal/job/poll_waiter.hpp>
#include <cojob/job/wait_options.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cojob::detail {

/// How a wait ended: with a job, a failure, or what a service threw.
struct wait_end {
    error_info failure{}; ///< no code: the job has ended
    std::shared_ptr<const void> job{};
    std::exception_ptr thrown{};
    std::size_t order = 0; ///< among several, counted from 1; 0: it was given up

    [[nodiscard]] bool is_success() const noexcept { return !failure.code() && !thrown; }
};

/// Hears of a wait, on the client's strand, and must leave it alone meanwhile.
class wait_listener {
  public:
    wait_listener() = default;
    wait_listener(const wait_listener&) = delete;
    wait_listener& operator=(const wait_listener&) = delete;
    virtual ~wait_listener() = default;

    virtual void changed(const job_view&) {}
    virtual void ended(wait_end&) = 0;
};

/// What is waited for, and what is known of it.
struct wait_subject {
    std::shared_ptr<const polled_api> api{};
    std::string id{};
    job_record known{};      ///< besides what the client remembers
    bool is_resumed = false; ///< polled at once
};

/// One wait for one job, on the client's strand: what its answers mean, when it wants the next, and how it ends.
class job_wait final : public poll_waiter {
  public:
    job_wait(client_state& state, wait_subject subject, const wait_options& options, wait_listener& listener)
        : state_(state), subject_(std::move(subject)), on_unknown_(options.on_unknown), listener_(listener),
          hub_(state.extension<poll_hub>()), memory_(state.extension<job_memory>()),
          schedule_(merge(options.schedule, subject_.api->default_schedule())),
          plan_(schedule_, options.timeout, now()), rule_(schedule_.min_interval, options.settle)
    {
        const auto known = recall();
        created_ = known.created;
        next_ = subject_.is_resumed ? now() : plan_.first(now(), std::max(known.created, known.messaged));
        report_poll({});
    }
    job_wait(const job_wait&) = delete;
    job_wait& operator=(const job_wait&) = delete;
    ~job_wait() { pause(); }

    /// Takes its place among those who wait for polls; where the time is over already, it ends.
    void resume(bool needs_whole_jobs = false)
    {
        if (end_ || line_)
            return;
        auto& line = hub_->line_of(state_, subject_.api->scope());
        line.join(*this, subject_.api, subject_.id,
                  {std::max(*next_, now()), plan_.deadline(), plan_.last_poll_at(), schedule_.min_interval,
                   needs_whole_jobs});
        if (!end_) // it may have been shut out
            line_ = &line;
    }

    /// Leaves it. What it knows, it keeps.
    void pause()
    {
        if (auto* const line = std::exchange(line_, nullptr))
            line->leave(*this);
    }

    [[nodiscard]] const std::optional<wait_end>& end() const noexcept { return end_; }
    [[nodiscard]] wait_end take_end() { return std::move(*end_); }

    /// What it ends with when it is given up: what is known, and not a failure of the job.
    [[nodiscard]] error_info about_job(error_info failure) const
    {
        failure.job_id = subject_.id;
        failure.job_status = last_.status;
        return failure;
    }

  private:
    using next_poll = std::optional<time_point>;

    /// Unknown states that are told of: a server must not fill the memory with states it makes up.
    static constexpr std::size_t max_unknown = 16, max_status = 256;

    [[nodiscard]] time_point now() const { return state_.time().now(); }

    [[nodiscard]] job_record recall() const
    {
        auto known = memory_->find({std::string(subject_.api->api()), subject_.api->scope(), subject_.id}, now());
        known.created = std::max(known.created, subject_.known.created);
        known.messaged = std::max(known.messaged, subject_.known.messaged);
        return known;
    }

    [[nodiscard]] next_poll answered(const poll_answer& answer) noexcept override
    {
        try {
            ++polls_;
            plan_.poll_begins(answer.begun);
            if (answer.thrown)
                std::rethrow_exception(answer.thrown);
            next_ = answer.failure.code() ? after_failure(answer) : after_answer(answer);
            if (!next_ && !end_)
                give_up(answer.reached);
            report_poll(answer.failure.code());
        } catch (...) { // a service's own, or of its jobs' comparison
            end_ = wait_end{.thrown = std::current_exception()};
        }
        return end_ ? over() : next_;
    }

    void timed_out(std::optional<phase> reached, bool is_under_way) noexcept override
    {
        end_by([&] {
            give_up(is_under_way ? reached : phase::queued);
            report_poll({});
        });
    }

    void shut_out(time_point asked_until) noexcept override
    {
        end_by([&] {
            error_info failure(errc::rate_limited, "another poll was told to wait for longer than there is time");
            failure.http_status = 429;
            end_throttled(std::move(failure), asked_until);
            report_poll(errc::rate_limited);
        });
    }

    void failed(std::exception_ptr thrown) noexcept override
    {
        end_by([&] { std::rethrow_exception(thrown); });
    }

    /// What cannot be told in full, for want of memory, is told as that.
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

    /// An end that settles counts when there is no time for another look.
    void end_throttled(error_info failure, time_point asked_until)
    {
        failure.retry_at = state_.time().wall_now() + (asked_until - now());
        end_ = rule_.settles_at() ? wait_end{.job = last_.job} : wait_end{.failure = about_job(std::move(failure))};
    }

    next_poll over()
    {
        line_ = nullptr;
        next_.reset();
        listener_.ended(*end_);
        return {};
    }

    next_poll after_answer(const poll_answer& answer)
    {
        const auto& seen = answer.view;
        rule_.message_sent(recall().messaged);
        const auto is_over = rule_.accepts(seen.is_finished, seen.status, answer.begun, now());
        if (const auto settled = rule_.settled_message()) {
            memory_->settled({std::string(subject_.api->api()), subject_.api->scope(), subject_.id}, *settled);
            if (subject_.known.messaged == settled)
                subject_.known.messaged.reset();
        }
        const auto is_change = !last_.job || !subject_.api->is_same(last_.job.get(), seen.job.get());
        last_ = seen;
        last_.status = cut_at_character(seen.status, max_status);
        report_job(is_change);
        if (is_over || (last_.is_unknown && on_unknown_ == unknown_status::stop)) {
            end_ = wait_end{.job = last_.job};
            return {};
        }
        if (is_change)
            listener_.changed(last_);
        const auto next = plan_.answered(now(), believed_delay(answer), state_.random());
        const auto settles = rule_.settles_at();
        const auto soonest = after(now(), std::max(schedule_.min_interval, believed_delay(answer)));
        return next && settles ? std::min(*next, std::max(*settles, soonest)) : next;
    }

    next_poll after_failure(const poll_answer& answer)
    {
        const auto& failure = answer.failure;
        const auto is_cut =
            failure.code() == errc::deadline_exceeded || failure.code() == asio::error::operation_aborted;
        if (is_cut && now() >= plan_.deadline())
            return {};
        last_failure_ = std::make_unique<error_info>(failure);
        if (failure.code() == errc::rate_limited) {
            if (answer.asked_until < plan_.deadline())
                return plan_.throttled(now(), answer.paused_until, state_.random());
            end_throttled(failure, answer.asked_until);
            return {};
        }
        const auto hint = answer.retry_after.value_or(duration::zero());
        if (!(may_pass(failure) || is_too_young(failure)) || after(now(), hint) >= plan_.deadline()) {
            end_ = wait_end{.failure = about_job(failure)};
            return {};
        }
        return plan_.failed(now(), believed_delay(answer), state_.random());
    }

    /// A job may take a moment to be seen everywhere; a mistyped id never appears.
    [[nodiscard]] bool is_too_young(const error_info& failure) const
    {
        constexpr auto youth = std::chrono::seconds(30);
        return failure.code() == errc::not_found && created_ && now() - *created_ < youth;
    }

    /// The time is up. `reached`: of a poll that is still under way.
    void give_up(std::optional<phase> reached)
    {
        if (rule_.settles_at())
            end_ = wait_end{.job = last_.job};
        else
            end_ = wait_end{.failure = about_job(late(reached))};
    }

    [[nodiscard]] error_info late(std::optional<phase> reached) const
    {
        if (!plan_.is_server_silent())
            return {errc::wait_timeout, "the job had not ended when last seen"};
        if (last_failure_)
            return *last_failure_;
        const auto was_sent = !reached || *reached >= phase::sending;
        return {was_sent ? errc::request_timeout : errc::connect_timeout,
                "no poll was answered before the wait's time was up"};
    }

    void report_job(bool is_change)
    {
        auto* const observer = state_.options.observer.get();
        if (!observer)
            return;
        if (last_.is_unknown) {
            const auto seen = std::find(unknown_seen_.begin(), unknown_seen_.end(), last_.status);
            if (unknown_seen_.size() < max_unknown && seen == unknown_seen_.end()) {
                unknown_seen_.push_back(last_.status);
                observer->on_unknown_status({subject_.api->api(), subject_.id, last_.status});
            }
        }
        if (is_change)
            observer->on_job_changed({subject_.api->api(), subject_.id, last_.status, {}, polls_, {}});
    }

    void report_poll(error_code failure)
    {
        auto* const observer = state_.options.observer.get();
        if (!observer)
            return;
        const auto wait = next_ && !end_ ? std::max(*next_ - now(), duration(1)) : duration::zero();
        const auto status = failure ? std::string_view() : std::string_view(last_.status);
        observer->on_poll({subject_.api->api(), subject_.id, status, failure, polls_, wait});
    }

    client_state& state_;
    wait_subject subject_;
    unknown_status on_unknown_;
    wait_listener& listener_;
    std::shared_ptr<poll_hub> hub_;
    std::shared_ptr<job_memory> memory_;
    poll_schedule schedule_;
    poll_plan plan_;
    end_rule rule_;
    poll_line* line_ = nullptr;
    next_poll next_;
    std::optional<time_point> created_;
    unsigned polls_ = 0;
    job_view last_;
    std::unique_ptr<error_info> last_failure_;
    std::vector<std::string> unknown_seen_;
    std::optional<wait_end> end_;
};

} // namespace cojob::detail

#endif
