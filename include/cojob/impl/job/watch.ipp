#ifndef COJOB_IMPL_JOB_WATCH_IPP
#define COJOB_IMPL_JOB_WATCH_IPP

#include <cojob/detail/body.hpp>
#include <cojob/detail/share.hpp>
#include <cojob/impl/internal/base/event.hpp>
#include <cojob/impl/internal/base/reentrancy_guard.hpp>
#include <cojob/impl/internal/job/wait_set.hpp>
#include <cojob/job/watch.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace cojob::detail {

/// What a watch knows between two calls of `next`. In between it is not in the poll scheduler.
class watch_state final : public wait_listener {
  public:
    watch_state(std::shared_ptr<const polled_api> api, job_reference job, wait_options options)
        : api_(std::move(api)), job_(std::move(job)), options_(options), client_(client_state::of(api_->get_client()))
    {
    }

    reentrancy_guard calls;

    void check() const
    {
        (void)make_subject(api_, job_);
        check_options(options_, api_->default_schedule());
        if (client_->is_closed())
            throw boost::system::system_error(asio::error::operation_aborted);
    }

    [[nodiscard]] bool is_over() const noexcept { return is_over_; }
    [[nodiscard]] const std::shared_ptr<client_state>& get_client() const noexcept { return client_; }

    /// On the client's strand.
    asio::awaitable<wait_end> next(operation& op)
    {
        event news(op.executor());
        const turn here(*this, news);
        if (!wait_)
            wait_.emplace(*client_, make_subject(api_, job_), options_, *this);
        wait_->resume(true);
        if (!op.is_stopped() && !wait_->end()) // it may have ended in the moment of the last change
            co_await news.wait(op);
        wait_->pause();
        if (latest_)
            co_return wait_end{.job = std::exchange(latest_, nullptr)};
        if (!wait_->end())
            co_return failed_wait(error_code(asio::error::operation_aborted));
        is_over_ = true;
        auto end = wait_->take_end();
        if (end.is_success() && returned_ && api_->is_same(returned_.get(), end.job.get()))
            co_return wait_end(); // the end has settled; nothing has changed
        co_return end;
    }

    void returned(std::shared_ptr<const void> job) { returned_ = std::move(job); }

  private:
    /// The time of one `next`, however it ends: after it the wait has left the scheduler.
    class turn {
      public:
        turn(watch_state& s, event& news) : state_(s) { state_.news_ = &news; }
        turn(const turn&) = delete;
        turn& operator=(const turn&) = delete;
        ~turn()
        {
            if (state_.wait_)
                state_.wait_->pause();
            state_.news_ = nullptr;
        }

      private:
        watch_state& state_;
    };

    [[nodiscard]] bool wants_changes() const noexcept override { return true; }
    void changed(const job_view& seen) override
    {
        latest_ = seen.job;
        news_->set();
    }
    void ended(wait_end&) override { news_->set(); }

    std::shared_ptr<const polled_api> api_;
    job_reference job_;
    wait_options options_;
    std::shared_ptr<client_state> client_;
    bool is_over_ = false;
    event* news_ = nullptr;
    std::shared_ptr<const void> latest_, returned_;
    std::optional<job_wait> wait_; // goes first: it uses the client
};

std::shared_ptr<watch_state> make_watch(std::shared_ptr<const polled_api> api, job_reference job, wait_options options)
{
    return share<watch_state>(std::move(api), std::move(job), options);
}

inline asio::awaitable<void> run_watch(std::shared_ptr<watch_state> watch, std::shared_ptr<operation> op,
                                       std::shared_ptr<wait_end> end)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    const client_state::running_guard running(*watch->get_client(), op);
    *end = co_await watch->next(*op);
}

asio::awaitable<std::shared_ptr<const void>> next_change(std::shared_ptr<watch_state> watch)
{
    co_await accept_every_cancellation();
    const reentrancy_guard::scope turn(watch->calls, "job_watch::next");
    if (watch->is_over())
        co_return nullptr;
    watch->check();
    const auto& client = *watch->get_client();
    auto op = share<operation>(client.alarm);
    const auto end = share<wait_end>();
    auto inner = run_watch(watch, op, end);
    co_await hop(std::move(op), std::move(inner));
    auto job = value_of(std::move(*end));
    watch->returned(job);
    co_return job;
}

} // namespace cojob::detail

#endif
