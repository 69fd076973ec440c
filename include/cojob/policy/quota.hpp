#ifndef COJOB_POLICY_QUOTA_HPP
#define COJOB_POLICY_QUOTA_HPP

#include <cojob/clock.hpp>
#include <cojob/detail/config.hpp>
#include <cojob/policy/quota_options.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace cojob {

namespace detail {

class quota_core;
struct quota_access;

} // namespace detail

/// At most `limit` uses in any window of time, however the window is laid: the log of the uses is kept, not a bucket of
/// tokens. Shared by everything that draws on it, several clients too; what waits for a slot gets it in order.
///
/// A slot is held while a request is under way and for a window and a second after it has ended, because the server
/// counted the request somewhere in between. A request that provably did not reach the server gives its slot back. An
/// answer 429 pauses the whole pool: a call that has not sent anything yet loses its slot and queues again, in its old
/// place. Then one request at a time goes out until one of them is not refused.
///
/// Thread-safe.
class quota {
  public:
    /// A quota of which nothing is used yet. An empty clock is the machine's; clients that share the quota should have
    /// the same one.
    ///
    /// \throws api_error invalid_argument: a limit of zero, a window that is not more than zero or is `no_timeout`, a
    /// `max_wait` that is not more than zero
    COJOB_DECL explicit quota(quota_options, clock_ptr = {});
    quota(const quota&) = delete;
    quota& operator=(const quota&) = delete;
    ~quota() = default;

    /// Slots that a new call would get at once. None while the pool pauses; of what is free, those who queue have the
    /// first.
    [[nodiscard]] COJOB_DECL std::uint32_t remaining() const;

    /// When a new call may expect a slot, in civil time; now when one is free. An estimate: requests under way are
    /// taken to end now and to count, those who queue to want their slots.
    [[nodiscard]] COJOB_DECL timestamp next_slot_at() const;

    /// The options it was made with.
    [[nodiscard]] COJOB_DECL const quota_options& options() const noexcept;

    /// Writes the log of the last window, for `load` after a restart. What is used after that is not in it: save last.
    /// The file is replaced as a whole or not at all, also when the machine crashes: when `save` returns, the log is on
    /// the disk. A symbolic link is followed, the mode of an existing file is kept, and a new one is for its owner
    /// only.
    ///
    /// \throws api_error with the system's code when it cannot be written
    COJOB_DECL void save(std::string path) const;

    /// A quota that goes on from where `save` was called; a new one when there is no such file. Requests that were
    /// under way count as if they ended now. A wall clock that was moved since then frees no slot early, unless the
    /// machine was started anew as well.
    ///
    /// \throws api_error invalid_argument: as the constructor, and for a file that is damaged, cut off, empty, of a
    /// newer version, or saved for a shorter window than asked for, and where an interrupted save left its file and no
    /// other; the message says what to do. The system's code when it cannot be read
    [[nodiscard]] COJOB_DECL static std::shared_ptr<quota> load(std::string path, quota_options, clock_ptr = {});

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
