#ifndef COJOB_IMPL_INTERNAL_CLIENT_CALL_EVENTS_HPP
#define COJOB_IMPL_INTERNAL_CLIENT_CALL_EVENTS_HPP

#include <cojob/impl/internal/base/without_key.hpp>
#include <cojob/impl/internal/client/attempt.hpp>
#include <cojob/impl/internal/client/call_record.hpp>
#include <cojob/impl/internal/client/client_state.hpp>

namespace cojob::detail {

/// Reports what happens between a call's attempts to the client's observer.
class call_events {
  public:
    explicit call_events(call_record& call) : call_(call) { redact_key(); }

    /// Removes the key from the path that the observer gets: callers sometimes pass it where an id should be. A
    /// provider may return another key for each attempt.
    void redact_key()
    {
        auto& request = call_.request;
        if (observer())
            request.shown_target = without_key(request.visible_target(), request.wire.authorization);
    }

    void retry(unsigned number, error_code why, duration wait, bool is_hinted) const
    {
        if (auto* const to = observer())
            to->on_retry({call_.request.wire.method, call_.request.shown_target, number, why, wait, is_hinted});
    }

    void throttled(errc why, duration wait) const
    {
        if (why == errc::quota_exhausted)
            ++call_.client->counters.throttles;
        if (auto* const to = observer())
            to->on_throttled({call_.request.wire.method, call_.request.shown_target, {}, why, wait});
    }

    /// Reports the end of an attempt that was held at its commit and not continued.
    void never_sent(const attempt_start& start) const
    {
        const error_code why = call_.failure ? call_.failure->code() : error_code(asio::error::operation_aborted);
        if (auto* const to = observer())
            to->on_response({call_.request.wire.method, call_.request.shown_target, 0, why, phase::queued,
                             call_.client->time().now() - start.began});
    }

  private:
    [[nodiscard]] cojob::observer* observer() const noexcept { return call_.client->options.observer.get(); }

    call_record& call_;
};

} // namespace cojob::detail

#endif
