#ifndef COJOB_IMPL_INTERNAL_JOB_WAIT_SET_HPP
#define COJOB_IMPL_INTERNAL_JOB_WAIT_SET_HPP

#include <cojob/detail/forks.hpp>
#include <cojob/detail/share.hpp>
#include <cojob/detail/text.hpp>
#include <cojob/impl/internal/base/hop.hpp>
#include <cojob/impl/internal/base/run_later.hpp>
#include <cojob/impl/internal/client/client_state.hpp>
#include <cojob/impl/internal/job/job_wait.hpp>
#include <cojob/impl/internal/job/running_waits.hpp>

#include <boost/asio/async_result.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <exception>
#include <list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace cojob::detail {

/// When a wait for several jobs is over.
enum class set_goal { all_end, one_ends };

/// What waits begin with. It is freed then.
struct wait_request {
    std::vector<wait_subject> subjects;
    wait_options options;
};

/// Waits for one or several jobs of one service, as one operation on the client's strand: an entry in the poll
/// scheduler for each job, and no coroutine. The caller has it too, for what it brings.
class wait_set final : public wait_listener, public running_wait, public std::enable_shared_from_this<wait_set> {
  public:
    wait_set(std::shared_ptr<client_state> c, std::unique_ptr<wait_request> r, set_goal g)
        : client_(std::move(c)), request_(std::move(r)), goal_(g),
          over_(client_->executor, asio::steady_timer::time_point::max())
    {
    }

    wait_set(const wait_set&) = delete;
    wait_set& operator=(const wait_set&) = delete;
    ~wait_set() override { leave_list(); }

    /// Runs it, and completes on the strand. In a child that was forked before it got there, it is given up.
    void start(std::shared_ptr<completion> to)
    {
        run_soon(client_->executor, [self = shared_from_this(), to = std::move(to), made_in = fork_mark()] {
            self->is_stopped_ = self->is_stopped_ || made_in.is_of_a_parent();
            self->begin(to);
        });
    }

    /// From any thread. It is decided on the strand.
    void cancel(asio::cancellation_type type)
    {
        if (type != asio::cancellation_type::none)
            asio::dispatch(client_->executor, [self = shared_from_this()] { self->stop(); });
    }

    /// Whether there is nothing to run, because the client is closed. Every wait is given up then.
    [[nodiscard]] bool is_refused()
    {
        if (!client_->is_closed())
            return false;
        for (auto& subject : request_->subjects) {
            ends_.push_back(failed_wait(error_code(asio::error::operation_aborted)));
            ends_.back().failure->job_id = std::move(subject.id);
        }
        return true;
    }

    /// One for each subject, once it has completed.
    [[nodiscard]] std::vector<wait_end> take_ends() { return std::move(ends_); }

  private:
    /// The pending timer owns the operation, as the context owns the timer: if the context is destroyed, so is this,
    /// and the caller's coroutine, which `to` has. Nothing here may own `to`: that coroutine owns this.
    void begin(const std::shared_ptr<completion>& to)
    {
        std::exception_ptr thrown;
        try {
            is_stopped_ = !client_->extension<running_waits>()->add(*client_, *this) || is_stopped_;
            begin_waits();
            if (!is_stopped_ && !is_over_)
                return over_.async_wait([self = shared_from_this(), to](error_code) { self->finish(*to, {}); });
        } catch (...) {
            thrown = std::current_exception();
        }
        finish(*to, std::move(thrown));
    }

    void begin_waits()
    {
        const auto request = std::exchange(request_, nullptr);
        total_ = request->subjects.size();
        for (auto& subject : request->subjects)
            waits_.emplace_back(*client_, std::move(subject), request->options, *this);
        for (auto& wait : waits_)
            if (!is_over_)
                wait.resume();
    }

    void finish(completion& to, std::exception_ptr thrown)
    {
        try {
            if (!thrown)
                collect_ends();
        } catch (...) {
            thrown = std::current_exception();
        }
        waits_.clear(); // here: the caller, who has this too, is not on the strand
        leave_list();
        to.complete(std::move(thrown));
    }

