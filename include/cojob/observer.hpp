#ifndef COJOB_OBSERVER_HPP
#define COJOB_OBSERVER_HPP

#include <cojob/error.hpp>

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
    virtual void on_connection(const connection_event&) noexcept {}
    virtual void on_poll(const poll_event&) noexcept {}
    virtual void on_job_changed(const poll_event&) noexcept {}
    /// Once for each wait and status.
    virtual void on_unknown_status(const unknown_status_event&) noexcept {}
};

using observer_ptr = std::shared_ptr<observer>;

} // namespace cojob

#endif
