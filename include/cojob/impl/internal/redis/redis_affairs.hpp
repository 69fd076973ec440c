#ifndef COJOB_IMPL_INTERNAL_REDIS_REDIS_AFFAIRS_HPP
#define COJOB_IMPL_INTERNAL_REDIS_REDIS_AFFAIRS_HPP

#include <cojob/clock.hpp>
#include <cojob/impl/internal/redis/heard_ledger.hpp>
#include <cojob/impl/internal/redis/ledger_reply.hpp>
#include <cojob/impl/internal/redis/ledger_requests.hpp>
#include <cojob/impl/internal/redis/outage_plan.hpp>
#include <cojob/impl/internal/redis/own_uses.hpp>
#include <cojob/policy/quota_ledger.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace cojob::detail {

/// A process's dealings with its ledger in Redis: what to send next, and what replies and failures mean. Has no I/O,
/// clock or lock.
class redis_affairs {
  public:
    /// A failed ledger is not asked again for so long if the process may grant without it.
    static constexpr std::int64_t rest = 1'000'000;
    static constexpr std::int64_t ask_again = 100'000;

    redis_affairs(const redis_terms& terms, std::int64_t now)
        : terms_(terms), plan_(terms.limit, terms.window, terms.away, now), mine_(terms.window + outage_plan::margin),
          process_(std::to_string(new_ledger_id()))
    {
    }

    void reserve() { mine_.reserve(); }
    void stop_waiting() noexcept
    {
        leaves_ = waits_until_ > 0;
        waits_until_ = 0;
    }
    /// Returns the session that the lease is from.
    std::uint64_t end(std::uint64_t id, const quota_outcome& how, std::int64_t now) noexcept
    {
        auto* const l = mine_.find(id);
        if (l)
            l->outcome = how, l->ended_at = now;
        return l ? l->session : 0;
    }
    /// The ledger has ended. Whoever has a lease owns the ledger too, so these are nobody's: their grants came too
    /// late.
    void close(std::int64_t now) noexcept
    {
        is_closed_ = true;
        for (auto& l : mine_.leases())
            if (!l.outcome)
                l.outcome.emplace(), l.ended_at = now;
    }
    [[nodiscard]] bool covers(std::uint64_t id, duration attempt, std::int64_t now) noexcept
    {
        const auto* const l = mine_.find(id);
        const auto needed = attempt == no_timeout ? terms_.renewal / 6 : redis_length(attempt);
        return l && l->left(now) >= needed && (attempt != no_timeout || l->is_renewed) && l->pauses == heard_.pauses();
    }

    /// What the session was sending has no result.
    void dropped(std::uint64_t session, std::int64_t now) noexcept
    {
        if (asking_ == session)
            return_unheard(now);
        if (restoring_ == session)
            restoring_ = 0;
        for (auto& l : mine_.leases())
            if (l.session == session)
                l.session = 0, l.is_sending = false;
    }

    /// Whether the ledger is away and the process decides without it for now.
    [[nodiscard]] bool grants_alone(std::int64_t now) const
    {
        return plan_.is_away() && plan_.may_wait() && !is_refused_ && now < again_at_;
    }
    [[nodiscard]] quota_answer answer_alone(std::uint64_t session, duration attempt, std::int64_t now)
    {
        settle_local(now);
        quota_answer answer;
        answer.is_granted = plan_.grant(mine_.count(now), now);
        if (answer.is_granted) {
            auto l = new_lease(terms_, session, attempt, now);
            l.pauses = heard_.pauses();
            l.is_local = true;
            answer.lease = l.id;
            mine_.add(std::move(l));
        } else {
            answer.wait = std::chrono::microseconds(plan_.wait(now));
            answer.ask_again = std::chrono::microseconds(rest);
        }
        return answer;
    }

    /// The next request, if there is one to send now.
    /// \param attempt of the session's question, null if it has none
    [[nodiscard]] std::optional<ledger_request> next(std::uint64_t session, const duration* attempt, std::int64_t now)
    {
        settle_local(now);
        if (now < again_at_ && !attempt)
            return std::nullopt;
        if (heard_.must_write_back() || mine_.has_local())
            return restoring_ == 0 ? std::optional(restore(session, now)) : std::nullopt;
        for (auto& l : mine_.leases())
            if (!l.is_sending && (l.outcome || l.is_due(now))) {
                l.is_sending = true;
                l.session = session;
                return ledger_requests::about(l, view(), now);
            }
        if (std::exchange(leaves_, false))
            return ledger_requests::make(ledger_operation::leave, view(), now, {});
        return attempt ? std::optional(question(session, *attempt, now)) : std::nullopt;
    }

    /// Until when the session has nothing to send; none if it has no reason to stay.
    [[nodiscard]] std::optional<std::int64_t> sleeps_until(std::uint64_t session, std::int64_t now)
    {
        std::optional<std::int64_t> until;
        const auto wait = [&](std::int64_t time) { until = std::min(until.value_or(time), time); };
        for (const auto& l : mine_.leases())
            if ((l.session == session || l.session == 0) && (!l.outcome || l.is_sending))
                wait(l.is_renewed ? std::max(l.since + l.length / 3, now + ask_again) : now + 60'000'000);
        if (now < waits_until_)
            wait(waits_until_);
        if (until && now < again_at_)
            wait(again_at_);
        return until;
    }

