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

/// Who says a message.
enum class message_role {
    system,   ///< further instructions, after the vendor's own
    user,     ///< the task
    assistant ///< an example of an answer
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view to_string(message_role value) noexcept
{
    return cojob::detail::enumerator_name(value, {"system", "user", "assistant"});
}

/// One message of the conversation that a session begins with.
struct session_message {
    message_role role = message_role::user; ///< who says it
    std::string content{};                  ///< not empty, UTF-8
};

/// What a new session of API v1 is to do.
class create_session_request {
  public:
    create_session_request() = default;
    /// One message of the user: the task.
    explicit create_session_request(std::string prompt) { add(message_role::user, std::move(prompt)); }

    /// A further message, at the end.
    void add(message_role role, std::string content) { messages.push_back({role, std::move(content)}); }

    std::vector<session_message> messages; ///< at least one, in order
    std::optional<std::string> branch;     ///< to work on; empty: the service makes one up
    std::optional<bool> as_draft;          ///< whether the pull request is a draft; empty: the service's default
    std::string model;                     ///< `sonnet` or `opus` today; empty: the service's default
};

/// What the service tells about a new session while it works: server-sent events, until it ends the stream. The vendor
/// does not specify what is in them. A cheap handle. A stream that is not read to its end keeps its connection, one of
/// `pool.max_streams`, until the last copy has gone and the context has run; the session goes on all the same. It must
/// not outlive the client's execution context.
class agent_stream {
  public:
    /// No stream: `next` is `invalid_argument`.
    agent_stream() = default;

    /// The session's id, known before the first event; empty where there is no stream.
    [[nodiscard]] const std::string& session_id() const noexcept { return handle_.id; }
    /// The Git branch the session works on, where the service tells it.
    [[nodiscard]] const std::optional<std::string>& branch() const noexcept { return branch_; }
    /// For `wait_for_job`, here or in another process: the way on when the stream has ended or broken.
    [[nodiscard]] const job_handle& handle() const noexcept { return handle_; }

    /// The next event, or nothing when the service has ended the stream: `while (auto event = co_await stream.next())`.
    ///
    /// Nothing is read meanwhile, so that who does not ask holds the service back and nobody else. Errors:
    /// `outcome_unknown` for a stream that breaks (the last attempt in `error_info` says why: connection_lost,
    /// request_timeout after `timeouts.stream_idle` of silence, malformed_response, response_too_large): the session is
    /// there, `job_id` is its id, and another `create_job` would make a second one. After an error there is nothing but
    /// that error. Cancellation: all types, at once; one that comes while it waits for the server closes the stream.
    /// Precondition: the call before has ended (`invalid_argument`). Thread safety: none for one stream.
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
