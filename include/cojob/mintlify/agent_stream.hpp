#ifndef COJOB_MINTLIFY_AGENT_STREAM_HPP
#define COJOB_MINTLIFY_AGENT_STREAM_HPP

#include <cojob/detail/config.hpp>
#include <cojob/detail/enumerator.hpp>
#include <cojob/error.hpp>
#include <cojob/http/event_stream.hpp>
#include <cojob/job/handle.hpp>

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cojob {

namespace detail {
class event_source;
} // namespace detail

namespace mintlify {

/// The author of a message.
enum class message_role {
    system,   ///< further instructions, in addition to the vendor's own
    user,     ///< the task
    assistant ///< an example of an answer
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view to_string(message_role value) noexcept
{
    return cojob::detail::enumerator_name(value, {"system", "user", "assistant"});
}

/// One message of the conversation that starts a session.
struct session_message {
    message_role role = message_role::user; ///< the author
    std::string content{};                  ///< not empty, UTF-8
};

/// The request for a new session of API v1.
class create_session_request {
  public:
    create_session_request() = default;
    /// A request with one user message, the task.
    explicit create_session_request(std::string prompt) { add(message_role::user, std::move(prompt)); }

    /// Appends a message.
    void add(message_role role, std::string content) { messages.push_back({role, std::move(content)}); }

    std::vector<session_message> messages; ///< at least one, in order
    std::optional<std::string> branch;     ///< the branch to work on; empty: the service chooses one
    std::optional<bool> as_draft;          ///< whether the pull request is a draft; empty: the service's default
    std::string model;                     ///< `sonnet` or `opus` today; empty: the service's default
};

/// The events of a new session: server-sent events, until the service ends the stream. The vendor does not specify
/// their content. A cheap handle.
///
/// A stream that is not read to its end occupies its connection, one of `pool.max_streams`, until the last copy is
/// destroyed and the context has run. The session continues in any case. A stream must not outlive the client's
/// execution context.
class agent_stream {
  public:
    /// A handle without a stream: `next` fails with `invalid_argument`.
    agent_stream() = default;

    /// The session's id, known before the first event. Empty without a stream.
    [[nodiscard]] const std::string& session_id() const noexcept { return handle_.id; }
    /// The Git branch that the session works on, if the service reports it.
    [[nodiscard]] const std::optional<std::string>& branch() const noexcept { return branch_; }
    /// A handle for `wait_for_job`, in this process or another: use it when the stream has ended or broken.
    [[nodiscard]] const job_handle& handle() const noexcept { return handle_; }

    /// Returns the next event; an empty optional when the service has ended the stream:
    /// `while (auto event = co_await stream.next())`.
    ///
    /// Reads only while it is awaited, so a slow caller slows down the service, but no other call. Errors:
    /// `outcome_unknown` if the stream breaks. The last attempt in `error_info` tells why: `connection_lost`,
    /// `request_timeout` after `timeouts.stream_idle` without data, `malformed_response` or `response_too_large`. The
    /// session exists, and `job_id` is its id; another `create_job` would create a second one. After an error every
    /// call fails with the same error. Cancellation: all types, immediately; a cancellation while it waits for data
    /// closes the stream. Precondition: the previous call has completed (`invalid_argument`). Thread safety: none for
    /// one stream.
    [[nodiscard]] COJOB_DECL asio::awaitable<std::optional<http::server_sent_event>> next() const;

  private:
    friend class agent_v1;

    agent_stream(std::shared_ptr<cojob::detail::event_source> source, job_handle handle,
                 std::optional<std::string> branch)
        : source_(std::move(source)), handle_(std::move(handle)), branch_(std::move(branch))
    {
    }

    std::shared_ptr<cojob::detail::event_source> source_;
    job_handle handle_;
    std::optional<std::string> branch_;
};

} // namespace mintlify

} // namespace cojob

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/mintlify/agent_stream.ipp>
#endif

#endif
