#ifndef COJOB_IMPL_INTERNAL_JOB_POLL_REQUEST_HPP
#define COJOB_IMPL_INTERNAL_JOB_POLL_REQUEST_HPP

#include <cojob/detail/share.hpp>
#include <cojob/error.hpp>
#include <cojob/impl/internal/base/hop.hpp>
#include <cojob/impl/internal/client/client_state.hpp>
#include <cojob/impl/internal/client/poll_trace.hpp>
#include <cojob/impl/internal/job/poll_waiter.hpp>
#include <cojob/job/detail/polled_api.hpp>
#include <cojob/operation.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cojob::detail {

struct poll_group;
struct polled_job;
class poll_request;

/// Where a poll's answer goes.
class poll_sender {
  public:
    poll_sender() = default;
    poll_sender(const poll_sender&) = delete;
    poll_sender& operator=(const poll_sender&) = delete;
    virtual ~poll_sender() = default;

    virtual void completed(poll_request&, poll_answer, std::vector<listed_job>) noexcept = 0;
};

/// A poll under way: of one job, or a list that stands for many.
class poll_request : public std::enable_shared_from_this<poll_request> {
  public:
    poll_request(client_state& state, poll_sender& owner, poll_group& of, polled_job* one)
        : group(of), job(one), begun(state.time().now()), owner_(owner), operation_(state.alarm)
    {
    }

    poll_group& group;
    polled_job* const job; ///< null: a list
    bool is_probe = false;
    const time_point begun;
    std::size_t expected = 0; ///< jobs that it is for
    std::size_t served = 0;   ///< jobs that a list showed
    time_point completes_by = time_point::max();

    /// Fewer jobs are polled one by one: a list costs the server more than a poll.
    static constexpr std::size_t fewest_for_a_list = 3;

    [[nodiscard]] std::optional<phase> progress() const { return trace_->progress(); }

    /// For how long it lets calls go first where connections are short.
    void yield_for(duration time) noexcept { trace_->yields = std::max(time, duration(1)); }

    /// What prevents it is what it completes with. `until`: when nobody waits for it any more.
    void launch(client_state& state, std::shared_ptr<const polled_api> api, std::string id, time_point until) noexcept
    {
        const auto self = shared_from_this();
        try {
            const auto limit = until == time_point::max() ? no_timeout : std::max(until - begun, duration(1));
            auto body = run(state.shared_from_this(), self, std::move(api), std::move(id), limit);
            spawn({self, &operation_}, std::move(body), nullptr);
        } catch (...) {
            poll_answer answer;
            answer.thrown = std::current_exception();
            if (!std::exchange(is_over_, true))
                complete(std::move(answer), {});
        }
    }

    /// Nobody wants its answer any more, and nobody gets it.
    void abandon()
    {
        is_over_ = true;
        alarm_.reset();
        operation_.stop(stop_reason::cancelled);
    }

  private:
    static asio::awaitable<void> run(std::shared_ptr<client_state> state, std::shared_ptr<poll_request> self,
                                     std::shared_ptr<const polled_api> api, std::string id, duration limit)
    {
        std::optional<client_state::running_guard> running; // made below: whatever throws completes it
        poll_answer answer;
        std::vector<listed_job> listed;
        try {
            running.emplace(*state, std::shared_ptr<operation>(self, &self->operation_));
            self->set_limit(*state, client_state::settings_of(api->get_client()).timeout);
            if (self->job)
                answer.view = co_await api->poll(std::move(id), self->trace_, limit);
            else
                listed = co_await api->list(self->trace_, limit, self->most_pages());
        } catch (const api_error& failure) {
            answer.failure = failure.info();
            if (!answer.failure.code()) // no error, and no job either
                answer.thrown = std::current_exception();
        } catch (const boost::system::system_error& stopped) {
            answer.failure = error_info(stopped.code());
            if (!stopped.code())
                answer.thrown = std::current_exception();
        } catch (...) { // a service's own
            answer.thrown = std::current_exception();
        }
        co_await asio::this_coro::throw_if_cancelled(false); // what ends this coroutine suspends it once more
        if (!std::exchange(self->is_over_, true))
            self->complete(std::move(answer), std::move(listed));
    }

    /// How many pages of a list cost less than the polls that they replace.
    [[nodiscard]] std::size_t most_pages() const noexcept
    {
        return std::max<std::size_t>(1, expected / fewest_for_a_list);
    }

    /// For a service that sets itself none.
    void set_limit(client_state& state, duration call)
    {
        constexpr auto grace = std::chrono::seconds(1);
        completes_by = after(after(begun, call), grace);
        if (completes_by == time_point::max())
            return;
        alarm_ = state.time().make_alarm(state.executor);
        alarm_->set(completes_by, [this] { give_up(); });
    }

    /// Does not wait for the service's coroutine: it may not answer to being stopped.
    void give_up()
    {
        const auto self = shared_from_this();
        poll_answer answer;
        try {
            answer.failure = error_info(errc::request_timeout, "the service did not respond");
        } catch (...) {
            answer.thrown = std::current_exception();
        }
        is_over_ = true;
        operation_.stop(stop_reason::deadline);
        complete(std::move(answer), {});
    }

    void complete(poll_answer answer, std::vector<listed_job> listed) noexcept
    {
        alarm_.reset();
        answer.begun = begun;
        answer.queued = trace_->queued;
        answer.is_list = job == nullptr;
        answer.retry_after = trace_->retry_after;
        answer.reached = trace_->progress();
        owner_.completed(*this, std::move(answer), std::move(listed));
    }

    poll_sender& owner_;
    operation operation_;
    std::shared_ptr<poll_trace> trace_ = share<poll_trace>();
    std::unique_ptr<alarm> alarm_;
    bool is_over_ = false; ///< it has completed, or nobody waits for it
};

} // namespace cojob::detail

#endif
