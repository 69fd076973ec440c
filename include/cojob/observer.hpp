#ifndef COJOB_OBSERVER_HPP
#define COJOB_OBSERVER_HPP

#include <cojob/clock.hpp>
#include <cojob/detail/config.hpp>
#include <cojob/error.hpp>

#include <cstddef>
#include <iosfwd>
#include <memory>
#include <string_view>

namespace cojob {

// Texts in events live as long as the call they are passed to. Ids, states and paths may come from a server: escape
// them before they are printed.

struct attempt_event {
    std::string_view method, path;
    unsigned number = 1; ///< of the attempt in its call
    bool is_poll = false;
};

struct response_event {
    std::string_view method, path;
    int status = 0; ///< 0: no response
    error_code error{};
    phase reached = phase::queued;
    duration elapsed{};
};

/// A call will be tried again.
struct retry_event {
    std::string_view method, path;
    unsigned number = 1;    ///< of the attempt that failed
    error_code error{};     ///< why it failed
    duration wait{};        ///< until the next attempt
    bool is_hinted = false; ///< the server said how long
};

/// A server's limit, known or just met, holds something up.
struct throttled_event {
    std::string_view method, path; ///< of the call; empty for the polls of `scope`
    std::string_view scope;        ///< of the waits that hold their polls; empty for a call
    error_code error{};            ///< rate_limited: a 429 came; quota_exhausted: no slot of the quota is free
    duration wait{};               ///< until it goes on, as far as is known now
};

/// The server answers too slowly for all the polls that are due: waits poll less often than they want to. Told once,
/// and again only after they have caught up.
struct stretched_event {
    std::size_t overdue = 0;   ///< polls that are due and have not begun
    std::size_t in_flight = 0; ///< polls that are under way
    duration late{};           ///< by how much the longest overdue one is
};

enum class connection_change { opened, reused, closed };

struct connection_event {
    std::string_view host;
    connection_change change = connection_change::opened;
};

struct poll_event {
    std::string_view api, job_id, status; ///< status empty: the poll failed, or there was none yet
    error_code error{};
    unsigned number = 1; ///< of the poll in its wait; 0: the wait begins, the first poll is to come
    duration next_in{};  ///< until the next poll; zero: the wait ends here
};

struct unknown_status_event {
    std::string_view api, job_id, status;
};

/// Listens to a client. Called on the client's strand; must not throw or block. It may start calls, not wait for them.
class BOOST_SYMBOL_VISIBLE observer {
  public:
    observer() = default;
    observer(const observer&) = delete;
    observer& operator=(const observer&) = delete;
    virtual ~observer() = default;

    virtual void on_attempt(const attempt_event&) noexcept {}
    virtual void on_response(const response_event&) noexcept {}
    virtual void on_retry(const retry_event&) noexcept {}
    virtual void on_throttled(const throttled_event&) noexcept {}
    virtual void on_connection(const connection_event&) noexcept {}
    virtual void on_poll(const poll_event&) noexcept {}
    virtual void on_job_changed(const poll_event&) noexcept {}
    virtual void on_polls_stretched(const stretched_event&) noexcept {}
    /// Once for each wait and status.
    virtual void on_unknown_status(const unknown_status_event&) noexcept {}
};

using observer_ptr = std::shared_ptr<observer>;

/// How much a log shows; each level shows what those above it do as well.
enum class log_level {
    error,   ///< a wait that ended because a poll failed; a certificate that was not accepted
    warning, ///< every other attempt that failed, states that this library does not know, polls that come late
    info,    ///< jobs that changed, attempts that will be repeated, limits that hold something up
    debug,   ///< every attempt, response, poll and connection; also what the caller cut off
};

/// An observer that writes one line for each event: the level, what happened, and the particulars as `key=value`:
///
///     cojob info    POST /v2/agent/p/job retry in 480 ms attempt=1 error="server error"
///
/// A line has no time stamp: what collects logs adds one, and so does `ts`. Methods, paths, hosts, ids and states are
/// shown with their control characters escaped, in quotes where they would not be one word, and at most 256 bytes of
/// each. Of a path's query only `status`, `limit`, `offset`, `skip`, `take` and `page` keep their values. Keys, headers
/// and bodies are in no event.
///
/// Thread-safe: one observer may be given to several clients. Each line is one `write`; the stream is not flushed, and
/// its formatting does not matter. A stream that fails or throws loses lines and harms nothing else. It must outlive
/// the observer, and so every client that has it, and every call of such a client.
[[nodiscard]] COJOB_DECL observer_ptr log_to(std::ostream&, log_level = log_level::info);

} // namespace cojob

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/observer.ipp>
#endif

#endif
