#ifndef COJOB_POLICY_QUOTA_HPP
#define COJOB_POLICY_QUOTA_HPP

#include <cojob/clock.hpp>
#include <cojob/detail/config.hpp>
#include <cojob/policy/quota_ledger.hpp>
#include <cojob/policy/quota_options.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>

namespace cojob {

namespace detail {

class quota_core;
struct quota_access;

} // namespace detail

/// A rate limit: at most `limit` uses in any window of time, wherever the window begins. It is a log of uses, not a
/// token bucket. All clients and services that use it share it. Calls that wait for a slot get it in order.
///
/// A request holds its slot while it is in flight, and for one window and a second after it has ended, because the
/// server counted it at some time in between. A request that provably did not reach the server, or was refused with
/// 429, returns its slot. A 429 pauses the whole pool. A call that has not sent anything yet then loses its slot, and
/// queues again at its previous place. After the pause, one request at a time is sent until one of them gets a response
/// other than 429.
///
/// Thread-safe.
class quota {
  public:
    /// Creates a quota without any uses. An empty clock means the machine's. Clients that share the quota should have
    /// the same clock. With a ledger, the quota shares its uses with all processes that use the same ledger; queueing,
    /// `max_wait` and pauses of calls stay in the process.
    ///
    /// \throws api_error `invalid_argument` for a limit of zero, a window that is not positive or is `no_timeout`, or a
    /// `max_wait` that is not positive
    COJOB_DECL explicit quota(quota_options, clock_ptr = {}, std::shared_ptr<quota_ledger> = {});
    quota(const quota&) = delete;
    quota& operator=(const quota&) = delete;
    ~quota() = default;

    /// Number of slots that a new call could take immediately: free slots that no queued call will take. Zero while the
    /// pool pauses. With a ledger an estimate, from its last answer.
    [[nodiscard]] COJOB_DECL std::uint32_t remaining() const;

    /// When a new call can expect a slot, in civil time; the current time if one is free. An estimate: assumes that
    /// requests in flight end now and count, and that each queued call takes a slot.
    [[nodiscard]] COJOB_DECL timestamp next_slot_at() const;

    /// The options passed to the constructor.
    [[nodiscard]] COJOB_DECL const quota_options& options() const noexcept;

    /// Writes the uses of the last window to a file, for `load` after a restart. Later uses are not in it, so save
    /// last. Replaces the file atomically and durably, even if the machine crashes: when `save` returns, the data is on
    /// the disk. Follows a symbolic link, keeps the mode of an existing file, and makes a new one accessible to its
    /// owner only.
    ///
    /// \throws api_error with the code of the system if the file cannot be written; `invalid_argument` for a quota with
    /// a ledger, which keeps the uses itself
    COJOB_DECL void save(const std::filesystem::path&) const;

    /// Restores a quota that `save` wrote; returns a new one if there is no such file. Requests that were in flight
    /// count as if they ended now. If the wall clock was changed in between, no slot becomes free too early, unless the
    /// machine was rebooted as well.
    ///
    /// \throws api_error `invalid_argument` as the constructor; for a file that is damaged, truncated, empty, of a
    /// newer version, or saved for a shorter window than `quota_options::window`; and if only the leftover of an
    /// interrupted `save` exists. The message says what to do. The code of the system if the file cannot be read
    [[nodiscard]] COJOB_DECL static std::shared_ptr<quota> load(const std::filesystem::path&, quota_options,
                                                                clock_ptr = {});

  private:
    friend struct detail::quota_access;

    std::shared_ptr<detail::quota_core> core_;
};

namespace detail {

struct quota_access {
    [[nodiscard]] static const std::shared_ptr<quota_core>& core(const quota& q) noexcept { return q.core_; }
};

} // namespace detail

} // namespace cojob

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/policy/quota.ipp>
#endif

#endif
