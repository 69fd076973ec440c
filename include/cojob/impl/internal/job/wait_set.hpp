#ifndef COJOB_IMPL_INTERNAL_JOB_WAIT_SET_HPP
#define COJOB_IMPL_INTERNAL_JOB_WAIT_SET_HPP

#include <cojob/detail/text.hpp>
#include <cojob/impl/internal/client_state.hpp>
#include <cojob/impl/internal/event.hpp>
#include <cojob/impl/internal/hop.hpp>
#include <cojob/impl/internal/job/job_wait.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cojob::detail {

/// When a wait for several jobs is over.
enum class set_goal { all_end, one_ends };

/// Waits for several jobs, on the client's strand. A thousand of them are a thousand places in the poll line and one
/// coroutine.
class wait_set final : public wait_listener {
  public:
    wait_set(client_state& state, operation& op, set_goal goal)
        : state_(state), operation_(op), goal_(goal), over_(op.executor())
    {
    }

    asio::awaitable<std::vector<wait_end>> run(std::vector<wait_subject> subjects, const wait_options& options)
    {
        waits_.reserve(subjects.size());
        for (auto& subject : subjects)
            waits_.push_back(std::make_unique<job_wait>(state_, std::move(subject), options, *this));
        for (auto& wait : waits_)
            if (!over_.is_set())
                wait->resume();
        if (!operation_.is_stopped())
            co_await over_.wait();
        std::vector<wait_end> ends;
        ends.reserve(waits_.size());
        for (auto& wait : waits_) {
            wait->pause();
            ends.push_back(wait->end() ? wait->take_end() : given_up(*wait));
        }
        co_return ends;
    }

  private:
    static wait_end given_up(const job_wait& wait)
    {
        return {.failure = wait.about_job(error_code(asio::error::operation_aborted))};
    }

    void ended(wait_end& end) override
    {
        end.order = ++ended_;
        if (ended_ == waits_.size() || (goal_ == set_goal::one_ends && end.is_success()))
            over_.set();
    }

    client_state& state_;
    operation& operation_;
    set_goal goal_;
    event over_;
    std::size_t ended_ = 0;
    std::vector<std::unique_ptr<job_wait>> waits_;
};

inline asio::awaitable<std::vector<wait_end>> run_waits(std::shared_ptr<client_state> state,
                                                        std::shared_ptr<operation> op,
                                                        std::vector<wait_subject> subjects, wait_options options,
                                                        set_goal goal)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    const client_state::running_guard running(*state, op);
    wait_set set(*state, *op, goal);
    co_return co_await set.run(std::move(subjects), options);
}

/// \throws api_error invalid_argument
inline void check_options(const wait_options& options, const poll_schedule& service)
{
    if (options.timeout <= duration::zero())
        throw_invalid_argument("wait_options::timeout: must be more than zero; no_timeout for none");
    if (options.settle < duration::zero())
        throw_invalid_argument("wait_options::settle: must not be negative");
    merge(options.schedule, service);
}

/// On the caller's executor. The subjects are of one service, and at least one.
inline asio::awaitable<std::vector<wait_end>> wait_for_ends(std::vector<wait_subject> subjects, wait_options options,
                                                            set_goal goal)
{
    co_await accept_every_cancellation();
    const auto& api = *subjects.front().api;
    check_options(options, api.default_schedule());
    auto state = client_state::of(api.get_client());
    if (state->is_closed()) {
        std::vector<wait_end> ends(subjects.size());
        for (std::size_t i = 0; i < ends.size(); ++i) {
            ends[i].failure = error_code(asio::error::operation_aborted);
            ends[i].failure.job_id = std::move(subjects[i].id);
        }
        co_return ends;
    }
    auto op = std::make_shared<operation>(state->options.clock, state->executor);
    auto inner = run_waits(std::move(state), op, std::move(subjects), options, goal);
    co_return co_await hop(std::move(op), std::move(inner));
}

/// The job, or the failure as an exception.
inline std::shared_ptr<const void> value_of(wait_end end)
{
    if (end.thrown)
        std::rethrow_exception(end.thrown);
    if (end.failure.code())
        throw_error(std::move(end.failure));
    return std::move(end.job);
}

} // namespace cojob::detail

#endif
