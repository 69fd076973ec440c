#ifndef COJOB_IMPL_INTERNAL_TESTING_MOCK_USES_IPP
#define COJOB_IMPL_INTERNAL_TESTING_MOCK_USES_IPP

#include <cojob/http/message.hpp>
#include <cojob/impl/internal/testing/mock_router.ipp>
#include <cojob/testing/mock_server.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

namespace cojob::testing::detail {

/// Allows at most `limit` uses in any window of this length; 0: no limit.
class rolling_limit {
  public:
    rolling_limit(std::uint32_t limit, duration window) : limit_(limit), window_(window) {}

    /// Takes a use, or returns the time until one is free.
    [[nodiscard]] std::optional<duration> take(time_point now)
    {
        if (limit_ == 0)
            return std::nullopt;
        while (!uses_.empty() && now - uses_.front() >= window_)
            uses_.pop_front();
        if (uses_.size() >= limit_)
            return window_ - (now - uses_.front());
        uses_.push_back(now);
        return std::nullopt;
    }

  private:
    std::uint32_t limit_;
    duration window_;
    std::deque<time_point> uses_;
};

/// A rate limit of Mintlify, shared by the operations that count together.
class mock_uses {
  public:
    mock_uses(std::uint32_t limit, duration window, const mock_server_options& options)
        : limit_(limit, window), sends_retry_after_(options.send_retry_after)
    {
    }

    /// Takes a use, or returns the error response if none is free.
    [[nodiscard]] std::optional<http::response> refuse(time_point now)
    {
        const auto wait = limit_.take(now);
        if (!wait)
            return std::nullopt;
        auto refused = error_response(429, "Rate limit exceeded");
        if (sends_retry_after_) {
            const auto seconds = std::chrono::ceil<std::chrono::seconds>(*wait).count();
            refused.headers.emplace_back("Retry-After", std::to_string(seconds));
        }
        return refused;
    }

  private:
    rolling_limit limit_;
    bool sends_retry_after_;
};

} // namespace cojob::testing::detail

#endif
