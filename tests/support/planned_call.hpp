#ifndef TESTS_SUPPORT_PLANNED_CALL_HPP
#define TESTS_SUPPORT_PLANNED_CALL_HPP

#include <cojob/impl/internal/policy/retry_plan.hpp>

#include <boost/asio/error.hpp>

#include <chrono>
#include <optional>

namespace tests::retries {

using namespace std::chrono_literals;
using cojob::errc;
using cojob::detail::attempt_outcome;
using cojob::detail::retry_budget;
using cojob::detail::retry_plan;
using cojob::detail::retry_step;

inline attempt_outcome unsent(errc error)
{
    return {error};
}

/// Before the first write, and the same would come again.
inline attempt_outcome refused(errc error)
{
    attempt_outcome attempt{error};
    attempt.is_final = true;
    return attempt;
}

/// After the first write.
inline attempt_outcome lost(errc error)
{
    return {error, 0, false, true};
}

inline attempt_outcome stopped(cojob::stop_reason why, bool was_committed)
{
    return {boost::asio::error::operation_aborted, 0, false, was_committed, why};
}

inline attempt_outcome answered(int status, bool has_retry_hint = false)
{
    return {{}, status, has_retry_hint, true};
}

/// Before the request was written completely.
inline attempt_outcome to_a_part(attempt_outcome attempt)
{
    attempt.is_cut_short = true;
    return attempt;
}

/// On a reused connection, before the first byte of a response.
inline attempt_outcome stale(attempt_outcome attempt)
{
    attempt.was_stale = true;
    return attempt;
}

inline const retry_plan::moment some_moment{cojob::time_point(1000h), cojob::time_point::max(), 0.5, {}, {}, true};

/// A moment with this random number.
inline retry_plan::moment with(double uniform, std::optional<cojob::duration> hint = {},
                               cojob::time_point deadline = cojob::time_point::max())
{
    auto m = some_moment;
    m.uniform = uniform;
    m.hint = hint;
    m.deadline = deadline;
    return m;
}

inline cojob::retry_options attempts(unsigned most)
{
    cojob::retry_options o;
    o.max_attempts = most;
    return o;
}

enum class purpose { call, poll };

/// The plan of one call, with its own budget or a client's.
class planned_call {
  public:
    explicit planned_call(cojob::effect e = cojob::effect::none, const cojob::retry_options& options = {})
        : effect_(e), plan_(options, own_, false)
    {
    }
    explicit planned_call(retry_budget& client, purpose p = purpose::call, cojob::effect e = cojob::effect::none,
                          const cojob::retry_options& options = {})
        : effect_(e), plan_(options, client, p == purpose::poll)
    {
    }
    planned_call(const planned_call&) = delete;
    planned_call& operator=(const planned_call&) = delete;

    retry_step after(attempt_outcome outcome, const retry_plan::moment& m = some_moment)
    {
        outcome.effect = effect_;
        return plan_.after(outcome, m);
    }

    void fill_budget() { own_ = retry_budget(); }

  private:
    cojob::effect effect_;
    retry_budget own_;
    retry_plan plan_;
};

} // namespace tests::retries

#endif
