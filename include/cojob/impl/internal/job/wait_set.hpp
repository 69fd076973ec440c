#ifndef COJOB_IMPL_INTERNAL_JOB_WAIT_SET_HPP
#define COJOB_IMPL_INTERNAL_JOB_WAIT_SET_HPP

#include <cojob/detail/share.hpp>
#include <cojob/detail/text.hpp>
#include <cojob/impl/internal/base/event.hpp>
#include <cojob/impl/internal/base/hop.hpp>
#include <cojob/impl/internal/client/client_state.hpp>
#include <cojob/impl/internal/job/job_wait.hpp>

#include <cstddef>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cojob::detail {

/// When a wait for several jobs is over.
enum class set_goal { all_end, one_ends };

/// A wait for several jobs of one service. The caller and what runs on the client's strand share it.
struct wait_record {
    wait_record(std::shared_ptr<client_state> c, std::vector<wait_subject> s, wait_options o, set_goal g)
        : client(std::move(c)), subjects(std::move(s)), options(o), goal(g), op(client->alarm)
    {
    }

    const std::shared_ptr<client_state> client;
    std::vector<wait_subject> subjects;
    const wait_options options;
    const set_goal goal;
    operation op;
    std::vector<wait_end> ends{}; ///< one for each subject
};

/// Waits for several jobs, on the client's strand. A thousand of them are a thousand entries in the poll scheduler and
/// one coroutine.
class wait_set final : public wait_listener {
  public:
    static asio::awaitable<void> run(std::shared_ptr<wait_record> wait)
    {
        co_await asio::this_coro::throw_if_cancelled(false);
        const client_state::running_guard running(*wait->client, {wait, &wait->op});
        wait_set self(*wait);
        self.begin();
        if (!wait->op.is_stopped())
            co_await self.over_.wait(wait->op);
        self.end();
    }

  private:
    explicit wait_set(wait_record& wait) : record_(wait), over_(wait.op.executor()) {}

    void begin()
    {
        for (auto& subject : record_.subjects)
            waits_.emplace_back(*record_.client, std::move(subject), record_.options, *this);
        for (auto& wait : waits_)
            if (!over_.is_set())
                wait.resume();
    }

    void end()
    {
        record_.ends.reserve(waits_.size());
        for (auto& wait : waits_) {
            wait.pause();
            record_.ends.push_back(wait.end() ? wait.take_end() : given_up(wait));
        }
    }

    static wait_end given_up(const job_wait& wait)
    {
        return {.failure = wait.about_job(error_code(asio::error::operation_aborted))};
    }

    void ended(wait_end& end) override
    {
        end.order = ++ended_;
        if (ended_ == waits_.size() || (record_.goal == set_goal::one_ends && end.is_success()))
            over_.set();
    }

    wait_record& record_;
    event over_;
    std::size_t ended_ = 0;
    std::list<job_wait> waits_; // a list: the poll scheduler refers to them
};

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
    const auto wait = share<wait_record>(std::move(state), std::move(subjects), options, goal);
    std::shared_ptr<operation> op(wait, &wait->op);
    auto inner = wait_set::run(wait);
    co_await hop(std::move(op), std::move(inner));
    co_return std::move(wait->ends);
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
