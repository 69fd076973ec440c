#ifndef COJOB_IMPL_INTERNAL_REDIS_REDIS_SESSION_HPP
#define COJOB_IMPL_INTERNAL_REDIS_REDIS_SESSION_HPP

#include <cojob/detail/forks.hpp>
#include <cojob/impl/internal/base/run_later.hpp>
#include <cojob/impl/internal/base/weak_list.hpp>
#include <cojob/impl/internal/redis/redis_clock.hpp>
#include <cojob/impl/internal/redis/redis_desk.hpp>
#include <cojob/impl/internal/redis/redis_exchange.hpp>
#include <cojob/impl/internal/redis/redis_link.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace cojob::detail {

class redis_session;

/// Notifies the sessions of an execution context when the process forks.
class redis_fork_watch final : public asio::execution_context::service {
  public:
    static inline asio::execution_context::id id;

    explicit redis_fork_watch(asio::execution_context& context) : service(context) {}

    void add(const std::shared_ptr<redis_session>& session)
    {
        const std::lock_guard lock(mutex_);
        sessions_.add(session);
    }

  private:
    void shutdown() override {}
    void notify_fork(asio::execution_context::fork_event) override;

    std::mutex mutex_;
    weak_list<redis_session> sessions_;
};

/// Sends what the desk has for Redis, on the executor of a client, and ends when there is nothing to do. Nobody owns it
/// but its coroutine, so that it is gone with its context. In a forked child it ends without a word: the parent goes
/// on.
class redis_session : public std::enable_shared_from_this<redis_session> {
  public:
    /// \param executor of the client, or of the connection that the program gave
    redis_session(std::shared_ptr<redis_desk> desk, std::shared_ptr<redis_link> link,
                  std::shared_ptr<const ledger_scripts> scripts, const asio::any_io_executor& executor)
        : desk_(std::move(desk)), link_(std::move(link)), scripts_(std::move(scripts)),
          strand_(link_->options().connection ? executor : asio::any_io_executor(asio::make_strand(executor))),
          timer_(strand_)
    {
    }
    redis_session(const redis_session&) = delete;
    redis_session& operator=(const redis_session&) = delete;
    ~redis_session()
    {
        if (made_in_.is_of_a_parent())
            desk_->forget_session(id_); // it refers to the context, which the desk may outlive
        else
            desk_->close_session(id_);
    }

    /// Returns false if the session has ended.
    bool ask(duration attempt, std::function<void(quota_answer)>& answer) { return desk_->ask(id_, attempt, answer); }

    /// Called once, before `ask`.
    void open()
    {
        asio::use_service<redis_fork_watch>(asio::query(strand_, asio::execution::context)).add(shared_from_this());
        id_ = desk_->open_session([weak = weak_from_this(), strand = strand_] {
            try {
                run_later(strand, [weak] {
                    if (const auto self = weak.lock())
                        self->timer_.cancel();
                });
            } catch (...) { // no memory: the session sees it when its sleep ends
            }
        });
    }
    void start()
    {
        asio::co_spawn(strand_, work(), [self = shared_from_this()](std::exception_ptr) { self->disconnect(); });
    }

    /// Called in a child, before its context runs: what is pending must not read what the parent gets.
    void forked()
    {
        if (!made_in_.is_of_a_parent())
            return;
        timer_.cancel();
        if (exchange_)
            exchange_->stop();
    }

  private:
    asio::awaitable<void> work()
    {
        while (!made_in_.is_of_a_parent()) {
            auto step = desk_->next(id_);
            if (step.kind == redis_step::act::stop)
                co_return;
            if (step.kind == redis_step::act::sleep)
                co_await sleep(step.until);
            else if (step.kind == redis_step::act::send)
                co_await send(step.request);
            else
                give(step);
        }
    }

    asio::awaitable<void> sleep(std::int64_t until)
    {
        constexpr std::int64_t longest = 60'000'000; // the timer does not count the machine's sleep
        const auto length = std::clamp<std::int64_t>(until - redis_now(), 1'000, longest);
        timer_.expires_after(std::chrono::microseconds(length));
        co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
    }

    static void give(redis_step& step) noexcept
    {
        try {
            step.answer_to(std::move(step.given));
        } catch (...) { // no memory to wake a caller, which asks again when its time is over
        }
        step.answer_to = nullptr;
    }

    asio::awaitable<void> send(const ledger_request& request)
    {
        const bool is_new = connect();
        auto got = co_await exchange_->call(request);
        if (got.is_lost && !is_new &&
            !made_in_.is_of_a_parent()) { // by then it may have been dead for long; a repeated script changes nothing
            connect();
            const auto again = ledger_requests::again(request);
            got = co_await exchange_->call(again);
        }
        if (made_in_.is_of_a_parent())
            co_return;
        redis_step after;
        if (got.reply) {
            after = desk_->replied(id_, request, *got.reply);
        } else {
            if (!got.is_connected)
                disconnect();
            after = desk_->failed(id_, request, got.failure, got.is_refused);
        }
        if (after.kind == redis_step::act::answer)
            give(after);
    }

    /// Connects, unless there is a connection. Returns whether it is a new one.
    bool connect()
    {
        if (exchange_ && !exchange_->has_ended())
            return false;
        exchange_ = std::make_shared<redis_exchange>(link_, scripts_, strand_);
        exchange_->start();
        return true;
    }
    void disconnect() noexcept
    {
        if (const auto ended = std::exchange(exchange_, nullptr))
            ended->stop();
    }

    const std::shared_ptr<redis_desk> desk_;
    const std::shared_ptr<redis_link> link_;
    const std::shared_ptr<const ledger_scripts> scripts_;
    const asio::any_io_executor strand_;
    asio::steady_timer timer_;
    std::shared_ptr<redis_exchange> exchange_;
    std::uint64_t id_ = 0;
    const fork_mark made_in_;
};

inline void redis_fork_watch::notify_fork(asio::execution_context::fork_event event)
{
    // No lock: a child has one thread, and another thread of the parent may have held the mutex.
    if (event == asio::execution_context::fork_child)
        sessions_.notify([](redis_session& session) { session.forked(); });
}

} // namespace cojob::detail

#endif
