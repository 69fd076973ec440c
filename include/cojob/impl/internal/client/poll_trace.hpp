#ifndef COJOB_IMPL_INTERNAL_CLIENT_POLL_TRACE_HPP
#define COJOB_IMPL_INTERNAL_CLIENT_POLL_TRACE_HPP

#include <cojob/clock.hpp>
#include <cojob/error.hpp>

#include <optional>

namespace cojob::detail {

/// What one poll is made with, and what it leaves behind besides the job.
struct poll_trace {
    duration yields{};                     ///< for how long it lets calls go first where it has to queue
    duration queued{};                     ///< for how long its attempts that are over queued for a connection
    std::optional<duration> retry_after{}; ///< the server's word on when to come back, whatever its status
    std::optional<phase> reached{};        ///< how far its last attempt came that is over
    const phase* reaching = nullptr;       ///< how far the one that is under way has come

    /// A call of this client begins. Until its first attempt does, it has sent nothing: it may ask for its key for
    /// long.
    static void call_begins(poll_trace* of) noexcept
    {
        if (of)
            of->reached = of->reached.value_or(phase::queued);
    }

    [[nodiscard]] std::optional<phase> progress() const { return reaching ? *reaching : reached; }

    /// An attempt that is under way.
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
