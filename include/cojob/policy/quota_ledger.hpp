#ifndef COJOB_POLICY_QUOTA_LEDGER_HPP
#define COJOB_POLICY_QUOTA_LEDGER_HPP

#include <cojob/clock.hpp>
#include <cojob/detail/config.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <functional>
#include <string>

namespace cojob {

/// A ledger's answer to a request for a slot: a lease, a time to wait, or a failure. Lengths of time count from now.
struct quota_answer {
    quota_answer() = default;

    bool is_granted = false; ///< whether there is a lease
    std::uint64_t lease = 0; ///< granted: identifies the lease until it is ended
    duration wait{};         ///< not granted: until a slot is expected; an estimate, for messages and observers
    duration ask_again{};    ///< not granted: when to ask again; at least a millisecond
    std::string failure;     ///< not empty: the ledger cannot answer; the reason, for the call's error
};

/// How the use of a slot ended.
struct quota_outcome {
    /// What the server did with the request.
    enum kind_type {
        unused,   ///< the server has certainly not counted it
        used,     ///< the server may have counted it
        throttled ///< the server answered 429: the whole pool pauses
    };

    kind_type kind = unused;   ///< what the server did with the request
    bool was_answered = false; ///< used: with any response but 429; ends the probe after a pause
    duration pause{};          ///< throttled: how long this process pauses
    bool is_hinted = false;    ///< throttled: the server asked for this pause; otherwise it is a guess
};

/// Counts the uses of a quota that several processes share. Calls queue in their process; each process asks for one
/// slot at a time, for its first call: while the context of that call's client is stopped or blocked, the calls of
/// other contexts wait too. A ledger measures time by a clock of its own that no process can set, and counts the
/// machine's sleep.
///
/// A lease that is not ended counts as used when it runs out, so a process that was killed can cost slots, but never
/// adds one. Leases that are not ended when the ledger is destroyed were not used: better end them then.
///
/// Serves one `quota` only: for each quota a ledger of its own. Thread-safe: the functions are called from any thread,
/// also at once.
class BOOST_SYMBOL_VISIBLE quota_ledger {
  public:
    quota_ledger() = default;
    quota_ledger(const quota_ledger&) = delete;
    quota_ledger& operator=(const quota_ledger&) = delete;
    virtual ~quota_ledger() = default;

    /// Begins to ask for a slot, and returns. The lease must last long enough for an attempt of length `attempt`;
    /// for `no_timeout` the ledger renews it until its end. Never called again before the answer.
    ///
    /// \param executor of the client whose call is first, for ledgers with I/O; may be empty
    /// \param attempt the longest that the call's attempt takes
    /// \param answer called once, from any thread; better not within `acquire`, where it recurses once for each call
    /// that is queued. If the executor's context is destroyed first, it is destroyed
    /// without a call, and the next client asks
    /// \throws anything: counts as a failure, and its `what()` as the reason
    virtual void acquire(const asio::any_io_executor& executor, duration attempt,
                         std::function<void(quota_answer)> answer) = 0;

    /// No call waits for a slot any more: the process gives up its place in the queue of processes. An answer that is
    /// on its way still arrives.
    virtual void stop_waiting() noexcept {}

    /// Whether a request may be sent with this lease now: it covers an attempt of this length, and the pool has not
    /// paused since it was granted. Called for each request just before its first byte: must not block.
    [[nodiscard]] virtual bool covers(std::uint64_t lease, duration attempt) noexcept = 0;

    /// Ends a lease. Only begins to, if that may block. If it fails, the lease runs out. Must not call an answer.
    virtual void end(std::uint64_t lease, const quota_outcome&) noexcept = 0;
};

} // namespace cojob

#endif
