#ifndef COJOB_IMPL_INTERNAL_POLICY_RETRY_PLAN_HPP
#define COJOB_IMPL_INTERNAL_POLICY_RETRY_PLAN_HPP

#include <cojob/impl/internal/policy/jitter.hpp>
#include <cojob/impl/internal/policy/retry_budget.hpp>
#include <cojob/impl/internal/policy/verdict.hpp>
#include <cojob/policy/retry.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string_view>
#include <utility>

namespace cojob::detail {

/// Kinds of failures, which differ in how they are retried.
enum class failure_kind {
    none,
    final,
    connect,
    lost,
    stale,
    server,
    unavailable,
    throttled,
    not_ready,
    misdirected,
    credential
};

/// The kind of a failure. Whether it is retried also depends on options, counts and times.
[[nodiscard]] inline failure_kind kind_of(const attempt_outcome& a) noexcept
{
    using enum failure_kind;
    const auto why = attempt_error(a);
    if (!why)
        return none;
    if (a.stopped != stop_reason::none && a.stopped != stop_reason::limit)
        return final;
    if (a.stopped == stop_reason::none && !a.error) {
        if (a.status == 401)
            return credential;
        if (a.status == 408 || a.status == 425)
            return a.effect == effect::once && is_ambiguous(a) ? final : not_ready;
        if (a.status == 421)
            return misdirected;
        if (a.status == 429)
            return throttled;
        if (a.status == 503 && a.has_retry_hint)
            return unavailable;
        return is_ambiguous(a) && a.effect != effect::once ? server : final;
    }
    if (!a.was_committed && a.is_final)
        return final;
    if (!a.was_committed)
        return why == errc::certificate_rejected || why == asio::error::operation_aborted ? final : connect;
    if (a.effect == effect::once || (why != errc::connection_lost && why != errc::request_timeout))
        return final;
    // After a timeout the connection was not stale: the server has not closed it.
    return a.was_stale && why == errc::connection_lost ? stale : lost;
}

/// The next step after an attempt.
struct retry_step {
    bool is_again = false;
    bool is_success = false; ///< the failure means that the work is done
    duration wait{};         ///< before the next attempt
    bool needs_new_connection = false;
    bool needs_new_credential = false;
    std::string_view why_not{}; ///< why a failure that could be retried is not; empty for other failures
};

/// Decides whether and when one call makes another attempt. Has no I/O and no clock.
class retry_plan {
  public:
    /// \param is_poll the call is not retried, because the next poll replaces it; polls do not use the budget
    retry_plan(const retry_options& options, retry_budget& budget, bool is_poll)
        : options_(options), budget_(budget), is_poll_(is_poll)
    {
    }

    struct moment {
        time_point now, deadline;
        double uniform = 0;             ///< from [0, 1)
        std::optional<duration> hint{}; ///< from the server

        std::optional<duration> quota_pause{}; ///< the pool's pause after a 429, if the call uses a quota
        bool has_provider = false;             ///< a new attempt can have another credential
    };

    [[nodiscard]] retry_step after(const attempt_outcome& outcome, const moment& m)
    {
        ++attempts_;
        const auto kind = kind_of(outcome);
        // The second DELETE finds nothing because the first one succeeded.
        const auto is_done_already = outcome.removes && outcome.status == 404 && may_be_done_;
        if (kind == failure_kind::none || is_done_already) {
            if (!is_poll_)
                budget_.succeeded();
            return {.is_success = is_done_already};
        }
        may_be_done_ = may_be_done_ || leaves_traces(outcome);
        switch (kind) {
        case failure_kind::final: return {};
        case failure_kind::stale: return fresh_connection(outcome, m);
        case failure_kind::misdirected: return other_connection(outcome, m);
        case failure_kind::credential: return m.has_provider ? new_credential() : retry_step();
        default: return again(kind, outcome, m);
        }
    }

    /// Whether an attempt may have had its effect although no response confirmed it.
    [[nodiscard]] bool may_be_done() const noexcept { return may_be_done_; }

  private:
    [[nodiscard]] static bool leaves_traces(const attempt_outcome& a) noexcept
    {
        const auto has_answer = !a.error && a.stopped == stop_reason::none;
        return a.was_committed && !was_never_read(a) && a.effect != effect::none && (!has_answer || is_ambiguous(a));
    }

