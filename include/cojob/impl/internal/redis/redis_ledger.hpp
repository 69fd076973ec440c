#ifndef COJOB_IMPL_INTERNAL_REDIS_REDIS_LEDGER_HPP
#define COJOB_IMPL_INTERNAL_REDIS_REDIS_LEDGER_HPP

#include <cojob/detail/forks.hpp>
#include <cojob/error.hpp>
#include <cojob/impl/internal/redis/redis_clock.hpp>
#include <cojob/impl/internal/redis/redis_session.hpp>
#include <cojob/policy/quota_ledger.hpp>
#include <cojob/policy/quota_options.hpp>

#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/query.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace cojob::detail {

/// A ledger in Redis. Each context that asks has a session, which does all I/O.
class redis_ledger final : public quota_ledger {
  public:
    /// \param terms for their grace and renewal
    redis_ledger(redis_ledger_options where, const quota_options& options, redis_terms terms = {})
        : scripts_(std::make_shared<const ledger_scripts>(
              ledger_key_names(where.key_prefix, where.base_url, where.project))),
          desk_(std::make_shared<redis_desk>(with(terms, where, options), redis_now)),
          link_(std::make_shared<redis_link>(std::move(where)))
    {
    }

    redis_ledger(const redis_ledger&) = delete;
    redis_ledger& operator=(const redis_ledger&) = delete;
    ~redis_ledger() override
    {
        if (!made_in_.is_of_a_parent())
            desk_->close();
    }

    void acquire(const asio::any_io_executor& executor, duration attempt,
                 std::function<void(quota_answer)> answer) override
    {
        if (made_in_.is_of_a_parent())
            throw_invalid_argument("quota", "opened before a fork: a child process must open its quota itself");
        const auto& given = link_->options().connection;
        const auto where = given ? asio::any_io_executor(given->get_executor()) : executor;
        if (!where)
            throw_invalid_argument("quota", "its ledger is in Redis, and was asked without an executor");
        if (const auto session = ask(where, attempt, answer))
            session->start(); // not locked: it may answer at once, and whoever has the answer may ask again
    }
    void stop_waiting() noexcept override
    {
        if (!made_in_.is_of_a_parent())
            desk_->stop_waiting();
    }
    [[nodiscard]] bool covers(std::uint64_t lease, duration attempt) noexcept override
    {
        return !made_in_.is_of_a_parent() && desk_->covers(lease, attempt);
    }
    void end(std::uint64_t lease, const quota_outcome& how) noexcept override
    {
        if (!made_in_.is_of_a_parent())
            desk_->end(lease, how);
    }

  private:
    [[nodiscard]] static redis_terms with(redis_terms terms, const redis_ledger_options& where,
                                          const quota_options& options)
    {
        terms.limit = options.limit;
        terms.window = std::chrono::ceil<std::chrono::microseconds>(options.window).count();
        terms.away = where.unreachable;
        return terms;
    }

    /// Asks the session of the executor's context. Returns it if it is new, to be started.
    [[nodiscard]] std::shared_ptr<redis_session> ask(const asio::any_io_executor& where, duration attempt,
                                                     std::function<void(quota_answer)>& answer)
    {
        const std::lock_guard lock(mutex_);
        auto& context = asio::query(where, asio::execution::context);
        if (const auto running = find(context); running && running->ask(attempt, answer))
            return nullptr;
        auto session = std::make_shared<redis_session>(desk_, link_, scripts_, where);
        session->open();
        sessions_.emplace_back(&context, session);
        session->ask(attempt, answer);
        return session;
    }

    /// The session of a context, if it has one. *Not locked otherwise:* whoever locks it may be the last to own it,
    /// after its context has gone. Forgets those that have ended.
    [[nodiscard]] std::shared_ptr<redis_session> find(const asio::execution_context& context)
    {
        std::erase_if(sessions_, [](const auto& one) { return one.second.expired(); });
        for (const auto& [its, session] : sessions_)
            if (its == &context)
                if (auto running = session.lock(); running)
                    return running;
        return nullptr;
    }

    const std::shared_ptr<const ledger_scripts> scripts_;
    const std::shared_ptr<redis_desk> desk_;
    const std::shared_ptr<redis_link> link_;
    std::mutex mutex_;
    std::vector<std::pair<const asio::execution_context*, std::weak_ptr<redis_session>>> sessions_;
    const fork_mark made_in_;
};

} // namespace cojob::detail

#endif
