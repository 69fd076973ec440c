#ifndef COJOB_IMPL_INTERNAL_CLIENT_CLIENT_STATE_HPP
#define COJOB_IMPL_INTERNAL_CLIENT_CLIENT_STATE_HPP

#include <cojob/client.hpp>
#include <cojob/detail/forks.hpp>
#include <cojob/detail/share.hpp>
#include <cojob/http/transport.hpp>
#include <cojob/impl/internal/base/name_map.hpp>
#include <cojob/impl/internal/base/run_later.hpp>
#include <cojob/impl/internal/base/shared_alarm.hpp>
#include <cojob/impl/internal/base/weak_list.hpp>
#include <cojob/impl/internal/client/request.hpp>
#include <cojob/impl/internal/policy/retry_budget.hpp>
#include <cojob/operation.hpp>

#include <boost/asio/execution_context.hpp>
#include <boost/asio/query.hpp>

#include <algorithm>
#include <atomic>
#include <cassert>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <typeinfo>
#include <utility>
#include <vector>

namespace cojob::detail {

class client_state;

/// Notifies clients when their execution context shuts down and when the process forks.
class context_watch final : public asio::execution_context::service {
  public:
    static inline asio::execution_context::id id;

    explicit context_watch(asio::execution_context& context) : service(context) {}
    context_watch(const context_watch&) = delete;
    context_watch& operator=(const context_watch&) = delete;
    ~context_watch() override { *is_gone_ = true; }

    void add(const std::shared_ptr<client_state>& client)
    {
        const std::lock_guard lock(mutex_);
        clients_.add(client);
    }

    [[nodiscard]] std::shared_ptr<const std::atomic<bool>> is_gone() const { return is_gone_; }

    /// Called in a child process. Notifies the context of the fork if the program has not: its epoll set is still the
    /// parent's.
    void notify_of_fork()
    {
        if (notified_in_.is_of_a_parent())
            context().notify_fork(asio::execution_context::fork_child);
    }

  private:
    void shutdown() override;
    void notify_fork(asio::execution_context::fork_event) override;

    std::mutex mutex_;
    weak_list<client_state> clients_;
    fork_mark notified_in_;
    std::shared_ptr<std::atomic<bool>> is_gone_ = share<std::atomic<bool>>(false);
};

/// The state that all copies of a client share. Members are used on `executor` only, unless they say otherwise.
class client_state : public std::enable_shared_from_this<client_state> {
  public:
    client_state(asio::any_io_executor ex, client_options o, std::shared_ptr<http::transport> t)
        : executor(std::move(ex)), options(std::move(o)), transport(std::move(t)),
          alarm(share<shared_alarm>(options.clock, executor, options.timeouts.attempt)),
          common_headers(make_common_headers(options.user_agent)),
          random_(options.seed ? *options.seed : std::random_device{}())
    {
    }
    client_state(const client_state&) = delete;
    client_state& operator=(const client_state&) = delete;
    ~client_state()
    {
        assert((!context_is_gone_ || !*context_is_gone_) && "a cojob::client outlived its execution context");
    }

    static const std::shared_ptr<client_state>& of(const client& c) noexcept { return in_use(c.state_); }

    static const call_settings& settings_of(const client& c) noexcept { return c.settings_; }

    static client for_one_poll(client c, std::shared_ptr<poll_trace> trace, duration limit)
    {
        c.settings_.timeout = std::min(c.settings_.timeout, limit);
        c.settings_.poll = std::move(trace);
        return c;
    }

    static client for_one_attempt(client c)
    {
        c.settings_.is_single_attempt = true;
        return c;
    }

    /// Adds a deadline for each whole call, including its wait for a quota slot.
    static client until(client c, time_point deadline)
    {
        c.settings_.until = std::min(c.settings_.until, deadline);
        return c;
    }

    /// Called once, after construction.
    void watch_context()
    {
        watch_ = &asio::use_service<context_watch>(asio::query(executor, asio::execution::context));
        watch_->add(shared_from_this());
        context_is_gone_ = watch_->is_gone();
    }

    /// Called first by each operation. A child process must not continue its parent's operations.
    void notice_fork()
    {
        if (made_in_.is_of_a_parent())
            watch_->notify_of_fork();
    }

    /// Called once in a child process.
    void forked()
    {
        made_in_.renew();
        random_.seed(std::random_device{}()); // even with options.seed: the parent uses that sequence
        transport->forked();
        stop_running(stop_reason::forked);
    }

