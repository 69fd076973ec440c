#ifndef COJOB_IMPL_INTERNAL_POLICY_RETRY_BUDGET_HPP
#define COJOB_IMPL_INTERNAL_POLICY_RETRY_BUDGET_HPP

#include <algorithm>

namespace cojob::detail {

/// What a client may spend on retries. When most calls fail, retries only add to what breaks the server: then calls are
/// made once, until successes have filled it again.
class retry_budget {
  public:
    static constexpr double most = 10, reserve = 5, per_success = 0.1;

    void succeeded() noexcept { tokens_ = std::min(most, tokens_ + per_success); }

    /// Whether the call that failed may be tried again.
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