    /// A server may close an idle connection at the moment it is used again. That does not count as an attempt.
    [[nodiscard]] retry_step fresh_connection(const attempt_outcome& outcome, const moment& m)
    {
        if (is_reconnected_)
            return again(failure_kind::lost, outcome, m);
        is_reconnected_ = true;
        --attempts_;
        return {.is_again = true, .needs_new_connection = true};
    }

    /// 421: the server of this connection does not handle the request (RFC 9110, 15.5.20). A second 421 in one call
    /// shows that another connection does not help.
    [[nodiscard]] retry_step other_connection(const attempt_outcome& outcome, const moment& m)
    {
        if (std::exchange(is_misdirected_, true))
            return {};
        if (is_poll_) { // the next poll could use the same connection
            const bool may = options_.on_not_ready && options_.max_attempts > 1;
            return {.is_again = may, .needs_new_connection = may};
        }
        return again(failure_kind::misdirected, outcome, m);
    }

    [[nodiscard]] retry_step new_credential()
    {
        if (!options_.on_new_credential || is_reauthorized_ || options_.max_attempts == 1)
            return {};
        is_reauthorized_ = true;
        --attempts_;
        return {.is_again = true, .needs_new_credential = true};
    }

    [[nodiscard]] retry_step again(failure_kind kind, const attempt_outcome& outcome, const moment& m)
    {
        if (is_poll_)
            return {};
        if (!is_switched_on(kind))
            return {.why_not = "disabled in retry_options"};
        if (m.quota_pause && options_.max_attempts > 1) {
            --attempts_; // the quota has its own limits, and the call's timeout does not run in the queue
            return {.is_again = true, .needs_new_connection = is_misdirected_};
        }
        const auto is_throttling = kind == failure_kind::throttled;
        const auto has_budget = is_throttling || budget_.failed();
        if (attempts_ >= options_.max_attempts)
            return {.why_not = options_.max_attempts == 1 ? std::string_view() : "max_attempts reached"};
        if (!has_budget)
            return {.why_not = "the retry budget is empty"};
        if (m.hint && *m.hint > options_.max_server_delay)
            return {.why_not = "the server's delay is longer than max_server_delay"};
        const auto wait = delay(outcome, m);
        if (cojob::detail::after(m.now, wait) >= m.deadline)
            return {.why_not = "the deadline would pass first"};
        return {.is_again = true, .wait = wait, .needs_new_connection = is_misdirected_};
    }

    [[nodiscard]] bool is_switched_on(failure_kind kind) const noexcept
    {
        switch (kind) {
        case failure_kind::connect: return options_.on_connect_failure;
        case failure_kind::lost: return options_.on_lost_answer;
        case failure_kind::server: return options_.on_server_error;
        case failure_kind::unavailable: return options_.on_unavailable;
        case failure_kind::throttled: return options_.on_throttled;
        case failure_kind::not_ready:
        case failure_kind::misdirected: return options_.on_not_ready;
        default: return false;
        }
    }

    /// The delay before the next attempt: the server's hint plus jitter, or else half of an exponential delay plus a
    /// random part of the other half. After a 503 with a hint, and after a hint of zero or in the past, it is at least
    /// a second.
    [[nodiscard]] duration delay(const attempt_outcome& outcome, const moment& m) const
    {
        using std::chrono::seconds;
        if (m.hint && *m.hint > duration::zero()) {
            const bool is_unavailable = outcome.status == 503 && outcome.has_retry_hint;
            const auto least = is_unavailable ? std::max<duration>(*m.hint, seconds(1)) : *m.hint;
            return least + jitter(least, m.uniform);
        }
        const auto is_throttling = outcome.status == 429;
        const auto base = is_throttling ? duration(seconds(1)) : options_.base_delay;
        const auto most = is_throttling ? duration(seconds(60)) : options_.max_delay;
        auto whole = std::min(base, most);
        for (unsigned n = 1; n < attempts_ && whole < most; ++n)
            whole = whole > most / 2 ? most : whole * 2;
        const auto wait = whole / 2 + part_of(whole - whole / 2, m.uniform);
        return outcome.has_retry_hint ? std::max<duration>(wait, seconds(1)) : wait;
    }

    retry_options options_;
    retry_budget& budget_;
    bool is_poll_;
    unsigned attempts_ = 0; // without those that do not count
    bool is_reconnected_ = false, is_reauthorized_ = false, is_misdirected_ = false, may_be_done_ = false;
};

} // namespace cojob::detail

#endif