    /// Returns the answer to the session's question, if the reply is one.
    std::optional<quota_answer> replied(std::uint64_t session, const ledger_request& sent, const ledger_reply& reply,
                                        std::int64_t now)
    {
        release(sent);
        if (reply.kind == ledger_reply::options) {
            is_refused_ = true;
            again_at_ = add_time(now, rest);
            quota_answer answer;
            answer.failure = "Redis: the quota has another limit (" + std::to_string(reply.limit) + ") or window (" +
                             std::to_string(reply.window) + " us) there: all processes need the same options";
            return answer;
        }
        heard_.hear(reply, plan_, now);
        again_at_ = 0;
        is_refused_ = false;
        if (reply.kind == ledger_reply::lost)
            return std::nullopt;
        if (sent.what == ledger_operation::restore)
            restored(sent, now);
        else if (sent.what == ledger_operation::renew)
            renewed(sent, reply.kind == ledger_reply::done);
        else if (sent.what == ledger_operation::used)
            mine_.used(sent.lease);
        else if (sent.what == ledger_operation::unused || sent.what == ledger_operation::throttled)
            mine_.forget(sent.lease);
        else if (sent.what == ledger_operation::acquire)
            return answer(session, sent, reply, now);
        return std::nullopt;
    }

    void failed(const ledger_request& sent, bool is_refused, std::int64_t now)
    {
        release(sent);
        if (sent.what == ledger_operation::acquire && !is_refused)
            return_unheard(now);
        is_refused_ = is_refused;
        again_at_ = add_time(now, rest);
        plan_.failed(longest_, now);
        if (plan_.may_wait())
            heard_.lose_contact();
    }

  private:
    [[nodiscard]] ledger_view view() const
    {
        return {terms_.limit, terms_.window, heard_.epoch(), heard_.revision(), process_};
    }

    [[nodiscard]] ledger_request question(std::uint64_t session, duration attempt, std::int64_t now)
    {
        asked_ = new_lease(terms_, session, attempt, now);
        asking_ = session;
        longest_ = std::max(longest_, asked_.length);
        const auto has = plan_.has(mine_.count(now), longest_, now);
        return ledger_requests::acquire(asked_, plan_.share(), has, view(), now);
    }

    [[nodiscard]] ledger_request restore(std::uint64_t session, std::int64_t now)
    {
        restoring_ = session;
        auto r = ledger_requests::make(ledger_operation::restore, view(), now, heard_.to_restore(now));
        r.is_all = heard_.is_lost();
        mine_.write_back(r.is_all, now, [&](bool was_known, const std::string& lease, std::int64_t age) {
            r.arguments.insert(r.arguments.end(), {was_known ? "1" : "0", lease, std::to_string(age)});
            r.restored.push_back(lease);
        });
        return r;
    }

    [[nodiscard]] quota_answer answer(std::uint64_t session, const ledger_request& sent, const ledger_reply& reply,
                                      std::int64_t now)
    {
        quota_answer answer;
        answer.is_granted = reply.kind == ledger_reply::granted;
        answer.lease = sent.lease;
        answer.wait = std::chrono::microseconds(reply.wait_for);
        answer.ask_again = std::chrono::microseconds(ask_again);
        waits_until_ = answer.is_granted ? 0 : now + 10 * ask_again;
        if (answer.is_granted) {
            asked_.pauses = reply.pauses;
            asked_.session = session;
            mine_.add(asked_);
            if (is_closed_)
                close(now);
        }
        return answer;
    }

    void restored(const ledger_request& sent, std::int64_t now)
    {
        if (heard_.is_lost() && !sent.is_all)
            return; // so is the ledger that it was written to
        heard_.restored(now);
        mine_.written_back(sent.restored);
    }
    void renewed(const ledger_request& sent, bool is_longer)
    {
        if (auto* const l = mine_.find(sent.lease); l && is_longer)
            l->since = sent.sent_at;
        else if (l)
            l->is_renewed = false; // covers no attempt any more
    }

    /// The ledger may have granted what was asked, or may do so yet: the lease is returned at the next contact.
    void return_unheard(std::int64_t now)
    {
        asking_ = 0;
        asked_.is_unheard = true;
        asked_.outcome.emplace();
        asked_.ended_at = now;
        if (mine_.leases().size() < terms_.limit) // of more there is none
            mine_.add(asked_);
    }

    void release(const ledger_request& sent)
    {
        if (sent.what == ledger_operation::restore)
            restoring_ = 0;
        else if (sent.what == ledger_operation::acquire)
            asking_ = 0;
        else if (auto* const l = mine_.find(sent.lease))
            l->is_sending = false;
    }

    /// Ends local leases, of which the ledger need not be told.
    void settle_local(std::int64_t now)
    {
        mine_.forget_old(now);
        if (restoring_ == 0)
            mine_.settle_local();
    }

    const redis_terms terms_;
    outage_plan plan_;
    own_uses mine_;
    const std::string process_;
    heard_ledger heard_;
    own_lease asked_;              // the question that is on its way; there is never more than one
    std::uint64_t asking_ = 0;     // its session; 0: none is
    std::int64_t longest_ = 0;     // of the leases that were asked for
    std::int64_t waits_until_ = 0; // until then the process has a place among those that wait
    bool leaves_ = false, is_refused_ = false, is_closed_ = false;
    std::int64_t again_at_ = 0;   // after a failure
    std::uint64_t restoring_ = 0; // the session that writes back
};

} // namespace cojob::detail

#endif