    void collect_ends()
    {
        ends_.reserve(waits_.size());
        for (auto& wait : waits_) {
            wait.pause();
            ends_.push_back(wait.end() ? wait.take_end() : given_up(wait));
        }
    }

    static wait_end given_up(const job_wait& wait)
    {
        return failed_wait(wait.about_job(error_code(asio::error::operation_aborted)));
    }

    /// The completion comes later.
    void stop() override
    {
        is_stopped_ = true;
        over_.cancel();
    }

    /// The poll scheduler is at work: the completion comes later.
    void ended(wait_end& end) override
    {
        end.order = ++ended_;
        is_over_ = is_over_ || ended_ == total_ || (goal_ == set_goal::one_ends && end.is_success());
        if (is_over_)
            over_.cancel();
    }

    const std::shared_ptr<client_state> client_;
    std::unique_ptr<wait_request> request_; // null once they have begun
    const set_goal goal_;
    bool is_over_ = false, is_stopped_ = false;
    std::size_t ended_ = 0, total_ = 0;
    asio::steady_timer over_;   // never rings: to cancel it completes the operation, which takes no memory then
    std::list<job_wait> waits_; // a list: the poll scheduler refers to them
    std::vector<wait_end> ends_;
};

/// Awaitable. Runs the waits on the client's strand and returns to the caller's executor, as `hop` does with a
/// coroutine.
[[nodiscard]] inline auto run_waits(std::shared_ptr<wait_set> waits)
{
    auto initiation = [](auto handler, const std::shared_ptr<wait_set>& run) {
        const auto cancel = [](const std::shared_ptr<wait_set>& live, asio::cancellation_type type) {
            live->cancel(type);
        };
        detail::enter(std::move(handler), run, cancel,
                      [](const std::shared_ptr<wait_set>& begun, std::shared_ptr<completion> back) {
                          begun->start(std::move(back));
                      });
    };
    return asio::async_initiate<const asio::deferred_t, void(std::exception_ptr)>(initiation, asio::deferred,
                                                                                  std::move(waits));
}

/// \throws api_error invalid_argument
inline void check_options(const wait_options& options, const poll_schedule& service)
{
    if (options.timeout <= duration::zero())
        throw_invalid_argument("wait_options::timeout: must be more than zero; use no_timeout for no limit");
    if (options.patience <= duration::zero())
        throw_invalid_argument("wait_options::patience: must be more than zero; use no_timeout for no limit");
    if (options.settle < duration::zero())
        throw_invalid_argument("wait_options::settle: must not be negative");
    merge(options.schedule, service);
}

/// The subjects are of one service, and at least one. \throws api_error invalid_argument
inline std::shared_ptr<wait_set> make_wait_set(std::vector<wait_subject> subjects, const wait_options& options,
                                               set_goal goal)
{
    const auto& api = *subjects.front().api;
    check_options(options, api.default_schedule());
    auto client = client_state::of(api.get_client());
    auto request = std::make_unique<wait_request>(wait_request{std::move(subjects), options});
    return share<wait_set>(std::move(client), std::move(request), goal);
}

/// On the caller's executor.
inline asio::awaitable<std::vector<wait_end>> wait_for_ends(std::vector<wait_subject> subjects, wait_options options,
                                                            set_goal goal)
{
    co_await accept_every_cancellation();
    const auto waits = make_wait_set(std::move(subjects), options, goal);
    if (!waits->is_refused())
        co_await run_waits(waits);
    co_return waits->take_ends();
}

/// The job, or the failure as an exception.
inline std::shared_ptr<const void> value_of(wait_end end)
{
    if (end.thrown)
        std::rethrow_exception(end.thrown);
    if (end.failure)
        throw_error(std::move(*end.failure));
    return std::move(end.job);
}

} // namespace cojob::detail

#endif