    const asio::any_io_executor executor; // a strand, or the user's own with threading::single
    const client_options options;
    const std::shared_ptr<http::transport> transport;
    const std::shared_ptr<shared_alarm> alarm; // of all operations
    const std::shared_ptr<const http::common_headers> common_headers;
    retry_budget budget;

    [[nodiscard]] clock& time() const noexcept { return *options.clock; }

    /// Thread-safe. Stops the running operations on the strand.
    void close()
    {
        is_closed_ = true;
        run_soon(executor, [self = shared_from_this()] {
            self->stop_running(stop_reason::closed);
            self->transport->close();
        });
    }
    /// Thread-safe.
    [[nodiscard]] bool is_closed() const noexcept { return is_closed_; }

    /// An entry of the list of running operations, which is where its owner is: the list allocates nothing.
    class running_entry {
      public:
        running_entry(client_state& s, std::shared_ptr<operation> o) : op(std::move(o)), older(s.newest_), state_(s)
        {
            if (older)
                older->newer_ = this;
            s.newest_ = this;
        }
        running_entry(const running_entry&) = delete;
        running_entry& operator=(const running_entry&) = delete;
        ~running_entry()
        {
            (newer_ ? newer_->older : state_.newest_) = older;
            if (older)
                older->newer_ = newer_;
        }

        const std::shared_ptr<operation> op;
        running_entry* older; ///< null: none

      private:
        client_state& state_;
        running_entry* newer_ = nullptr;
    };

    /// Registers a running operation, from the first step of its coroutine, so that `close()` can stop it. Stops its
    /// timer at the end.
    class running_guard {
      public:
        running_guard(client_state& s, std::shared_ptr<operation> op) : entry_(s, std::move(op))
        {
            s.notice_fork();
            if (s.is_closed())
                entry_.op->stop(stop_reason::closed);
            entry_.op->begin();
        }
        running_guard(const running_guard&) = delete;
        running_guard& operator=(const running_guard&) = delete;
        ~running_guard() { entry_.op->finish(); }

      private:
        running_entry entry_;
    };

    /// For calls that run in their caller's coroutine and may never suspend.
    [[nodiscard]] bool is_time_to_let_others_run() noexcept { return ++calls_in_place_ % 64 == 0; }

    /// Uniform in [0, 1).
    [[nodiscard]] double random() { return std::uniform_real_distribution<double>(0, 1)(random_); }

    /// State that another layer keeps with the client. Created at first use. Thread-safe.
    template <class Extension>
    std::shared_ptr<Extension> extension()
    {
        const std::lock_guard lock(extensions_mutex_);
        const std::string name(typeid(Extension).name());
        auto found = std::static_pointer_cast<Extension>(extensions_.find(name));
        if (!found)
            extensions_.put(name, found = share<Extension>());
        return found;
    }

    /// Can be read from any thread.
    struct {
        std::atomic<std::uint64_t> requests{0}, polls{0}, retries{0}, throttles{0}, opened{0}, reused{0}, resumed{0},
            sent{0}, received{0};
    } counters;

  private:
    /// Stops all running operations, the oldest first; after a fork, those of the parent.
    void stop_running(stop_reason why)
    {
        std::vector<std::weak_ptr<operation>> running; // stopping one operation may end another
        for (const auto* entry = newest_; entry; entry = entry->older)
            running.push_back(entry->op);
        for (; !running.empty(); running.pop_back())
            if (const auto alive = running.back().lock(); alive && (why != stop_reason::forked || alive->has_forked()))
                alive->stop(why);
    }

    std::atomic<bool> is_closed_{false};
    running_entry* newest_ = nullptr;
    unsigned calls_in_place_ = 0;
    std::mt19937_64 random_;
    std::mutex extensions_mutex_;
    name_map<void> extensions_;
    std::shared_ptr<const std::atomic<bool>> context_is_gone_;
    context_watch* watch_ = nullptr;
    fork_mark made_in_;
};

inline void context_watch::shutdown()
{
    weak_list<client_state> clients;
    {
        const std::lock_guard lock(mutex_);
        std::swap(clients, clients_);
    }
    clients.notify([](const client_state& client) { client.transport->shutdown(); });
}

inline void context_watch::notify_fork(asio::execution_context::fork_event event)
{
    if (event != asio::execution_context::fork_child)
        return;
    notified_in_.renew();
    weak_list<client_state> clients;
    // No lock: a child has one thread, and another thread of the parent may have held the mutex.
    std::swap(clients, clients_);
    clients.notify([this](client_state& client) {
        clients_.add(client.shared_from_this());
        client.forked();
    });
}

} // namespace cojob::detail

#endif
