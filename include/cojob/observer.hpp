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

// Texts in events live as long as the call they are passed to. Ids, states and paths may come from a server: escape
// them before they are printed.

/// An attempt begins. It may still have to queue for a connection.
struct attempt_event {
    std::string_view method, ///< of the request
        path;                ///< of the request, as sent, with its query; for an observer without the key
    unsigned number = 1;     ///< of the attempt in its call, counted from 1
    bool is_poll = false;    ///< it is made for a wait
};

/// An attempt has ended, with a response or without.
struct response_event {
    std::string_view method,       ///< of the request
        path;                      ///< of the request, as sent, with its query, without the key
    int status = 0;                ///< 0: no response
    error_code error{};            ///< why it failed; no error for a 2xx
    phase reached = phase::queued; ///< the last phase it was in
    duration
        elapsed{}; ///< since its `attempt_event`, with the queue for a connection and a pause of the quota that held it
};

/// A call will be tried again.
struct retry_event {
    std::string_view method, ///< of the request
        path;                ///< of the request, as sent, with its query, without the key
    unsigned number = 1;     ///< of the attempt that failed
    error_code error{};      ///< why it failed
    duration wait{};         ///< until the next attempt
    bool is_hinted = false;  ///< the server said how long
};

/// A server's limit, known or just met, holds something up.
struct throttled_event {
    std::string_view method, ///< of the call; empty for the polls of `scope`
        path;                ///< likewise
    std::string_view scope;  ///< of the waits that hold their polls; empty for a call
    error_code error{};      ///< rate_limited: a 429 came; quota_exhausted: no slot of the quota is free
    duration wait{};         ///< until it goes on, as far as is known now
};

/// The server answers too slowly for all the polls that are due: waits poll less often than they want to. Told once,
/// and again only after they have caught up.
struct stretched_event {
    std::size_t overdue = 0;   ///< polls that are due and have not begun
    std::size_t in_flight = 0; ///< polls that are under way
    duration late{};           ///< by how much the longest overdue one is
};

/// What became of a connection.
enum class connection_change {
    opened, ///< connected, TLS included
    reused, ///< a kept one serves another request
    closed  ///< it is not used again
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view to_string(connection_change value) noexcept
{
    return detail::enumerator_name(value, {"opened", "reused", "closed"});
}

/// A connection was opened, used again or closed.
struct connection_event {
    std::string_view host;                                ///< of its origin
    connection_change change = connection_change::opened; ///< what became of it
};

/// What a wait knows of its job.
struct poll_event {
    std::string_view api, ///< the service's `api_name`
        job_id,           ///< of the job
        status;           ///< as the server wrote it; empty: the poll failed, or there was none yet
    error_code error{};   ///< why the poll failed
    unsigned number = 1;  ///< of the poll in its wait; 0: the wait begins, the first poll is to come
    duration next_in{};   ///< until the next poll; zero: the wait ends here
};

/// A job has a status that this version of the library, or a service of your own, does not know.
struct unknown_status_event {
    std::string_view api, ///< the service's `api_name`
        job_id,           ///< of the job
        status;           ///< as the server wrote it
};

/// A member of an answer is missing (told of Mintlify v2 only: it has them in every job), or has an undocumented type.
/// It was read as empty; nothing depends on it. Of a job, its text is in `unknown_members`.
struct odd_member_event {
    std::string_view api, ///< the service's `api_name`
        member,           ///< which one, in this library's words: `source.repository`, `timeline[].timestamp`
        problem;          ///< `missing`, `expected a string`
};

/// Listens to a client. Called on the client's strand; must not throw or block. It may start calls, not wait for them.
class BOOST_SYMBOL_VISIBLE observer {
  public:
    observer() = default;
    observer(const observer&) = delete;
    observer& operator=(const observer&) = delete;
    virtual ~observer() = default;

    /// An attempt begins: for each one `on_response` follows, unless the context goes.
    virtual void on_attempt(const attempt_event&) noexcept {}
    /// An attempt has ended.
    virtual void on_response(const response_event&) noexcept {}
    /// A call will be tried again, after `retry_event::wait`.
    virtual void on_retry(const retry_event&) noexcept {}
    /// A call queues for a slot of a quota, or a 429 makes it or the polls of a scope pause. Once for each such time.
    /// An attempt that a pause holds before it has sent anything goes on later, without another `on_attempt`.
    virtual void on_throttled(const throttled_event&) noexcept {}
    /// A connection was opened, used again or closed.
    virtual void on_connection(const connection_event&) noexcept {}
    /// A wait begins, or one of its polls has ended.
    virtual void on_poll(const poll_event&) noexcept {}
    /// A job that is waited for has changed, or was seen for the first time: once, however many wait for it.
    virtual void on_job_changed(const poll_event&) noexcept {}
    /// Polls come later than their waits want them.
    virtual void on_polls_stretched(const stretched_event&) noexcept {}
    /// A wait has met a status that nobody knows: once for each wait and status.
    virtual void on_unknown_status(const unknown_status_event&) noexcept {}
    /// An answer has an odd member: once for each client, API and member.
    virtual void on_odd_member(const odd_member_event&) noexcept {}
};

/// Shared by the clients that have it; a client keeps its observer.
using observer_ptr = std::shared_ptr<observer>;

} // namespace cojob

#endif
