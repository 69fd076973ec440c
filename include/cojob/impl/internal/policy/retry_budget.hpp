#ifndef COJOB_IMPL_INTERNAL_POLICY_RETRY_BUDGET_HPP
#define COJOB_IMPL_INTERNAL_POLICY_RETRY_BUDGET_HPP

#include <algorithm>

namespace cojob::detail {

/// Limits a client's retries. When most calls fail, retries add to the load of a failing server: then calls are not
/// retried until successes have refilled the budget.
class retry_budget {
  public:
    static constexpr double most = 10, reserve = 5, per_success = 0.1;

    void succeeded() noexcept { tokens_ = std::min(most, tokens_ + per_success); }

    /// Takes a token for a failed call. Returns whether it may be retried.
    [[nodiscard]] bool failed() noexcept
    {
        tokens_ = std::max(0.0, tokens_ - 1);
        return tokens_ > reserve;
    }

  private:
    double tokens_ = most;
};

} // namespace cojob::detail

#endif
