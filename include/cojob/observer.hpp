#ifndef COJOB_OBSERVER_HPP
#define COJOB_OBSERVER_HPP

#include <cojob/clock.hpp>
#include <cojob/detail/config.hpp>
#include <cojob/detail/enumerator.hpp>
#include <cojob/error.hpp>

#include <cstddef>
#include <memory>
#include <string_view>

namespace cojob {

// Texts in an event are valid during the callback only. Ids, states and paths may come from a server: escape them
// before you print them.

/// An attempt begins. It may first queue for a connection.
struct attempt_event {
    std::string_view method, ///< of the request
        path;                ///< of the request, as sent, with its query; observers get it without the key
    unsigned number = 1;     ///< number of the attempt in its call, from 1
    bool is_poll = false;    ///< whether it is a poll of a wait
};

/// An attempt has ended, with or without a response.
struct response_event {
    std::string_view method,       ///< of the request
        path;                      ///< of the request, as sent, with its query, without the key
    int status = 0;                ///< 0: no response
    error_code error{};            ///< why it failed; no error for a 2xx
    phase reached = phase::queued; ///< the last phase that it reached
    duration elapsed{};            ///< since `on_attempt`, queueing for a connection and pauses of the quota included
};

/// A call will be retried.
struct retry_event {
    std::string_view method, ///< of the request
        path;                ///< of the request, as sent, with its query, without the key
    unsigned number = 1;     ///< number of the failed attempt
    error_code error{};      ///< why it failed
    duration wait{};         ///< until the next attempt
    bool is_hinted = false;  ///< whether the server named the delay
};

/// A rate limit delays a call or polls.
struct throttled_event {
    std::string_view method, ///< of the call; empty for polls
        path;                ///< likewise
    std::string_view scope;  ///< scope of the waits whose polls pause; empty for a call
    error_code error{};      ///< `rate_limited`: a 429; `quota_exhausted`: no quota slot is free
    duration wait{};         ///< expected delay
};

/// The server answers too slowly for all the polls that are due, so waits poll less often than scheduled. Reported
/// once, and again only after the polls have caught up.
struct stretched_event {
    std::size_t overdue = 0;   ///< polls that are due and have not started
    std::size_t in_flight = 0; ///< polls in flight
    duration late{};           ///< delay of the most overdue poll
};

/// A change of a connection.
enum class connection_change {
    opened, ///< connected, TLS handshake included
    reused, ///< a kept-alive connection serves another request
    closed  ///< not used again
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view to_string(connection_change value) noexcept
{
    return detail::enumerator_name(value, {"opened", "reused", "closed"});
}

/// A connection was opened, reused or closed.
struct connection_event {
    std::string_view host;                                ///< host of the origin
    connection_change change = connection_change::opened; ///< what happened
    bool is_resumed = false; ///< opened with the TLS session of an earlier connection, which saves a full handshake
};

/// The state of a wait after a poll.
struct poll_event {
    std::string_view api, ///< the service's `api_name`
        job_id,           ///< of the job
        status;           ///< as the server wrote it; empty: the poll failed, or there was none yet
    error_code error{};   ///< why the poll failed
    unsigned number = 1;  ///< number of the poll in its wait; 0: the wait begins, no poll yet
    duration next_in{};   ///< delay of the next poll; zero: the wait ends
};

/// A job has a status that this version of the library, or a user-defined service, does not know.
struct unknown_status_event {
    std::string_view api, ///< the service's `api_name`
        job_id,           ///< of the job
        status;           ///< as the server wrote it
};

/// A JSON member is missing or has an undocumented type. It was decoded as empty; no required member is concerned.
/// Missing members are reported for Mintlify v2 only, where every job has them. If the member belongs to a job, its
/// JSON text is in `unknown_members`.
struct odd_member_event {
    std::string_view api, ///< the service's `api_name`
        member,           ///< its path, such as `source.repository` or `timeline[].timestamp`
        problem;          ///< the problem, such as `missing` or `expected a string`
};

/// Receives the events of a client. Called on the client's strand; must not throw or block. It may start calls, but not
/// wait for them.
class BOOST_SYMBOL_VISIBLE observer {
  public:
    observer() = default;
    observer(const observer&) = delete;
    observer& operator=(const observer&) = delete;
    virtual ~observer() = default;

    /// An attempt begins. `on_response` follows for each, unless the execution context is destroyed first.
    virtual void on_attempt(const attempt_event&) noexcept {}
    /// An attempt has ended.
    virtual void on_response(const response_event&) noexcept {}
    /// A call will be retried after `retry_event::wait`.
    virtual void on_retry(const retry_event&) noexcept {}
    /// A call queues for a quota slot, or a 429 pauses a call or the polls of a scope. Reported once for each pause. An
    /// attempt that is paused before it has sent anything continues later, without another `on_attempt`.
    virtual void on_throttled(const throttled_event&) noexcept {}
    /// A connection was opened, reused or closed.
    virtual void on_connection(const connection_event&) noexcept {}
    /// A wait begins, or one of its polls has ended.
    virtual void on_poll(const poll_event&) noexcept {}
    /// A poll has seen a job for the first time, or seen it change. Reported once, however many waits there are for the
    /// job.
    virtual void on_job_changed(const poll_event&) noexcept {}
    /// Polls are later than scheduled.
    virtual void on_polls_stretched(const stretched_event&) noexcept {}
    /// A poll has seen an unknown status. Reported once for each wait and status, for up to 16
    /// statuses of a wait.
    virtual void on_unknown_status(const unknown_status_event&) noexcept {}
    /// A response has an odd member. Reported once for each client, API and member, for up to 256
    /// members of a client.
    virtual void on_odd_member(const odd_member_event&) noexcept {}
};

/// An observer may be shared by several clients. A client keeps its observer alive.
using observer_ptr = std::shared_ptr<observer>;

} // namespace cojob

#endif
