#ifndef COJOB_IMPL_INTERNAL_CLIENT_POLL_TRACE_HPP
#define COJOB_IMPL_INTERNAL_CLIENT_POLL_TRACE_HPP

#include <cojob/clock.hpp>
#include <cojob/error.hpp>

#include <optional>

namespace cojob::detail {

/// Settings of one poll, and what is known of its requests besides the job.
struct poll_trace {
    duration yields{}; ///< how long it lets other calls go first if it has to queue for a connection
    duration queued{}; ///< how long its completed attempts queued for a connection
    std::optional<duration> retry_after{}; ///< the server's hint when to poll again, whatever the status
    std::optional<phase> reached{};        ///< the phase that its last completed attempt reached
    const phase* reaching = nullptr;       ///< the phase of the running attempt

    /// Records that a call begins. Nothing is sent until its first attempt begins; a credential provider may take long.
    static void call_begins(poll_trace* of) noexcept
    {
        if (of)
            of->reached = of->reached.value_or(phase::queued);
    }

    [[nodiscard]] std::optional<phase> progress() const { return reaching ? *reaching : reached; }

    /// Records the phase of a running attempt.
    class watch {
      public:
        watch(poll_trace* trace, const phase& reaching) : trace_(trace)
        {
            if (trace_)
                trace_->reaching = &reaching;
        }
        watch(const watch&) = delete;
        watch& operator=(const watch&) = delete;
        ~watch()
        {
            if (trace_) {
                trace_->reached = *trace_->reaching;
                trace_->reaching = nullptr;
            }
        }

      private:
        poll_trace* trace_;
    };
};

} // namespace cojob::detail

#endif
