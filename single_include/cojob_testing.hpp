// cojob 0.1.0, testing/
// SPDX-License-Identifier: BSL-1.0
// Made by tools/amalgamate from include/cojob/, do not edit.
//
// Its macros are those of cojob.hpp.
// clang-format off
#ifndef COJOB_COJOB_TESTING_HPP
#define COJOB_COJOB_TESTING_HPP

#include "cojob.hpp"

#include <boost/asio/io_context.hpp>

// -------- cojob/testing/manual_clock.hpp

namespace cojob::testing {

/// A clock that advances only when a test moves it: an hour of polling takes milliseconds. It runs the context itself,
/// so no other thread may run that context.
///
///     asio::io_context context;
///     auto clock = std::make_shared<cojob::testing::manual_clock>(context);
///     // … client_options::clock = clock; co_spawn a wait …
///     clock->advance(1h);
class manual_clock final : public clock {
  public:
    /// Creates a clock with the civil time `start`; its steady time is independent of that. The context must outlive
    /// the clock.
    COJOB_DECL explicit manual_clock(asio::io_context&, timestamp start = default_start());
    /// Alarms that have not rung never ring.
    COJOB_DECL ~manual_clock() override;

    /// Runs all ready handlers, then moves from alarm to alarm up to now + `length`, and runs the ready handlers at
    /// each. While an exchange waits for a real socket, time does not advance, and the context runs until the exchange
    /// has ended.
    COJOB_DECL void advance(duration length);

    /// Moves time immediately, even with exchanges in flight. All alarms until then ring at the new time, in order, and
    /// the ready handlers run.
    COJOB_DECL void jump(duration length);

    /// Simulates a suspended machine: advances civil time only. Steady time does not advance, and no alarm rings and no
    /// handler runs. On systems whose steady clock includes suspended time, the equivalent is `jump`.
    COJOB_DECL void suspend(duration length);

    /// Runs all ready handlers, and exchanges in flight to their end, without moving time.
    COJOB_DECL void settle();

    /// Runs the context, without moving time, until the condition holds. A test uses it to bring an exchange to the
    /// point at which time should pass. Returns whether the condition came to hold before `set_patience` ran out.
    COJOB_DECL bool run_until(const std::function<bool()>& holds);

    /// Limit, in real time, for an exchange: after it `advance` and `settle` throw `std::runtime_error`. Default: 30
    /// seconds.
    COJOB_DECL void set_patience(duration real);

    /// Number of alarms that are set and not due.
    [[nodiscard]] COJOB_DECL std::size_t pending() const;

    /// The steady time.
    [[nodiscard]] COJOB_DECL time_point now() const override;
    /// The civil time: the start, plus the time moved since then.
    [[nodiscard]] COJOB_DECL timestamp wall_now() const override;
    /// Returns an alarm that rings when time is moved to it.
    [[nodiscard]] COJOB_DECL std::unique_ptr<alarm> make_alarm(const asio::any_io_executor&) override;
    /// Called by transports: time does not advance from now on.
    COJOB_DECL void exchange_began() noexcept override;
    /// Called by transports: time may advance once all exchanges have ended.
    COJOB_DECL void exchange_ended() noexcept override;

    /// The default start: 2026-01-01T00:00:00Z.
    [[nodiscard]] static constexpr timestamp default_start() noexcept
    {
        return timestamp(std::chrono::seconds(1767225600));
    }

  private:
    class impl;
    std::unique_ptr<impl> impl_;
};

} // namespace cojob::testing

// -------- cojob/testing/mock_server.hpp

namespace cojob::testing {

using cojob::operator<<; // for argument-dependent lookup

/// The certificate of a mock server, which creates it and its authority at start.
class mock_certificate {
  public:
    mock_certificate() = default;

    std::vector<std::string> names = {"localhost"};            ///< DNS names of the certificate
    std::vector<std::string> addresses = {"127.0.0.1", "::1"}; ///< IP addresses of the certificate
    duration valid_from = -std::chrono::hours(1);              ///< relative to now
    duration valid_until = std::chrono::hours(24);             ///< relative to now; negative: expired
};

/// The TLS versions of a mock server.
enum class tls_versions {
    modern,   ///< OpenSSL's default versions
    only_1_1, ///< too old: a client refuses it
    only_1_2  ///< the oldest version that a client accepts
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view to_string(tls_versions value) noexcept
{
    return cojob::detail::enumerator_name(value, {"modern", "only_1_1", "only_1_2"});
}

/// One step in the life of a job: its status, and for how many polls.
class lifecycle_step {
  public:
    /// A status for one poll, or for the given number: `{"active", 300}`.
    lifecycle_step(std::string answered, unsigned times = 1) : status(std::move(answered)), polls(times) {}

    std::string status; ///< the status in the response; may be unknown to the API
    unsigned polls;     ///< 0: the step is skipped; the last step never ends
};

/// Options of a mock server. Default: an HTTPS server with one account, whose key is `mint_test_key`.
class mock_server_options {
  public:
    mock_server_options() = default;

    std::string address = "127.0.0.1"; ///< loopback only, IPv4 or IPv6
    std::uint16_t port = 0;            ///< 0: the system chooses; that of an earlier server simulates its restart
    bool use_tls = true;               ///< false: plain HTTP
    tls_versions versions = tls_versions::modern; ///< accepted TLS versions
    mock_certificate certificate;                 ///< the certificate of the server
    std::string token = "mint_test_key";          ///< the key that `Authorization: Bearer` must carry
    std::string project_id = "test-project";      ///< Mintlify's project id; any other is refused
    std::vector<lifecycle_step> lifecycle = {{"active", 2}, {"completed"}};             ///< life of new jobs
    std::vector<lifecycle_step> session_lifecycle = {{"processing", 2}, {"completed"}}; ///< life of new sessions
    /// The stream that answers the creation of a session, one chunk for each text. Sent unchanged.
    std::vector<std::string> session_events = {
        "event: text\ndata: {\"text\":\"I read the pages first.\"}\n\n",
        "event: text\ndata: {\"text\":\"Two of them need a new section.\"}\n\n",
        ": nothing to tell for a moment\n\n",
        "event: finish\ndata: {\"reason\":\"completed\"}\n\n",
    };
    duration session_event_gap{};                 ///< delay before each event, in real time, whatever `clock` says
    std::uint32_t rate_limit = 0;                 ///< creations and messages in a rolling window; 0: no limit
    duration rate_window = std::chrono::hours(1); ///< the length of that window
    bool send_retry_after = true;                 ///< whether a 429 has a `Retry-After`
    std::vector<lifecycle_step> deployment_lifecycle = {
        {"queued"}, {"in_progress"}, {"success"}};                                           ///< of new deployments
    std::vector<lifecycle_step> export_lifecycle = {{"queued"}, {"running"}, {"completed"}}; ///< of new static exports
    std::string workflow_id = "test-workflow"; ///< Mintlify's workflow that can be triggered; any other is not found
    std::uint32_t update_rate_limit = 0;       ///< updates and workflow triggers in ten seconds; 0: no limit
    std::uint32_t preview_rate_limit = 0;      ///< previews in a minute; 0: no limit
    std::string osapi_path = "/api/job"; ///< path of the OSAPI job API, on the same server and with the same token
    std::vector<lifecycle_step> osapi_lifecycle = {{"submitted"}, {"processing"}, {"completed"}}; ///< life of new jobs
    clock_ptr clock; ///< clock of the rate limit and of time stamps; empty: the machine's
};

/// A fault to inject. The first three affect the next connection, the others the next request. A fault affects the
/// response only: the request is recorded and processed. "Closed" means without TLS's close_notify, except for
/// `close_after_answer`, `announce_close` and `until_close`.
enum class fault {
    close_at_accept,       ///< closed before any byte is sent
    stall_handshake,       ///< accepted, then silent
    garbage_handshake,     ///< bytes that are not TLS, then closed
    drop_after_request,    ///< closed after the request is read
    reset_after_request,   ///< reset after the request is read
    stall,                 ///< silent after the request is read, until the client closes
    truncate_head,         ///< half of the head, then closed
    truncate_body,         ///< half of the body, then closed
    stall_in_body,         ///< half of the body, then silent
    garbage,               ///< bytes that are not HTTP, then closed
    garbage_first,         ///< bytes before the status line
    slow_drip,             ///< the correct response, one byte every two milliseconds
    endless_headers,       ///< headers without end
    many_headers,          ///< 1,000 small headers, within the size limit
    endless_informational, ///< 1xx responses without end
    huge_content_length,   ///< announces 2 GiB, sends the correct body, then silent
    endless_chunks,        ///< a chunked body without end
    long_chunk_extension,  ///< a chunk extension of 1 MiB
    two_answers,           ///< the correct response, then another one
    close_after_answer,    ///< the correct response without `Connection: close`, then closed
    announce_close,        ///< the correct response with `Connection: close`, then closed
    chunked,               ///< the correct response in chunks
    until_close,           ///< the correct response without a length, ended by closing
    empty_body,            ///< the correct status, no body
    html,                  ///< the correct status, an HTML page
    deep_json,             ///< JSON nested far deeper than any limit
    invalid_utf8,          ///< JSON with a string that is not UTF-8
    status_999,            ///< the correct body with a status that does not exist
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view to_string(fault value) noexcept
{
    return cojob::detail::enumerator_name(value, {"close_at_accept",
                                                  "stall_handshake",
                                                  "garbage_handshake",
                                                  "drop_after_request",
                                                  "reset_after_request",
                                                  "stall",
                                                  "truncate_head",
                                                  "truncate_body",
                                                  "stall_in_body",
                                                  "garbage",
                                                  "garbage_first",
                                                  "slow_drip",
                                                  "endless_headers",
                                                  "many_headers",
                                                  "endless_informational",
                                                  "huge_content_length",
                                                  "endless_chunks",
                                                  "long_chunk_extension",
                                                  "two_answers",
                                                  "close_after_answer",
                                                  "announce_close",
                                                  "chunked",
                                                  "until_close",
                                                  "empty_body",
                                                  "html",
                                                  "deep_json",
                                                  "invalid_utf8",
                                                  "status_999"});
}

/// How a server ends a connection on which it waits for the next request.
enum class idle_end {
    close,          ///< in good order: TLS's close_notify, then FIN
    cut,            ///< FIN only
    reset,          ///< RST
    request_timeout ///< a response with status 408, then as `close`
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view to_string(idle_end value) noexcept
{
    return cojob::detail::enumerator_name(value, {"close", "cut", "reset", "request_timeout"});
}

/// A request as received.
struct recorded_request {
    std::string method,         ///< as sent
        target;                 ///< path and query, as sent
    http::header_list headers;  ///< in order, Authorization included
    std::string body;           ///< without transfer coding
    std::size_t connection = 0; ///< number of its connection, from 0
};

/// A real HTTPS or HTTP server on the loopback interface, with its own thread, for tests of code that uses cojob.
/// Implements the routes of Mintlify v2 and v1, its deployments and static exports, and the OSAPI job API, and refuses
/// what the vendors refuse. All members are thread-safe. The destructor stops it.
class mock_server {
  public:
    /// Starts the server. \throws boost::system::system_error if the address is not a loopback address or cannot be
    /// bound, std::invalid_argument for a life without steps and for an invalid path.
    COJOB_DECL explicit mock_server(mock_server_options = {});
    /// Stops the server, closes all connections, and joins its thread.
    COJOB_DECL ~mock_server();
    mock_server(const mock_server&) = delete;
    mock_server& operator=(const mock_server&) = delete;

    /// The `base_url` for a service: scheme, `localhost` and the port. The address replaces `localhost` if the
    /// certificate is not for that name or the address is not 127.0.0.1.
    [[nodiscard]] COJOB_DECL std::string base_url() const;
    /// The port, also if the system chose it.
    [[nodiscard]] COJOB_DECL std::uint16_t port() const noexcept;
    /// The certificate authority, for `client_options::tls.ca_pem`. Empty without TLS.
    [[nodiscard]] COJOB_DECL const std::string& ca_pem() const noexcept;

    /// Options for `mintlify::agent` and `agent_v1`: this server, its project and key, and the rate limit that it
    /// enforces.
    [[nodiscard]] COJOB_DECL mintlify::agent_options agent_options() const;
    /// Options for `mintlify::deployments`: this server, its project and key, and the rate limits that it enforces.
    [[nodiscard]] COJOB_DECL mintlify::deployments_options deployments_options() const;
    /// Options for `mintlify::static_export`: this server and its key.
    [[nodiscard]] COJOB_DECL mintlify::static_export_options static_export_options() const;
    /// Options for `osapi::jobs`: this server, its path and token.
    [[nodiscard]] COJOB_DECL osapi::jobs_options jobs_options() const;
    /// Default options for a client, plus trust in this server, and the client's clock.
    [[nodiscard]] COJOB_DECL cojob::client_options client_options(clock_ptr = {}) const;

    /// Adds a job. Returns its id.
    COJOB_DECL std::string add_job(std::vector<lifecycle_step> life);
    /// Adds a v1 session. A status is a reason to halt; `processing` means that the session has not halted. An item of
    /// a list counts as a poll too.
    COJOB_DECL std::string add_session(std::vector<lifecycle_step> life);
    /// Adds a deployment. Returns its id.
    COJOB_DECL std::string add_deployment(std::vector<lifecycle_step> life);
    /// Adds a static export. Returns its id.
    COJOB_DECL std::string add_export(std::vector<lifecycle_step> life);
    /// Adds an OSAPI job. An item of a list counts as a poll too. A failed job that is delivered again has the life
    /// `{{"failed", 3}, {"processing", 2}, {"completed"}}`; a broadcast job that more and more agents see has
    /// `{{"processing"}, {"completed"}, {"processing"}, {"completed"}}`.
    COJOB_DECL std::string add_osapi_job(std::vector<lifecycle_step> life);
    /// Replaces the life of a job from now on. \throws std::out_of_range for an unknown id.
    COJOB_DECL void set_life(const std::string& id, std::vector<lifecycle_step> life);
    /// Sets the life of new jobs, and of a job after a message. To simulate a service that shows the previous final
    /// status for a moment longer, begin the life with it: `{{"completed", 1}, {"active", 2}, {"completed"}}`.
    COJOB_DECL void set_lifecycle(std::vector<lifecycle_step> life);

    /// Injects a fault into the next `times` requests (of this method, if one is given) or connections. Faults queue
    /// up.
    COJOB_DECL void inject(fault, std::size_t times = 1, std::string method = {});
    /// Answers the next `times` requests (of this method, if one is given) with this response.
    COJOB_DECL void answer_next(int status, std::string body, http::header_list headers = {}, std::size_t times = 1,
                                std::string method = {});
    /// Answers the next request with these bytes, whatever they are. Then closes the connection, with close_notify, or
    /// keeps it open.
    COJOB_DECL void send_next(std::string bytes, bool then_close = true);

    /// All requests that arrived completely, in order.
    [[nodiscard]] COJOB_DECL std::vector<recorded_request> requests() const;
    /// Blocks until that many requests have arrived, for at most ten seconds. Returns whether they have.
    COJOB_DECL bool wait_for_requests(std::size_t count) const;
    /// Number of connections accepted since the start.
    [[nodiscard]] COJOB_DECL std::size_t connections() const;
    /// Number of connections open now.
    [[nodiscard]] COJOB_DECL std::size_t open_connections() const;
    /// Blocks until exactly that many connections are open, for at most ten seconds. Returns whether they are.
    COJOB_DECL bool wait_for_open_connections(std::size_t count) const;
    /// Closes all idle connections, as a server ends kept-alive connections. Blocks until they are closed.
    COJOB_DECL void close_idle_connections(idle_end = idle_end::close);
    /// Number of 429 responses, including those from `answer_next` and those that a fault then broke.
    [[nodiscard]] COJOB_DECL std::size_t throttled() const;

  private:
    class impl;
    std::unique_ptr<impl> impl_;
};

} // namespace cojob::testing

// -------- cojob/testing/scripted_transport.hpp

namespace cojob::testing {

/// The reply of a scripted transport to one request.
class scripted_reply {
  public:
    scripted_reply() = default;
    /// A response.
    scripted_reply(int status, std::string body, http::header_list headers = {})
        : result{{}, {}, {status, std::move(headers), std::move(body)}, {}}
    {
    }
    /// A failure in a phase. From `sending` on, the request counts as sent.
    scripted_reply(errc failure, phase last) : result{failure, {}, {}, {}}, reached(last) {}

    http::exchange_result result; ///< the response, or a failure
    phase reached = phase::done;  ///< the last phase of the exchange; from `sending` on, the request counts as sent
    duration delay{};             ///< delay of the reply; `no_timeout`: no reply
    duration commit_after{};      ///< the part of `delay` before the request counts as sent
    /// If set, called for the response when the request arrives, at which time it counts as sent.
    std::function<http::response()> on_arrival;
};

/// A transport without sockets: a function answers each request, after a delay in (virtual) time. Thread safety: as for
/// any transport, one client uses it, on its strand.
class BOOST_SYMBOL_VISIBLE scripted_transport final : public http::transport {
  public:
    /// Type of the function that answers requests, by their method, target and body.
    using script_type = std::function<scripted_reply(const http::request&)>;

    /// Creates a transport that calls this function, on the client's strand.
    explicit scripted_transport(script_type script) : script_(std::move(script)) {}

    /// Calls the script, waits for the reply's delay on the client's clock, and returns the result. If the request may
    /// not be sent at its commit (`exchange::commit`), the client sends it again later, and the script is called again.
    COJOB_DECL asio::awaitable<http::exchange_result> send(const http::request&, http::exchange&) override;
    [[nodiscard]] bool binds_steps() const noexcept override { return true; }
    /// Does nothing: there are no connections.
    void close() noexcept override {}
    /// Does nothing: there are no connections.
    void shutdown() noexcept override {}

    /// All requests, in order; one that was sent again occurs twice.
    [[nodiscard]] const std::vector<http::request>& requests() const noexcept { return requests_; }

  private:
    script_type script_;
    std::vector<http::request> requests_;
};

} // namespace cojob::testing

#if !defined(COJOB_SEPARATE_COMPILATION) || defined(COJOB_SOURCE_FILE)

#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <openssl/bn.h>

#include <future>
#include <set>
#include <stdexcept>

// -------- cojob/impl/testing/manual_clock.ipp

namespace cojob::testing {

namespace detail {

/// An alarm's callback and executor. Owned by the alarm, so that weak pointers to it expire when the alarm is cleared
/// or destroyed.
struct ring_type {
    std::function<void()> call;
    asio::any_io_executor executor;
};

/// Posts `call` to the alarm's executor; never calls it directly.
inline void post_ring(const std::weak_ptr<ring_type>& weak)
{
    const auto ring = weak.lock();
    if (!ring)
        return;
    asio::post(ring->executor, [weak] {
        if (const auto still_set = weak.lock())
            still_set->call();
    });
}

/// The current time and the alarms that are set.
class manual_timeline {
  public:
    using entry_map = std::multimap<time_point, std::weak_ptr<ring_type>>;

    [[nodiscard]] time_point now() const
    {
        const std::lock_guard lock(mutex_);
        return now_;
    }

    [[nodiscard]] std::size_t size() const
    {
        const std::lock_guard lock(mutex_);
        return entries_.size();
    }

    /// Adds an alarm, or rings it at once if it is due.
    void enter(time_point when, const std::shared_ptr<ring_type>& ring)
    {
        {
            const std::lock_guard lock(mutex_);
            if (when > now_) {
                entries_.emplace(when, ring);
                return;
            }
        }
        post_ring(ring);
    }

    void remove(time_point when, const std::shared_ptr<ring_type>& ring) noexcept
    {
        const std::lock_guard lock(mutex_);
        const auto [first, last] = entries_.equal_range(when);
        const auto found = std::find_if(first, last, [&](const auto& entry) { return entry.second.lock() == ring; });
        if (found != last)
            entries_.erase(found);
    }

    /// Advances to the next alarm and rings it, if there is one at or before `target`.
    bool ring_next(time_point target)
    {
        const auto next = take_next(target);
        if (next)
            post_ring(*next);
        return next.has_value();
    }

    void move_to(time_point target)
    {
        const std::lock_guard lock(mutex_);
        now_ = std::max(now_, target);
    }

  private:
    [[nodiscard]] std::optional<std::weak_ptr<ring_type>> take_next(time_point target)
    {
        const std::lock_guard lock(mutex_);
        if (entries_.empty() || entries_.begin()->first > target)
            return std::nullopt;
        auto next = entries_.extract(entries_.begin());
        now_ = std::max(now_, next.key());
        return std::move(next.mapped());
    }

    mutable std::mutex mutex_;
    // Far from the epoch, so that a default-constructed time point does not look like a real one.
    time_point now_ = time_point(std::chrono::hours(1000));
    entry_map entries_;
};

class manual_alarm final : public alarm {
  public:
    manual_alarm(std::shared_ptr<manual_timeline> timeline, asio::any_io_executor executor)
        : timeline_(std::move(timeline)), executor_(std::move(executor))
    {
    }
    ~manual_alarm() override { clear(); }

    void set(time_point when, std::function<void()> ring) override
    {
        clear();
        ring_ = std::make_shared<ring_type>(ring_type{std::move(ring), executor_});
        when_ = when;
        timeline_->enter(when, ring_);
    }

    void clear() noexcept override
    {
        if (ring_)
            timeline_->remove(when_, ring_);
        ring_.reset();
    }

  private:
    std::shared_ptr<manual_timeline> timeline_;
    asio::any_io_executor executor_;
    std::shared_ptr<ring_type> ring_;
    time_point when_;
};

} // namespace detail

class manual_clock::impl {
  public:
    impl(asio::io_context& context, timestamp start)
        : context_(context), wall_start_((start - timeline->now().time_since_epoch()).time_since_epoch().count())
    {
    }

    [[nodiscard]] timestamp wall_now() const
    {
        return timestamp(std::chrono::nanoseconds(wall_start_)) + timeline->now().time_since_epoch();
    }

    void move_civil_time(duration length) { wall_start_ += std::chrono::nanoseconds(length).count(); }

    void run_ready()
    {
        do
            restart_if_stopped();
        while (context_.poll() != 0);
    }

    /// Runs the handlers that become ready within a few milliseconds of real time.
    void run_a_moment()
    {
        restart_if_stopped();
        constexpr std::chrono::milliseconds moment(5);
        // A context without work returns at once, while another thread may be about to post work.
        if (context_.run_one_for(moment) == 0 && context_.stopped())
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }

    void settle()
    {
        run_ready();
        auto ended = exchanges_ended.load();
        auto since = std::chrono::steady_clock::now();
        while (exchanges_in_flight.load() > 0) {
            run_a_moment();
            run_ready();
            if (exchanges_ended.load() != ended) {
                ended = exchanges_ended.load();
                since = std::chrono::steady_clock::now();
            } else if (std::chrono::steady_clock::now() - since > patience) {
                throw std::runtime_error("manual_clock: an exchange with a real socket does not end; "
                                         "move time past it with jump(), or raise set_patience()");
            }
        }
    }

    const std::shared_ptr<detail::manual_timeline> timeline = std::make_shared<detail::manual_timeline>();
    std::atomic<long> exchanges_in_flight = 0;
    std::atomic<unsigned long> exchanges_ended = 0;
    duration patience = std::chrono::seconds(30);

  private:
    void restart_if_stopped()
    {
        if (context_.stopped())
            context_.restart();
    }

    asio::io_context& context_;
    std::atomic<std::chrono::nanoseconds::rep> wall_start_; // civil time at steady time zero
};

manual_clock::manual_clock(asio::io_context& context, timestamp start) : impl_(std::make_unique<impl>(context, start))
{
}

manual_clock::~manual_clock() = default;

void manual_clock::advance(duration length)
{
    const auto target = cojob::detail::after(now(), length);
    settle();
    while (impl_->timeline->ring_next(target))
        settle();
    impl_->timeline->move_to(target);
}

void manual_clock::jump(duration length)
{
    const auto target = cojob::detail::after(now(), length);
    impl_->timeline->move_to(target);
    while (impl_->timeline->ring_next(target)) {
    }
    impl_->run_ready();
}

void manual_clock::suspend(duration length)
{
    impl_->move_civil_time(length);
}

void manual_clock::settle()
{
    impl_->settle();
}

bool manual_clock::run_until(const std::function<bool()>& holds)
{
    const auto since = std::chrono::steady_clock::now();
    impl_->run_ready();
    while (!holds()) {
        if (std::chrono::steady_clock::now() - since > impl_->patience)
            return false;
        impl_->run_a_moment();
    }
    return true;
}

void manual_clock::set_patience(duration real)
{
    impl_->patience = real;
}

std::size_t manual_clock::pending() const
{
    return impl_->timeline->size();
}

time_point manual_clock::now() const
{
    return impl_->timeline->now();
}

timestamp manual_clock::wall_now() const
{
    return impl_->wall_now();
}

std::unique_ptr<alarm> manual_clock::make_alarm(const asio::any_io_executor& executor)
{
    return std::make_unique<detail::manual_alarm>(impl_->timeline, executor);
}

void manual_clock::exchange_began() noexcept
{
    ++impl_->exchanges_in_flight;
}

void manual_clock::exchange_ended() noexcept
{
    --impl_->exchanges_in_flight;
    ++impl_->exchanges_ended;
}

} // namespace cojob::testing

// -------- cojob/impl/internal/testing/mock_address.ipp

namespace cojob::testing::detail {

inline asio::ip::tcp::endpoint loopback_endpoint(const std::string& text, std::uint16_t port)
{
    error_code ec;
    const auto address = asio::ip::make_address(text, ec);
    if (!ec && !address.is_loopback())
        ec = boost::system::errc::make_error_code(boost::system::errc::address_not_available);
    if (ec)
        throw boost::system::system_error(ec, "mock_server: '" + text + "' is not a loopback address");
    return {address, port};
}

inline std::string host_of(const mock_server_options& options)
{
    const auto& names = options.certificate.names;
    const auto is_for_localhost = !options.use_tls || std::find(names.begin(), names.end(), "localhost") != names.end();
    if (options.address == "127.0.0.1" && is_for_localhost)
        return "localhost";
    return options.address.find(':') == std::string::npos ? options.address : '[' + options.address + ']';
}

} // namespace cojob::testing::detail

// -------- cojob/impl/internal/testing/mock_certificate.ipp

namespace cojob::testing::detail {

template <auto Free>
struct openssl_free {
    template <class T>
    void operator()(T* object) const noexcept
    {
        Free(object);
    }
};

using certificate_ptr = std::unique_ptr<X509, openssl_free<X509_free>>;
using key_ptr = std::unique_ptr<EVP_PKEY, openssl_free<EVP_PKEY_free>>;
using bio_ptr = std::unique_ptr<BIO, openssl_free<BIO_free_all>>;
using name_ptr = std::unique_ptr<X509_NAME, openssl_free<X509_NAME_free>>;
using bignum_ptr = std::unique_ptr<BIGNUM, openssl_free<BN_free>>;
using extension_ptr = std::unique_ptr<X509_EXTENSION, openssl_free<X509_EXTENSION_free>>;

inline void require_openssl(bool succeeded)
{
    if (!succeeded)
        throw boost::system::system_error(static_cast<int>(ERR_get_error()), asio::error::get_ssl_category(),
                                          "mock_certificate");
}

/// A certificate with its private key.
struct key_pair {
    certificate_ptr certificate;
    key_ptr key;
};

/// A TLS server's certificate and key, and the authority that its clients must trust, as PEM.
struct server_identity {
    std::string ca_pem, certificate_pem, key_pem;
};

inline void set_random_serial(X509& certificate)
{
    // RFC 5280, 4.1.2.2: positive. With 63 random bits, no two servers of a test run share a number.
    const bignum_ptr number(BN_new());
    require_openssl(number && BN_rand(number.get(), 63, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1);
    require_openssl(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(&certificate)) != nullptr);
}

/// By a name of its own: since OpenSSL 4.0 a certificate's is constant.
inline void set_common_name(X509& certificate, const char* name)
{
    const auto* bytes = reinterpret_cast<const unsigned char*>(name);
    const name_ptr subject(X509_NAME_new());
    require_openssl(subject && X509_NAME_add_entry_by_txt(subject.get(), "CN", MBSTRING_UTF8, bytes, -1, -1, 0) == 1);
    require_openssl(X509_set_subject_name(&certificate, subject.get()) == 1);
}

inline void set_time(ASN1_TIME* time, duration from_now)
{
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(from_now).count();
    constexpr auto a_day = 24 * 60 * 60;
    const auto days = static_cast<int>(seconds / a_day);
    require_openssl(X509_time_adj_ex(time, days, static_cast<long>(seconds % a_day), nullptr) != nullptr);
}

inline void add_extension(X509& certificate, X509& issuer, int nid, const std::string& value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, &issuer, &certificate, nullptr, nullptr, 0);
    const extension_ptr extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
    require_openssl(extension && X509_add_ext(&certificate, extension.get(), -1) == 1);
}

/// A version 3 certificate with a fresh P-256 key, without extensions and unsigned.
inline key_pair begin_certificate(const char* name, duration valid_from, duration valid_until)
{
    key_pair created{certificate_ptr(X509_new()), key_ptr(EVP_EC_gen("P-256"))};
    require_openssl(created.certificate && created.key);
    X509& certificate = *created.certificate;
    require_openssl(X509_set_version(&certificate, X509_VERSION_3) == 1);
    require_openssl(X509_set_pubkey(&certificate, created.key.get()) == 1);
    set_random_serial(certificate);
    set_common_name(certificate, name);
    set_time(X509_getm_notBefore(&certificate), valid_from);
    set_time(X509_getm_notAfter(&certificate), valid_until);
    return created;
}

inline void sign(X509& certificate, const key_pair& issuer)
{
    require_openssl(X509_set_issuer_name(&certificate, X509_get_subject_name(issuer.certificate.get())) == 1);
    require_openssl(X509_sign(&certificate, issuer.key.get(), EVP_sha256()) > 0);
}

inline key_pair make_authority()
{
    auto authority = begin_certificate("cojob mock authority", -std::chrono::hours(24), std::chrono::hours(24 * 365));
    X509& certificate = *authority.certificate;
    add_extension(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(certificate, certificate, NID_key_usage, "critical,keyCertSign");
    add_extension(certificate, certificate, NID_subject_key_identifier, "hash");
    sign(certificate, authority);
    return authority;
}

inline std::string alternative_names(const mock_certificate& wanted)
{
    std::string text;
    const auto add = [&text](std::string_view kind, const std::string& name) {
        if (!text.empty())
            text += ',';
        text.append(kind).append(name);
    };
    for (const auto& name : wanted.names)
        add("DNS:", name);
    for (const auto& address : wanted.addresses)
        add("IP:", address);
    return text;
}

inline key_pair make_leaf(const mock_certificate& wanted, const key_pair& authority)
{
    auto leaf = begin_certificate("cojob mock server", wanted.valid_from, wanted.valid_until);
    X509& certificate = *leaf.certificate;
    X509& issuer = *authority.certificate;
    add_extension(certificate, issuer, NID_basic_constraints, "critical,CA:FALSE");
    add_extension(certificate, issuer, NID_key_usage, "critical,digitalSignature");
    add_extension(certificate, issuer, NID_ext_key_usage, "serverAuth");
    // Distinguishes the authorities of several mock servers in one trust store: all have the same name.
    add_extension(certificate, issuer, NID_authority_key_identifier, "keyid:always");
    if (const auto names = alternative_names(wanted); !names.empty())
        add_extension(certificate, issuer, NID_subject_alt_name, names);
    sign(certificate, authority);
    return leaf;
}

template <class Write>
std::string to_pem(Write write)
{
    const bio_ptr memory(BIO_new(BIO_s_mem()));
    require_openssl(memory && write(memory.get()) == 1);
    char* text = nullptr;
    const auto length = BIO_get_mem_data(memory.get(), &text);
    return {text, static_cast<std::size_t>(length)};
}

/// Validity is relative to the system clock, because OpenSSL verifies with that clock, whatever clock a test uses.
inline server_identity make_identity(const mock_certificate& wanted)
{
    const auto authority = make_authority();
    const auto leaf = make_leaf(wanted, authority);
    const auto certificate_to_pem = [](X509* certificate) {
        return to_pem([certificate](BIO* out) { return PEM_write_bio_X509(out, certificate); });
    };
    return {certificate_to_pem(authority.certificate.get()), certificate_to_pem(leaf.certificate.get()),
            to_pem([&leaf](BIO* out) {
                return PEM_write_bio_PrivateKey(out, leaf.key.get(), nullptr, nullptr, 0, nullptr, nullptr);
            })};
}

} // namespace cojob::testing::detail

// -------- cojob/impl/internal/testing/mock_router.ipp

namespace cojob::testing::detail {

inline http::response json_response(int status, const boost::json::object& body)
{
    return {status, {}, boost::json::serialize(body)};
}

inline http::response error_response(int status, std::string_view text)
{
    return json_response(status, {{"error", text}});
}

/// The error response of all Mintlify APIs.
inline http::response project_not_found()
{
    return error_response(404, "Project not found");
}

/// A valid response. With `events`, the body is the sequence of these events, sent as a stream.
struct mock_response {
    mock_response(http::response whole) : response(std::move(whole)) {}

    http::response response;
    std::vector<std::string> events{};
    duration gap{}; ///< the delay before each event
};

/// A request and the arguments from its route.
struct routed_request {
    const recorded_request& request;
    std::vector<std::string> arguments; ///< the segments that match the pattern's stars, decoded
    std::string_view query;
    time_point now;
    timestamp wall;
};

/// Decodes one segment of a path. Nothing if a percent sign is not followed by two hexadecimal digits.
inline std::optional<std::string> decode_segment(std::string_view segment)
{
    std::string decoded;
    for (std::size_t i = 0; i < segment.size(); ++i) {
        if (segment[i] != '%') {
            decoded += segment[i];
            continue;
        }
        unsigned char byte = 0;
        const auto digits = segment.substr(i + 1, 2);
        const auto* end = digits.data() + digits.size();
        const auto [stop, ec] = std::from_chars(digits.data(), end, byte, 16);
        if (digits.size() != 2 || ec != std::errc() || stop != end)
            return std::nullopt;
        decoded += static_cast<char>(byte);
        i += 2;
    }
    return decoded;
}

inline std::vector<std::string_view> split_path(std::string_view path)
{
    std::vector<std::string_view> segments;
    while (path.starts_with('/')) {
        path.remove_prefix(1);
        const auto length = std::min(path.find('/'), path.size());
        segments.push_back(path.substr(0, length));
        path.remove_prefix(length);
    }
    return segments;
}

/// An API's error responses if there is no route.
struct router_refusals {
    http::response not_found = error_response(404, "Not found");
    http::response not_allowed = error_response(405, "Method not allowed"); ///< `Allow` is added
};

/// Finds the route of a request. Rejects requests without a route or without the token.
class mock_router {
  public:
    using handler_type = std::function<mock_response(const routed_request&)>;

    explicit mock_router(std::string token, router_refusals refusals = {})
        : authorization_("Bearer " + std::move(token)), refusals_(std::move(refusals))
    {
    }

    /// A star in the pattern matches one segment that is not empty.
    void add(std::string method, std::string_view pattern, handler_type handler)
    {
        add_route(std::move(method), pattern, std::move(handler), true);
    }
    /// Adds a route whose handler checks the token itself.
    void add_open(std::string method, std::string_view pattern, handler_type handler)
    {
        add_route(std::move(method), pattern, std::move(handler), false);
    }

    [[nodiscard]] mock_response answer(const recorded_request& request, time_point now, timestamp wall) const
    {
        const std::string_view target = request.target;
        const auto path_end = std::min(target.find('?'), target.size());
        const auto query = target.substr(std::min(path_end + 1, target.size()));
        const auto segments = split_path(target.substr(0, path_end));
        std::string allowed;
        for (const auto& route : routes_) {
            auto arguments = match(route.pattern, segments);
            if (!arguments)
                continue;
            if (route.method == request.method)
                return admit(route, {request, std::move(*arguments), query, now, wall});
            allowed += (allowed.empty() ? "" : ", ") + route.method;
        }
        if (allowed.empty())
            return refusals_.not_found;
        auto refused = refusals_.not_allowed;
        refused.headers.emplace_back("Allow", std::move(allowed));
        return refused;
    }

  private:
    struct route_type {
        std::string method;
        std::vector<std::string> pattern;
        handler_type handler;
        bool checks_token;
    };
    using argument_list = std::optional<std::vector<std::string>>;

    void add_route(std::string method, std::string_view pattern, handler_type handler, bool checks_token)
    {
        const auto segments = split_path(pattern);
        routes_.push_back({std::move(method), {segments.begin(), segments.end()}, std::move(handler), checks_token});
    }

    [[nodiscard]] static argument_list match(const std::vector<std::string>& pattern,
                                             const std::vector<std::string_view>& segments)
    {
        if (pattern.size() != segments.size())
            return std::nullopt;
        std::vector<std::string> arguments;
        for (std::size_t i = 0; i < pattern.size(); ++i) {
            auto decoded = decode_segment(segments[i]);
            const auto is_star = pattern[i] == "*";
            if (!decoded || (is_star ? decoded->empty() : *decoded != pattern[i]))
                return std::nullopt;
            if (is_star)
                arguments.push_back(std::move(*decoded));
        }
        return arguments;
    }

    [[nodiscard]] mock_response admit(const route_type& route, const routed_request& request) const
    {
        if (!route.checks_token || http::find_header(request.request.headers, "Authorization") == authorization_)
            return route.handler(request);
        auto refused = error_response(401, "Unauthorized");
        refused.headers.emplace_back("WWW-Authenticate", "Bearer");
        return refused;
    }

    std::string authorization_;
    router_refusals refusals_;
    std::vector<route_type> routes_;
};

} // namespace cojob::testing::detail

// -------- cojob/impl/internal/testing/mock_output.ipp

namespace cojob::testing::detail {

/// What happens to the connection after a response.
enum class ending {
    keep,   ///< wait for the next request
    close,  ///< close normally: with close_notify under TLS
    drop,   ///< close without close_notify
    reset,  ///< send RST instead of FIN
    silence ///< send nothing until the client disconnects
};

/// The bytes of a response, valid or broken.
struct mock_output {
    std::string bytes;
    ending end = ending::keep;
    std::string forever{};            ///< written after `bytes` repeatedly until the client disconnects
    bool is_dripping = false;         ///< written one byte at a time
    std::vector<std::string> later{}; ///< written after `bytes`, one by one
    duration gap{};                   ///< the delay before each of them
};

inline std::string status_line(int status)
{
    const auto reason =
        boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(static_cast<unsigned>(status)));
    return "HTTP/1.1 " + std::to_string(status) + ' ' + std::string(reason) + "\r\n";
}

inline std::string field(std::string_view name, std::string_view value)
{
    return std::string(name).append(": ").append(value).append("\r\n");
}

/// Status line and headers, without framing headers and without the empty line.
inline std::string open_head(const http::response& answer)
{
    auto head = status_line(answer.status);
    for (const auto& [name, value] : answer.headers)
        head += field(name, value);
    return head;
}

/// RFC 9110, 6.4.1 and 8.6: responses with these statuses have no body and no Content-Length.
inline bool is_without_body(int status)
{
    return status < 200 || status == 204 || status == 304;
}

inline std::string whole_head(const http::response& answer)
{
    auto head = open_head(answer);
    if (!is_without_body(answer.status))
        head += field("Content-Length", std::to_string(answer.body.size()));
    return head + "\r\n";
}

inline std::string whole(const http::response& answer)
{
    return whole_head(answer) + (is_without_body(answer.status) ? "" : answer.body);
}

inline std::string chunk(std::string_view content, std::string_view extension = {})
{
    char size[16];
    const auto end = std::to_chars(std::begin(size), std::end(size), content.size(), 16).ptr;
    return std::string(size, end).append(extension).append("\r\n").append(content).append("\r\n");
}

inline std::string chunked_head(const http::response& answer)
{
    return open_head(answer) + field("Transfer-Encoding", "chunked") + "\r\n";
}

/// Uses small chunks, so that each response has several.
inline std::string in_chunks(const http::response& answer)
{
    constexpr std::size_t size = 16;
    auto bytes = chunked_head(answer);
    const std::string_view body = answer.body;
    for (std::size_t at = 0; at < body.size(); at += size)
        bytes += chunk(body.substr(at, size));
    return bytes + chunk({});
}

inline http::response with_body(http::response answer, std::string body)
{
    answer.body = std::move(body);
    return answer;
}

inline http::response with_header(http::response answer, std::string name, std::string value)
{
    std::erase_if(answer.headers, [&](const auto& header) { return header.first == name; });
    answer.headers.emplace_back(std::move(name), std::move(value));
    return answer;
}

inline http::response with_many_headers(http::response answer)
{
    for (int i = 0; i < 1000; ++i)
        answer.headers.emplace_back("X-Many-" + std::to_string(i), "1");
    return answer;
}

/// The JSON with an invalid UTF-8 byte in its first string member.
inline std::string break_utf8(std::string json)
{
    constexpr std::string_view before_text = "\":\"";
    const auto found = json.find(before_text);
    if (found == std::string::npos)
        return "{\"error\":\"\xff\"}";
    return json.insert(found + before_text.size(), "\xff");
}

inline std::string nested_json(std::size_t depth)
{
    return std::string(depth, '[') + std::string(depth, ']');
}

/// For endless output: fewer and larger writes.
inline std::string forty_times(std::string_view text)
{
    std::string times;
    for (int i = 0; i < 40; ++i)
        times += text;
    return times;
}

inline std::string first_half(std::string_view text)
{
    return std::string(text.substr(0, text.size() / 2));
}

/// The first bytes are neither a TLS record nor an HTTP version.
inline std::string garbage_bytes()
{
    return "\x01\x02\x7f garbage \xfe\xff\r\n\r\n";
}

/// A valid response with an error in its body or its framing.
inline mock_output break_body(fault broken, const http::response& answer)
{
    const auto head = whole_head(answer);
    switch (broken) {
    case fault::truncate_head: return {first_half(head), ending::drop};
    case fault::truncate_body: return {head + first_half(answer.body), ending::drop};
    case fault::stall_in_body: return {head + first_half(answer.body), ending::silence};
    case fault::chunked: return {in_chunks(answer)};
    case fault::until_close: return {open_head(answer) + "\r\n" + answer.body, ending::close};
    case fault::empty_body: return {whole(with_body(answer, {}))};
    case fault::html:
        return {
            whole(with_header(with_body(answer, "<!doctype html><title>Oops</title>\n"), "Content-Type", "text/html"))};
    case fault::deep_json: return {whole(with_body(answer, nested_json(10'000)))};
    case fault::invalid_utf8: return {whole(with_body(answer, break_utf8(answer.body)))};
    case fault::huge_content_length:
        return {open_head(answer) + field("Content-Length", "2147483648") + "\r\n" + answer.body, ending::silence};
    case fault::endless_chunks: return {chunked_head(answer), ending::drop, chunk(std::string(1024, 'x'))};
    case fault::long_chunk_extension:
        return {chunked_head(answer) + chunk(answer.body, ";x=" + std::string(1024 * 1024, 'x')) + chunk({})};
    default: return {whole(answer)};
    }
}

/// The response with a fault. Connection faults do not change it.
inline mock_output break_response(fault broken, const http::response& answer)
{
    switch (broken) {
    case fault::drop_after_request: return {{}, ending::drop};
    case fault::reset_after_request: return {{}, ending::reset};
    case fault::stall: return {{}, ending::silence};
    case fault::garbage: return {garbage_bytes(), ending::drop};
    case fault::garbage_first: return {garbage_bytes() + whole(answer)};
    case fault::slow_drip: return {whole(answer), ending::keep, {}, true};
    case fault::endless_headers:
        return {status_line(answer.status), ending::drop, forty_times(field("X-Endless", std::string(100, 'x')))};
    case fault::many_headers: return {whole(with_many_headers(answer))};
    case fault::endless_informational: return {{}, ending::drop, forty_times(status_line(102) + "\r\n")};
    case fault::two_answers:
        return {whole(answer) +
                whole(with_body({200, answer.headers, {}}, R"({"error":"a second answer to one request"})"))};
    case fault::close_after_answer: return {whole(answer), ending::close};
    case fault::announce_close: return {whole(with_header(answer, "Connection", "close")), ending::close};
    case fault::status_999: return {whole({999, answer.headers, answer.body})};
    default: return break_body(broken, answer);
    }
}

/// The valid response: complete, or one chunk for each event.
inline mock_output unbroken(const mock_response& answer, bool keeps_alive)
{
    if (answer.events.empty())
        return keeps_alive ? mock_output{whole(answer.response)}
                           : break_response(fault::announce_close, answer.response);
    mock_output output;
    if (!keeps_alive)
        output.end = ending::close;
    output.bytes = chunked_head(keeps_alive ? answer.response : with_header(answer.response, "Connection", "close"));
    for (const auto& event : answer.events)
        output.later.push_back(chunk(event));
    output.later.back() += chunk({});
    output.gap = answer.gap;
    return output;
}

} // namespace cojob::testing::detail

// -------- cojob/impl/internal/testing/mock_input.ipp

// Parsing of requests for all APIs of a mock server.
namespace cojob::testing::detail {

/// The parsed value, or an error response.
template <class T>
struct read_input {
    T value{};
    std::optional<http::response> refusal{};
};

inline std::optional<std::string> find_parameter(std::string_view query, std::string_view name)
{
    while (!query.empty()) {
        const auto pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(pair.size() + 1, query.size()));
        const auto equals = std::min(pair.find('='), pair.size());
        if (pair.substr(0, equals) != name)
            continue;
        std::string value(pair.substr(std::min(equals + 1, pair.size())));
        std::replace(value.begin(), value.end(), '+', ' ');
        return decode_segment(value).value_or(value);
    }
    return std::nullopt;
}

/// A number, or why the text is not a number. A number out of range is clamped.
struct whole_number {
    std::int64_t value = 0;
    std::errc error{};
};

inline whole_number to_whole_number(std::string_view text)
{
    whole_number read;
    const auto* end = text.data() + text.size();
    const auto [stop, ec] = std::from_chars(text.data(), end, read.value);
    read.error = stop != end ? std::errc::invalid_argument : ec;
    if (read.error == std::errc::result_out_of_range)
        read.value =
            text.starts_with('-') ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
    return read;
}

/// Nothing if the body is not JSON.
inline std::optional<boost::json::value> parse_body(const recorded_request& request)
{
    boost::system::error_code ec;
    auto body = boost::json::parse(request.body, ec);
    return ec ? std::nullopt : std::optional(std::move(body));
}

/// The text of this member of the body. The error response of Mintlify if there is none.
inline read_input<std::string> read_text(const recorded_request& request, std::string_view member)
{
    const auto body = parse_body(request);
    if (!body)
        return {{}, error_response(400, "Malformed JSON")};
    const auto* object = body->if_object();
    const auto* text = object ? object->if_contains(member) : nullptr;
    if (!text || !text->is_string() || text->get_string().empty())
        return {{}, error_response(400, std::string(member) + " must be a string that is not empty")};
    return {std::string(text->get_string()), {}};
}

} // namespace cojob::testing::detail

// -------- cojob/impl/internal/testing/mock_life.ipp

namespace cojob::testing::detail {

inline std::vector<lifecycle_step> require_steps(std::vector<lifecycle_step> life)
{
    if (life.empty())
        throw std::invalid_argument("mock_server: a lifecycle needs at least one step");
    return life;
}

/// A job's position in its lifecycle, which polls advance.
class job_life {
  public:
    explicit job_life(std::vector<lifecycle_step> steps) : steps_(require_steps(std::move(steps)))
    {
        skip_what_is_over();
    }

    [[nodiscard]] const std::string& status() const noexcept { return steps_[at_].status; }

    void count_poll()
    {
        ++polls_;
        skip_what_is_over();
    }

  private:
    void skip_what_is_over()
    {
        for (; at_ + 1 < steps_.size() && polls_ >= steps_[at_].polls; ++at_)
            polls_ = 0;
    }

    std::vector<lifecycle_step> steps_;
    std::size_t at_ = 0;
    unsigned polls_ = 0;
};

} // namespace cojob::testing::detail

// -------- cojob/impl/internal/testing/mock_uses.ipp

namespace cojob::testing::detail {

/// Allows at most `limit` uses in any window of this length; 0: no limit.
class rolling_limit {
  public:
    rolling_limit(std::uint32_t limit, duration window) : limit_(limit), window_(window) {}

    /// Takes a use, or returns the time until one is free.
    [[nodiscard]] std::optional<duration> take(time_point now)
    {
        if (limit_ == 0)
            return std::nullopt;
        while (!uses_.empty() && now - uses_.front() >= window_)
            uses_.pop_front();
        if (uses_.size() >= limit_)
            return window_ - (now - uses_.front());
        uses_.push_back(now);
        return std::nullopt;
    }

  private:
    std::uint32_t limit_;
    duration window_;
    std::deque<time_point> uses_;
};

/// A rate limit of Mintlify, shared by the operations that count together.
class mock_uses {
  public:
    mock_uses(std::uint32_t limit, duration window, const mock_server_options& options)
        : limit_(limit, window), sends_retry_after_(options.send_retry_after)
    {
    }

    /// Takes a use, or returns the error response if none is free.
    [[nodiscard]] std::optional<http::response> refuse(time_point now)
    {
        const auto wait = limit_.take(now);
        if (!wait)
            return std::nullopt;
        auto refused = error_response(429, "Rate limit exceeded");
        if (sends_retry_after_) {
            const auto seconds = std::chrono::ceil<std::chrono::seconds>(*wait).count();
            refused.headers.emplace_back("Retry-After", std::to_string(seconds));
        }
        return refused;
    }

  private:
    rolling_limit limit_;
    bool sends_retry_after_;
};

} // namespace cojob::testing::detail

// -------- cojob/impl/internal/testing/mock_deployments.ipp

namespace cojob::testing::detail {

/// Mintlify's updates, previews and workflow triggers. Vendor's pages: api/update, api/preview, api/workflows.
class mock_deployments {
  public:
    explicit mock_deployments(const mock_server_options& options)
        : project_id_(options.project_id), workflow_id_(options.workflow_id),
          lifecycle_(require_steps(options.deployment_lifecycle)),
          updates_(options.update_rate_limit, std::chrono::seconds(10), options),
          previews_(options.preview_rate_limit, std::chrono::minutes(1), options)
    {
    }

    void add_routes(mock_router& router)
    {
        router.add("POST", "/v1/project/update/*", [this](const routed_request& r) { return update(r); });
        router.add("POST", "/v1/project/preview/*", [this](const routed_request& r) { return preview(r); });
        router.add("GET", "/v1/project/update-status/*", [this](const routed_request& r) { return show(r); });
        router.add("POST", "/v1/workflow/*/*/trigger", [this](const routed_request& r) { return trigger(r); });
    }

    std::string add_deployment(std::vector<lifecycle_step> life, timestamp created, std::string branch = "main")
    {
        auto id = "deployment_" + std::to_string(deployments_.size() + 1);
        deployments_.emplace(id, deployment{job_life(std::move(life)), std::move(branch), created});
        return id;
    }

    [[nodiscard]] bool has(std::string_view id) const { return deployments_.contains(id); }

    void set_life(const std::string& id, std::vector<lifecycle_step> life)
    {
        deployments_.at(id).life = job_life(std::move(life));
    }

  private:
    struct deployment {
        job_life life;
        std::string branch;
        timestamp created;
        std::optional<timestamp> ended{};
    };

    http::response update(const routed_request& routed)
    {
        if (routed.arguments[0] != project_id_)
            return project_not_found();
        if (auto refused = updates_.refuse(routed.now))
            return *refused;
        return json_response(202, {{"statusId", add_deployment(lifecycle_, routed.wall)}});
    }

    http::response preview(const routed_request& routed)
    {
        if (routed.arguments[0] != project_id_)
            return project_not_found();
        auto branch = read_text(routed.request, "branch");
        if (branch.refusal)
            return *branch.refusal;
        if (auto refused = previews_.refuse(routed.now))
            return *refused;
        const auto id = add_deployment(lifecycle_, routed.wall, std::move(branch.value));
        return json_response(202, {{"statusId", id}, {"previewUrl", "https://docs-" + id + ".example.com"}});
    }

    http::response show(const routed_request& routed)
    {
        const auto& id = routed.arguments[0];
        const auto found = deployments_.find(id);
        if (found == deployments_.end())
            return error_response(404, "Deployment not found");
        auto answer = json_response(200, describe(id, found->second, routed.wall));
        found->second.life.count_poll();
        return answer;
    }

    http::response trigger(const routed_request& routed)
    {
        if (routed.arguments[0] != project_id_ || routed.arguments[1] != workflow_id_)
            return error_response(404, "Automation not found");
        if (auto refused = updates_.refuse(routed.now))
            return *refused;
        const auto number = std::to_string(++runs_);
        return json_response(
            202, {{"schemaId", workflow_id_}, {"instanceId", "run_" + number}, {"jobId", "background_" + number}});
    }

    /// The deployment as JSON.
    [[nodiscard]] boost::json::object describe(const std::string& id, deployment& shown, timestamp now) const
    {
        const auto& status = shown.life.status();
        const auto has_ended = status == "success" || status == "failure";
        if (!has_ended)
            shown.ended.reset();
        else if (!shown.ended)
            shown.ended = now;
        boost::json::object body{{"_id", id},
                                 {"projectId", project_id_},
                                 {"createdAt", cojob::to_string(shown.created)},
                                 {"status", status},
                                 {"summary", "The deployment is " + status},
                                 {"logs", boost::json::array{"Read the branch", "Built 12 pages"}},
                                 {"subdomain", "docs"},
                                 {"author", nullptr},
                                 {"source", "api"}};
        if (shown.ended)
            body["endedAt"] = cojob::to_string(*shown.ended);
        body["commit"] = {{"sha", "0123456789abcdef0123456789abcdef01234567"},
                          {"ref", shown.branch},
                          {"message", "Describe the endpoint"},
                          {"filesChanged",
                           {{"added", boost::json::array{"users.mdx"}},
                            {"modified", boost::json::array{"index.mdx"}},
                            {"removed", boost::json::array()}}}};
        return body;
    }

    std::string project_id_, workflow_id_;
    std::vector<lifecycle_step> lifecycle_;
    std::map<std::string, deployment, std::less<>> deployments_;
    mock_uses updates_, previews_;
    std::size_t runs_ = 0;
};

} // namespace cojob::testing::detail

// -------- cojob/impl/internal/testing/mock_mintlify.ipp

namespace cojob::testing::detail {

/// The Mintlify agent API v2. Vendor's page: api/agent/v2.
class mock_mintlify {
  public:
    mock_mintlify(const mock_server_options& options, mock_uses& uses)
        : project_id_(options.project_id), lifecycle_(require_steps(options.lifecycle)), uses_(uses)
    {
    }

    void add_routes(mock_router& router)
    {
        router.add("POST", "/v2/agent/*/job", [this](const routed_request& r) { return create(r); });
        router.add("GET", "/v2/agent/*/job/*", [this](const routed_request& r) { return show(r); });
        router.add("POST", "/v2/agent/*/job/*/message", [this](const routed_request& r) { return message(r); });
    }

    std::string add_job(std::vector<lifecycle_step> life, timestamp created)
    {
        const auto number = jobs_.size() + 1;
        auto id = "job_" + std::to_string(number);
        jobs_.emplace(id, job{job_life(std::move(life)), number, created});
        return id;
    }

    void set_life(const std::string& id, std::vector<lifecycle_step> life)
    {
        jobs_.at(id).life = job_life(std::move(life));
    }

    void set_lifecycle(std::vector<lifecycle_step> life) { lifecycle_ = require_steps(std::move(life)); }

  private:
    struct job {
        job_life life;
        std::size_t number;
        timestamp created;
        std::optional<timestamp> archived{};
    };

    http::response create(const routed_request& routed)
    {
        if (auto refused = refuse_prompt(routed))
            return *refused;
        if (auto refused = uses_.refuse(routed.now))
            return *refused;
        const auto id = add_job(lifecycle_, routed.wall);
        return json_response(201, describe(id, jobs_.at(id), routed.wall));
    }

    http::response show(const routed_request& routed)
    {
        auto* found = find(routed);
        if (!found)
            return error_response(404, "Job not found");
        auto answer = json_response(200, describe(routed.arguments[1], *found, routed.wall));
        found->life.count_poll();
        return answer;
    }

    http::response message(const routed_request& routed)
    {
        auto* found = find(routed);
        if (!found)
            return error_response(404, "Job not found");
        if (auto refused = refuse_prompt(routed))
            return *refused;
        if (auto refused = uses_.refuse(routed.now))
            return *refused;
        found->life = job_life(lifecycle_);
        return json_response(200, describe(routed.arguments[1], *found, routed.wall));
    }

    [[nodiscard]] job* find(const routed_request& routed)
    {
        const auto found = jobs_.find(routed.arguments[1]);
        return routed.arguments[0] == project_id_ && found != jobs_.end() ? &found->second : nullptr;
    }

    /// The error response to an invalid request, which does not count as a use; nothing for a valid one.
    [[nodiscard]] std::optional<http::response> refuse_prompt(const routed_request& routed) const
    {
        if (routed.arguments[0] != project_id_)
            return project_not_found();
        return read_text(routed.request, "prompt").refusal;
    }

    /// The job as JSON, schema AgentJob.
    [[nodiscard]] static boost::json::object describe(const std::string& id, job& shown, timestamp now)
    {
        const auto& status = shown.life.status();
        if (status != "archived")
            shown.archived.reset();
        else if (!shown.archived)
            shown.archived = now;
        const auto number = std::to_string(shown.number);
        boost::json::object source{{"repository", "https://github.com/example/docs"},
                                   {"ref", "mintlify/job-" + number}};
        boost::json::value link, archived;
        if (status == "completed")
            link = "https://github.com/example/docs/pull/" + number;
        if (shown.archived)
            archived = cojob::to_string(*shown.archived);
        return {{"id", id},
                {"status", status},
                {"source", std::move(source)},
                {"model", "sonnet"},
                {"prLink", std::move(link)},
                {"createdAt", cojob::to_string(shown.created)},
                {"archivedAt", std::move(archived)}};
    }

    std::string project_id_;
    std::vector<lifecycle_step> lifecycle_;
    std::map<std::string, job, std::less<>> jobs_;
    mock_uses& uses_;
};

} // namespace cojob::testing::detail

// -------- cojob/impl/internal/testing/mock_osapi_input.ipp

// OSAPI's error responses to requests: from its framework (`message`) if the request cannot be parsed, from its
// validator (`error`) if it is invalid.
namespace cojob::testing::detail {

inline http::response message_response(int status, std::string_view text)
{
    return json_response(status, {{"message", text}});
}

/// An integer in the query; nothing if it is absent.
inline read_input<std::optional<std::int64_t>> read_number(std::string_view query, std::string_view name)
{
    const auto text = find_parameter(query, name);
    if (!text)
        return {};
    const auto number = to_whole_number(*text);
    if (number.error == std::errc())
        return {number.value, {}};
    const auto* why = number.error == std::errc::result_out_of_range ? "value out of range" : "invalid syntax";
    return {{},
            message_response(400, "Invalid format for parameter " + std::string(name) +
                                      ": error binding string parameter: strconv.ParseInt: parsing \"" + *text +
                                      "\": " + why)};
}

inline bool is_uuid(std::string_view text)
{
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto is_dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (is_dash ? text[i] != '-' : !cojob::detail::is_hex_digit(text[i]))
            return false;
    }
    return text.size() == 36;
}

/// An id in the form that the server writes.
inline read_input<std::string> read_uuid(std::string text)
{
    if (!is_uuid(text)) {
        const auto why =
            text.size() == 36 ? "invalid UUID format" : "invalid UUID length: " + std::to_string(text.size());
        return {{},
                message_response(400, "Invalid format for parameter id: error unmarshaling '" + text +
                                          "' text as *uuid.UUID: " + why)};
    }
    std::transform(text.begin(), text.end(), text.begin(), cojob::detail::to_lower);
    return {std::move(text), {}};
}

/// The text of this member of the body; nothing if the body lacks it.
inline read_input<std::optional<std::string>> read_member(const recorded_request& request, std::string_view name)
{
    const auto type = http::find_header(request.headers, "Content-Type").value_or("");
    if (!type.starts_with("application/json"))
        return {{}, message_response(415, "Unsupported Media Type")};
    const auto body = parse_body(request);
    if (!body)
        return {{}, message_response(400, "Syntax error: offset=1, error=invalid character")};
    const auto* object = body->if_object();
    const auto* member = object ? object->if_contains(name) : nullptr;
    if ((!object && !body->is_null()) || (member && !member->is_string() && !member->is_null()))
        return {{}, message_response(400, "Unmarshal type error: expected=string, field=" + std::string(name))};
    return {member && member->is_string() ? std::optional(std::string(member->get_string())) : std::nullopt, {}};
}

/// The host of a retry; nothing if the request has no body.
inline read_input<std::optional<std::string>> read_target(const recorded_request& request)
{
    return request.body.empty() ? read_input<std::optional<std::string>>() : read_member(request, "target_hostname");
}

/// The command to run; empty if it is missing.
inline read_input<std::string> read_command(const recorded_request& request)
{
    auto command = read_member(request, "command");
    return {command.value.value_or(""), std::move(command.refusal)};
}

/// The validator's messages, one for each failure.
class osapi_validation {
  public:
    explicit osapi_validation(std::string type) : type_(std::move(type)) {}

    void expect(bool holds, std::string_view member, std::string_view tag, std::string_view more = {})
    {
        if (holds)
            return;
        words_ += words_.empty() ? "" : "; ";
        words_.append("Key: '" + type_ + ".").append(member).append("' Error:Field validation for '");
        words_.append(member).append("' failed on the '").append(tag).append("' tag").append(more);
    }

    [[nodiscard]] std::optional<http::response> refusal() const
    {
        return words_.empty() ? std::nullopt : std::optional(error_response(400, words_));
    }

  private:
    std::string type_, words_;
};

} // namespace cojob::testing::detail

// -------- cojob/impl/internal/testing/mock_osapi_job.ipp

namespace cojob::testing::detail {

/// An agent and its state for a job.
struct osapi_agent {
    std::string_view hostname, state; ///< started, completed, failed or skipped

    [[nodiscard]] bool has_ended() const { return state != "started"; }
    [[nodiscard]] std::string_view error() const
    {
        if (state == "failed")
            return "command execution failed: command timed out after 1s";
        return state == "skipped" ? "unsupported OS family" : "";
    }
};

/// The agents of a job: one, or two with different results.
inline std::vector<osapi_agent> agents_at(std::string_view status)
{
    if (status == "processing")
        return {{"osapi-test", "started"}};
    if (status == "partial_failure")
        return {{"osapi-test", "completed"}, {"osapi-test-2", "failed"}};
    if (status == "completed" || status == "failed" || status == "skipped")
        return {{"osapi-test", status}};
    return {}; // no agent has received it yet
}

inline std::string in_whole_seconds(timestamp when)
{
    return cojob::to_string(timestamp(std::chrono::floor<std::chrono::seconds>(when)));
}

/// A job of OSAPI, as recorded from the real server (a job of `command.exec.execute`).
class mock_osapi_job {
  public:
    mock_osapi_job(std::string id, std::vector<lifecycle_step> life, timestamp created)
        : id_(std::move(id)), life_(std::move(life)), created_(std::chrono::floor<std::chrono::seconds>(created))
    {
        add_event(created_, "submitted", "_api", "Job submitted to queue");
    }

    [[nodiscard]] const std::string& status() const noexcept { return life_.status(); }
    void set_life(std::vector<lifecycle_step> life) { life_ = job_life(std::move(life)); }

    void add_retry(const std::string& as, timestamp now)
    {
        add_events(now);
        add_event(now, "retried", "_api", "Job retried as " + as);
    }

    /// The job as JSON. Counts as a poll. Lists show no details.
    [[nodiscard]] boost::json::object show(timestamp now, bool has_details)
    {
        add_events(now);
        const auto shown = has_details ? describe() : describe_briefly();
        life_.count_poll();
        return shown;
    }

  private:
    struct event_type {
        timestamp time;
        std::string event, hostname, message, error;
    };

    void add_event(timestamp now, std::string_view event, std::string_view hostname, std::string message,
                   std::string_view error = {})
    {
        timeline_.push_back({now, std::string(event), std::string(hostname), std::move(message), std::string(error)});
    }

    /// Adds the events since the last poll to the timeline.
    void add_events(timestamp now)
    {
        if (seen_ == status())
            return;
        const auto was_working = std::exchange(seen_, status()) == "processing";
        const auto agents = agents_at(seen_);
        for (const auto& agent : agents) {
            const std::string name(agent.hostname);
            if (!was_working) {
                add_event(now, "acknowledged", name, "Job acknowledged by agent " + name);
                add_event(now, "started", name, "Job processing started on " + name);
            }
            if (agent.state == "completed")
                add_event(now, "completed", name, "Job completed successfully on " + name);
            else if (agent.state == "failed")
                add_event(now, "failed", name, "Job failed on " + name, agent.error());
            else if (agent.state == "skipped")
                add_event(now, "skipped", name, "Job skipped on " + name + " (unsupported OS family)", agent.error());
        }
    }

    /// The job as an item of a list, where `changed` is always null.
    [[nodiscard]] boost::json::object describe_briefly() const
    {
        boost::json::object shown{{"changed", nullptr}, {"created", cojob::to_string(created_)}};
        if (seen_ == "failed" || seen_ == "skipped")
            shown["error"] = agents_at(seen_).front().error();
        const auto has_host = seen_ == "completed" || seen_ == "failed" || seen_ == "partial_failure";
        if (has_host)
            shown["hostname"] = agents_at(seen_).back().hostname;
        shown["id"] = id_;
        boost::json::object command{{"args", boost::json::array{"hello"}}, {"command", "echo"}};
        shown["operation"] = boost::json::object{{"data", std::move(command)}, {"type", "command.exec.execute"}};
        if (seen_ == "completed") // the result of a job that one agent answered
            shown["result"] = result();
        shown["status"] = seen_;
        const auto latest = std::max_element(timeline_.begin(), timeline_.end(),
                                             [](const auto& a, const auto& b) { return a.time < b.time; });
        shown["updated_at"] = cojob::to_string(latest->time);
        return shown;
    }

    [[nodiscard]] boost::json::object describe() const
    {
        auto shown = describe_briefly();
        if (seen_ == "completed" || seen_ == "partial_failure")
            shown["changed"] = true;
        boost::json::object states, responses;
        for (const auto& agent : agents_at(seen_)) {
            states[agent.hostname] = describe_state(agent);
            if (agent.has_ended())
                responses[agent.hostname] = describe_response(agent);
        }
        if (!states.empty())
            shown["agent_states"] = std::move(states);
        if (!responses.empty())
            shown["responses"] = std::move(responses);
        boost::json::array events;
        for (const auto& event : timeline_)
            events.push_back(describe_event(event));
        shown["timeline"] = std::move(events);
        return shown;
    }

    [[nodiscard]] static boost::json::object result()
    {
        return {{"changed", true}, {"duration_ms", 2}, {"exit_code", 0}, {"stderr", ""}, {"stdout", "hello\n"}};
    }

    [[nodiscard]] static boost::json::object describe_state(const osapi_agent& agent)
    {
        boost::json::object shown;
        if (agent.state == "completed" || agent.state == "failed")
            shown["duration"] = agent.state == "failed" ? "1.002363931s" : "2.748032ms";
        if (!agent.error().empty())
            shown["error"] = agent.error();
        shown["status"] = agent.state;
        return shown;
    }

    [[nodiscard]] static boost::json::object describe_response(const osapi_agent& agent)
    {
        boost::json::object shown{{"changed", nullptr}};
        if (agent.error().empty()) {
            shown["changed"] = true;
            shown["data"] = result();
        } else {
            shown["error"] = agent.error();
        }
        shown["hostname"] = agent.hostname;
        shown["status"] = agent.state;
        return shown;
    }

    [[nodiscard]] static boost::json::object describe_event(const event_type& event)
    {
        boost::json::object shown;
        if (!event.error.empty())
            shown["error"] = event.error;
        shown["event"] = event.event;
        shown["hostname"] = event.hostname;
        shown["message"] = event.message;
        shown["timestamp"] = in_whole_seconds(event.time);
        return shown;
    }

    std::string id_;
    job_life life_;
    timestamp created_;
    std::string seen_; ///< the last status shown
    std::vector<event_type> timeline_;
};

} // namespace cojob::testing::detail

// -------- cojob/impl/internal/testing/mock_osapi.ipp

namespace cojob::testing::detail {

/// The job API of OSAPI, as recorded from a real server, or else according to its source (osapi-io/osapi at 63dd1cff).
/// Checks in the server's order: route, syntax, token, validity.
class mock_osapi {
  public:
    explicit mock_osapi(const mock_server_options& options)
        : path_(require_path(options.osapi_path)), authorization_("Bearer " + options.token),
          lifecycle_(require_steps(options.osapi_lifecycle)),
          router_(options.token, {message_response(404, "Not Found"), message_response(405, "Method Not Allowed")})
    {
        router_.add_open("GET", path_, [this](const routed_request& r) { return list(r); });
        router_.add_open("GET", path_ + "/*", [this](const routed_request& r) { return show(r); });
        router_.add_open("DELETE", path_ + "/*", [this](const routed_request& r) { return remove(r); });
        router_.add_open("POST", path_ + "/*/retry", [this](const routed_request& r) { return retry(r); });
        for (const std::string_view operation : {"exec", "shell"})
            router_.add_open("POST", "/api/node/*/command/" + std::string(operation),
                             [this](const routed_request& r) { return run_command(r); });
    }
    mock_osapi(const mock_osapi&) = delete;
    mock_osapi& operator=(const mock_osapi&) = delete;
    ~mock_osapi() = default;

    /// Whether this API handles a target: a path of its own, or of another version of the API.
    [[nodiscard]] bool is_for(std::string_view target) const
    {
        const auto path = target.substr(0, target.find('?'));
        const auto is_below = [&](std::string_view place) {
            return path.starts_with(place) && (path.size() == place.size() || path[place.size()] == '/');
        };
        return is_below(path_) || is_below("/api") || is_below("/job");
    }

    [[nodiscard]] http::response answer(const recorded_request& request, time_point now, timestamp wall) const
    {
        auto answered = router_.answer(request, now, wall).response;
        if (!answered.body.empty())
            answered.body += '\n';
        answered.headers.emplace_back("Vary", "Origin");
        if (const auto id = http::find_header(request.headers, "X-Request-Id"); id && !id->empty())
            answered.headers.emplace_back("X-Request-Id", *id);
        return answered;
    }

    std::string add_job(std::vector<lifecycle_step> life, timestamp created)
    {
        auto id = make_uuid();
        jobs_.emplace(id, mock_osapi_job(id, std::move(life), created));
        return id;
    }

    [[nodiscard]] bool has_job(const std::string& id) const { return jobs_.contains(id); }
    void set_life(const std::string& id, std::vector<lifecycle_step> life) { jobs_.at(id).set_life(std::move(life)); }

  private:
    static std::string require_path(std::string path)
    {
        while (path.ends_with('/'))
            path.pop_back();
        if (!path.starts_with('/'))
            throw std::invalid_argument("mock_server: osapi_path must be a path below the root");
        return path;
    }

    [[nodiscard]] std::optional<http::response> refuse_token(const routed_request& routed) const
    {
        const auto given = http::find_header(routed.request.headers, "Authorization").value_or("");
        if (given == authorization_)
            return std::nullopt;
        if (!given.starts_with("Bearer ")) // case-sensitive, as in the real server
            return error_response(401, "Bearer token required");
        return error_response(401, "Invalid token: token contains an invalid number of segments");
    }

    http::response list(const routed_request& routed)
    {
        const auto limit = read_number(routed.query, "limit"), offset = read_number(routed.query, "offset");
        for (const auto& refusal : {limit.refusal, offset.refusal, refuse_token(routed)})
            if (refusal)
                return *refusal;
        const auto status = find_parameter(routed.query, "status");
        osapi_validation valid("GetJobsParams");
        valid.expect(!status || std::find(listed.begin(), listed.end(), *status) != listed.end(), "Status", "oneof");
        valid.expect(limit.value.value_or(1) >= 1, "Limit", "min");
        valid.expect(limit.value.value_or(1) <= 100, "Limit", "max");
        valid.expect(offset.value.value_or(0) >= 0, "Offset", "min");
        if (const auto refusal = valid.refusal())
            return *refusal;
        return page(routed.wall, status, limit.value.value_or(10), offset.value.value_or(0));
    }

    /// Returns a page. It counts as a poll of each job on it.
    http::response page(timestamp now, const std::optional<std::string>& status, std::int64_t limit,
                        std::int64_t offset)
    {
        auto counts = count_by_status(); // before the page advances jobs
        boost::json::array items;
        std::int64_t place = 0;
        for (auto& [id, job] : jobs_) {
            if (status && job.status() != *status)
                continue;
            if (place >= offset && place - offset < limit)
                items.push_back(job.show(now, false));
            ++place;
        }
        return json_response(
            200, {{"items", std::move(items)}, {"status_counts", std::move(counts)}, {"total_items", place}});
    }

    /// Null before the first job. Deleted jobs still count, because the real server does not delete their status.
    [[nodiscard]] boost::json::value count_by_status() const
    {
        if (jobs_.empty() && deleted_.empty())
            return nullptr;
        std::map<std::string, std::int64_t> counts(deleted_.begin(), deleted_.end());
        for (const auto status : listed)
            counts.try_emplace(std::string(status), 0);
        for (const auto& [id, job] : jobs_)
            ++counts[job.status()];
        boost::json::object shown;
        for (const auto& [status, count] : counts)
            shown[status] = count;
        return shown;
    }

    http::response show(const routed_request& routed)
    {
        const auto id = read_uuid(routed.arguments.front());
        if (auto refusal = refuse(id.refusal, routed, id.value))
            return *refusal;
        return json_response(200, jobs_.at(id.value).show(routed.wall, true));
    }

    http::response remove(const routed_request& routed)
    {
        const auto id = read_uuid(routed.arguments.front());
        if (auto refusal = refuse(id.refusal, routed, id.value))
            return *refusal;
        ++deleted_[jobs_.at(id.value).status()];
        jobs_.erase(id.value);
        return {204, {}, {}};
    }

    http::response retry(const routed_request& routed)
    {
        const auto id = read_uuid(routed.arguments.front());
        const auto target = read_target(routed.request);
        if (id.refusal || target.refusal)
            return id.refusal ? *id.refusal : *target.refusal;
        if (const auto refusal = refuse_token(routed))
            return *refusal;
        osapi_validation valid("RetryJobRequest");
        const auto host = target.value.value_or("_any");
        if (host.empty())
            valid.expect(false, "TargetHostname", "min");
        else
            valid.expect(is_target(host), "TargetHostname", "valid_target",
                         ": target agent \"" + host + "\" not found");
        if (const auto refusal = valid.refusal())
            return *refusal;
        if (!has_job(id.value))
            return error_response(404, "job not found: " + id.value);
        const auto created = add_job(lifecycle_, routed.wall);
        jobs_.at(id.value).add_retry(created, routed.wall);
        return json_response(201, {{"job_id", created},
                                   {"revision", ++revision_},
                                   {"status", "created"},
                                   {"timestamp", in_whole_seconds(routed.wall)}});
    }

    /// Creates a job. The real server answers when its agents have, this one at once.
    http::response run_command(const routed_request& routed)
    {
        const auto command = read_command(routed.request);
        if (command.refusal)
            return *command.refusal;
        if (const auto refusal = refuse_token(routed))
            return *refusal;
        if (!is_target(routed.arguments.front()))
            return error_response(400, "target agent \"" + routed.arguments.front() + "\" not found");
        osapi_validation valid("CommandExecRequest");
        valid.expect(!command.value.empty(), "Command", "required");
        if (const auto refusal = valid.refusal())
            return *refusal;
        boost::json::object result{{"hostname", "osapi-test"}, {"status", "ok"}, {"exit_code", 0}, {"changed", true}};
        return json_response(
            202, {{"job_id", add_job(lifecycle_, routed.wall)}, {"results", boost::json::array{std::move(result)}}});
    }

    [[nodiscard]] static bool is_target(std::string_view host)
    {
        return host == "_any" || host == "_all" || host == "osapi-test" || host == "osapi-test-2";
    }

    [[nodiscard]] std::optional<http::response> refuse(const std::optional<http::response>& unreadable,
                                                       const routed_request& routed, const std::string& id) const
    {
        if (unreadable)
            return unreadable;
        if (auto refusal = refuse_token(routed))
            return refusal;
        return has_job(id) ? std::nullopt : std::optional(error_response(404, "job not found: " + id));
    }

    /// Version 4; the same ids in each run.
    [[nodiscard]] std::string make_uuid()
    {
        const auto high = (random_() & 0xFFFFFFFFFFFF0FFFU) | 0x4000U;
        const auto low = (random_() & 0x3FFFFFFFFFFFFFFFU) | 0x8000000000000000U;
        std::array<char, 40> text{};
        std::snprintf(text.data(), text.size(), "%08llx-%04llx-%04llx-%04llx-%012llx",
                      static_cast<unsigned long long>(high >> 32U),
                      static_cast<unsigned long long>(high >> 16U & 0xFFFFU),
                      static_cast<unsigned long long>(high & 0xFFFFU), static_cast<unsigned long long>(low >> 48U),
                      static_cast<unsigned long long>(low & 0xFFFFFFFFFFFFU));
        return text.data();
    }

    static constexpr std::array<std::string_view, 5> listed{"submitted", "processing", "completed", "failed",
                                                            "partial_failure"};

    std::string path_, authorization_;
    std::vector<lifecycle_step> lifecycle_; ///< for new jobs
    mock_router router_;
    std::map<std::string, mock_osapi_job, std::greater<>> jobs_; ///< in the order of lists: by id, descending
    std::map<std::string, std::int64_t> deleted_;                ///< counts by last status
    std::mt19937_64 random_{20'26};                              // NOLINT(cert-msc51-cpp): ids are not secret
    std::int64_t revision_ = 0;
};

} // namespace cojob::testing::detail

// -------- cojob/impl/internal/testing/mock_session_input.ipp

// Validation of requests to Mintlify v1. The vendor does not document its error responses: these are v2's.
namespace cojob::testing::detail {

inline bool is_one_of(const boost::json::value& text, std::initializer_list<std::string_view> allowed)
{
    const auto* string = text.if_string();
    return string && std::find(allowed.begin(), allowed.end(), std::string_view(*string)) != allowed.end();
}

inline bool is_message(const boost::json::value& message)
{
    const auto* object = message.if_object();
    const auto* role = object ? object->if_contains("role") : nullptr;
    const auto* content = object ? object->if_contains("content") : nullptr;
    return role && is_one_of(*role, {"system", "user", "assistant"}) && content && content->is_string();
}

inline bool are_messages(const boost::json::value* messages)
{
    const auto* array = messages ? messages->if_array() : nullptr;
    return array && !array->empty() && std::all_of(array->begin(), array->end(), is_message);
}

/// Whether the name has no white space and no control characters, which git and header lines do not allow.
inline bool is_branch(const boost::json::value& branch)
{
    const auto* name = branch.if_string();
    return name && !name->empty() && std::all_of(name->begin(), name->end(), [](char c) {
               const auto byte = static_cast<unsigned char>(c);
               return byte > 0x20 && byte != 0x7f;
           });
}

/// The branch for a new session, if the request names one.
inline read_input<std::optional<std::string>> read_session(const recorded_request& request)
{
    const auto refuse = [](std::string_view why) {
        return read_input<std::optional<std::string>>{{}, error_response(400, why)};
    };
    const auto body = parse_body(request);
    if (!body)
        return refuse("Malformed JSON");
    const auto* object = body->if_object();
    if (!object)
        return refuse("The body must be an object");
    if (!are_messages(object->if_contains("messages")))
        return refuse("messages must be an array that is not empty, of objects with role and content");
    const auto* branch = object->if_contains("branch");
    if (branch && !is_branch(*branch))
        return refuse("branch must be the name of a branch");
    if (const auto* draft = object->if_contains("asDraft"); draft && !draft->is_bool())
        return refuse("asDraft must be true or false");
    if (const auto* model = object->if_contains("model"); model && !is_one_of(*model, {"sonnet", "opus"}))
        return refuse("model must be sonnet or opus");
    return {branch ? std::optional<std::string>(branch->get_string()) : std::nullopt, {}};
}

/// An integer in a list's query.
inline read_input<std::int64_t> read_bounded(std::string_view query, std::string_view name, std::int64_t otherwise,
                                             std::int64_t least,
                                             std::int64_t most = std::numeric_limits<std::int64_t>::max())
{
    const auto text = find_parameter(query, name);
    if (!text)
        return {otherwise, {}};
    const auto number = to_whole_number(*text);
    const auto is_number = number.error != std::errc::invalid_argument; // the documentation has no limit for `skip`
    if (!is_number || number.value < least || number.value > most)
        return {{}, error_response(400, std::string(name) + " is out of range or not an integer")};
    return {number.value, {}};
}

} // namespace cojob::testing::detail

// -------- cojob/impl/internal/testing/mock_sessions.ipp

namespace cojob::testing::detail {

/// The Mintlify agent API v1: sessions, whose creation responds with an event stream. Vendor's page: api/agent.
class mock_sessions {
  public:
    mock_sessions(const mock_server_options& options, mock_uses& uses)
        : project_id_(options.project_id), lifecycle_(require_steps(options.session_lifecycle)),
          events_(options.session_events), gap_(options.session_event_gap), uses_(uses)
    {
        std::erase(events_, ""); // an empty chunk would end the body
    }

    void add_routes(mock_router& router)
    {
        router.add("POST", "/v1/agent/*/job", [this](const routed_request& r) { return create(r); });
        router.add("GET", "/v1/agent/*/job/*", [this](const routed_request& r) { return show(r); });
        router.add("GET", "/v1/agent/*/jobs", [this](const routed_request& r) { return list(r); });
    }

    std::string add_session(std::vector<lifecycle_step> life, timestamp created)
    {
        return add({}, std::move(life), created).id;
    }

    [[nodiscard]] bool has_session(std::string_view id) const
    {
        return std::any_of(sessions_.begin(), sessions_.end(), [&](const session& s) { return s.id == id; });
    }

    void set_life(std::string_view id, std::vector<lifecycle_step> life)
    {
        if (auto* found = find(id))
            found->life = job_life(std::move(life));
    }

  private:
    struct session {
        std::string id, number, branch;
        job_life life;
        timestamp created;
    };

    session& add(std::optional<std::string> branch, std::vector<lifecycle_step> life, timestamp created)
    {
        auto number = std::to_string(sessions_.size() + 1);
        auto on = std::move(branch).value_or("mintlify/session-" + number);
        sessions_.push_back({"session_" + number, number, std::move(on), job_life(std::move(life)), created});
        return sessions_.back();
    }

    mock_response create(const routed_request& routed)
    {
        if (auto refused = refuse_project(routed))
            return *refused;
        auto branch = read_session(routed.request);
        if (branch.refusal)
            return *branch.refusal;
        if (auto refused = uses_.refuse(routed.now))
            return *refused;
        const auto& created = add(std::move(branch.value), lifecycle_, routed.wall);
        mock_response answer(http::response{
            200,
            {{"Content-Type", "text/event-stream"}, {"X-Session-Id", created.id}, {"X-Branch-Name", created.branch}}});
        for (const auto& event : events_)
            answer.response.body += event;
        answer.events = events_;
        answer.gap = gap_;
        return answer;
    }

    http::response show(const routed_request& routed)
    {
        if (auto refused = refuse_project(routed))
            return *refused;
        auto* found = find(routed.arguments[1]);
        return found ? json_response(200, poll(*found)) : error_response(404, "Job not found");
    }

    /// Returns a page, newest first. It counts as a poll of each session on it.
    http::response list(const routed_request& routed)
    {
        if (auto refused = refuse_project(routed))
            return *refused;
        const auto skip = read_bounded(routed.query, "skip", 0, 0);
        const auto take = read_bounded(routed.query, "take", 12, 1, 100);
        if (skip.refusal || take.refusal)
            return skip.refusal ? *skip.refusal : *take.refusal;
        boost::json::array page;
        for (auto at = sessions_.rbegin(); at != sessions_.rend(); ++at)
            if (const auto place = at - sessions_.rbegin(); place >= skip.value && place - skip.value < take.value)
                page.push_back(poll(*at));
        return json_response(200, {{"allSessions", std::move(page)}});
    }

    [[nodiscard]] std::optional<http::response> refuse_project(const routed_request& routed) const
    {
        return routed.arguments[0] == project_id_ ? std::nullopt : std::optional(project_not_found());
    }

    [[nodiscard]] session* find(std::string_view id)
    {
        const auto found =
            std::find_if(sessions_.begin(), sessions_.end(), [&](const session& s) { return s.id == id; });
        return found == sessions_.end() ? nullptr : &*found;
    }

    [[nodiscard]] boost::json::object poll(session& polled) const
    {
        auto shown = describe(polled);
        polled.life.count_poll();
        return shown;
    }

    /// The session as JSON, with the API's misspellings. Empty members are absent, except that `branch` may be null.
    [[nodiscard]] boost::json::object describe(const session& shown) const
    {
        const auto& reason = shown.life.status();
        const auto has_halted = reason != "processing";
        boost::json::object members{{"sessionId", shown.id},
                                    {"subdomain", project_id_},
                                    {"branch", nullptr},
                                    {"haulted", has_halted},
                                    {"haultReason", reason}};
        if (reason != "github_missconfigured") // without access to the repository there is no branch
            members["branch"] = shown.branch;
        if (reason == "completed")
            members["pullRequestLink"] = "https://github.com/example/docs/pull/" + shown.number;
        if (has_halted)
            members["messageToUser"] = "The session has ended: " + reason;
        members["todos"] = describe_todos(reason);
        members["userId"] = "user_1";
        members["title"] = "Session " + shown.number;
        members["createdAt"] = cojob::to_string(shown.created);
        return members;
    }

    [[nodiscard]] static boost::json::array describe_todos(std::string_view reason)
    {
        const auto* last = reason == "processing" ? "in_progress" : reason == "completed" ? "completed" : "cancelled";
        const auto todo = [](std::string_view id, std::string_view content, std::string_view status) {
            return boost::json::object{{"content", content}, {"status", status}, {"priority", "high"}, {"id", id}};
        };
        return {todo("1", "Read the pages", "completed"), todo("2", "Edit the pages", last)};
    }

    std::string project_id_;
    std::vector<lifecycle_step> lifecycle_; ///< for sessions that are created
    std::vector<std::string> events_;
    duration gap_;
    mock_uses& uses_;
    std::vector<session> sessions_; ///< in the order of creation
};

} // namespace cojob::testing::detail

// -------- cojob/impl/internal/testing/mock_static_export.ipp

namespace cojob::testing::detail {

/// Mintlify's static exports. Vendor's pages: api/static-export.
class mock_static_export {
  public:
    explicit mock_static_export(const mock_server_options& options)
        : lifecycle_(require_steps(options.export_lifecycle))
    {
    }

    void add_routes(mock_router& router)
    {
        router.add("POST", "/v1/static-export/jobs", [this](const routed_request& r) { return create(r); });
        router.add("GET", "/v1/static-export/jobs/*", [this](const routed_request& r) { return show(r); });
        router.add("POST", "/v1/static-export/jobs/*/bundle", [this](const routed_request& r) { return bundle(r); });
    }

    std::string add_export(std::vector<lifecycle_step> life, timestamp created)
    {
        auto id = "export_" + std::to_string(exports_.size() + 1);
        exports_.emplace(id, export_type{job_life(std::move(life)), created});
        return id;
    }

    [[nodiscard]] bool has(std::string_view id) const { return exports_.contains(id); }

    void set_life(const std::string& id, std::vector<lifecycle_step> life)
    {
        exports_.at(id).life = job_life(std::move(life));
    }

  private:
    struct export_type {
        job_life life;
        timestamp created;
    };

    http::response create(const routed_request& routed)
    {
        if (auto refused = refuse_body(routed.request))
            return *refused;
        const auto id = add_export(lifecycle_, routed.wall);
        return json_response(202, describe(id, exports_.at(id), routed.wall));
    }

    http::response show(const routed_request& routed)
    {
        const auto& id = routed.arguments[0];
        const auto found = exports_.find(id);
        if (found == exports_.end())
            return error_response(404, "Job not found");
        auto answer = json_response(200, describe(id, found->second, routed.wall));
        found->second.life.count_poll();
        return answer;
    }

    http::response bundle(const routed_request& routed)
    {
        const auto& id = routed.arguments[0];
        const auto found = exports_.find(id);
        if (found == exports_.end())
            return error_response(404, "Job not found");
        if (found->second.life.status() != "completed")
            return error_response(409, "The job has not finished yet");
        return json_response(200, {{"jobId", id},
                                   {"bundleUrl", "https://exports.example.com/" + id + "/bundle.tar.gz?signature=1"},
                                   {"sizeBytes", 18432000},
                                   {"expiresAt", cojob::to_string(routed.wall + std::chrono::hours(1))}});
    }

    /// The error response to an invalid request; nothing for a valid one.
    [[nodiscard]] static std::optional<http::response> refuse_body(const recorded_request& request)
    {
        if (auto refused = read_text(request, "domain").refusal)
            return refused;
        const auto body = parse_body(request)->as_object();
        const auto* version = body.if_contains("version");
        if (version && !version->is_string())
            return error_response(400, "version must be a string");
        const auto is_text = [](const boost::json::value& v) { return v.is_string(); };
        const auto* paths = body.if_contains("paths");
        if (paths && !(paths->is_array() && std::all_of(paths->get_array().begin(), paths->get_array().end(), is_text)))
            return error_response(400, "paths must be an array of strings");
        return std::nullopt;
    }

    /// The export as JSON, schema StaticExportJob.
    [[nodiscard]] static boost::json::object describe(const std::string& id, const export_type& shown, timestamp now)
    {
        const auto& status = shown.life.status();
        const auto progress = status == "queued" ? 0 : status == "completed" ? 100 : 42;
        boost::json::object body{{"jobId", id},
                                 {"status", status},
                                 {"progress", progress},
                                 {"pageCount", 3 * progress},
                                 {"createdAt", cojob::to_string(shown.created)},
                                 {"updatedAt", cojob::to_string(now)}};
        if (status == "failed")
            body["error"] = "A page could not be rendered";
        return body;
    }

    std::vector<lifecycle_step> lifecycle_;
    std::map<std::string, export_type, std::less<>> exports_;
};

} // namespace cojob::testing::detail

// -------- cojob/impl/internal/testing/mock_apis.ipp

namespace cojob::testing::detail {

/// The APIs of a mock server.
class mock_apis {
  public:
    explicit mock_apis(const mock_server_options& options)
        : router_(options.token), uses_(options.rate_limit, options.rate_window, options), mintlify(options, uses_),
          sessions(options, uses_), deployments(options), exports(options), osapi(options)
    {
        mintlify.add_routes(router_);
        sessions.add_routes(router_);
        deployments.add_routes(router_);
        exports.add_routes(router_);
    }
    mock_apis(const mock_apis&) = delete;
    mock_apis& operator=(const mock_apis&) = delete;
    ~mock_apis() = default;

    [[nodiscard]] mock_response answer(const recorded_request& request, time_point now, timestamp wall) const
    {
        return osapi.is_for(request.target) ? osapi.answer(request, now, wall) : router_.answer(request, now, wall);
    }

    /// Finds the job by its id, whose form differs from API to API.
    void set_life(const std::string& id, std::vector<lifecycle_step> life)
    {
        if (osapi.has_job(id))
            osapi.set_life(id, std::move(life));
        else if (sessions.has_session(id))
            sessions.set_life(id, std::move(life));
        else if (deployments.has(id))
            deployments.set_life(id, std::move(life));
        else if (exports.has(id))
            exports.set_life(id, std::move(life));
        else
            mintlify.set_life(id, std::move(life));
    }

  private:
    mock_router router_;
    mock_uses uses_; ///< creations of v2 and v1, and messages

  public:
    mock_mintlify mintlify;
    mock_sessions sessions;
    mock_deployments deployments;
    mock_static_export exports;
    mock_osapi osapi;
};

} // namespace cojob::testing::detail

// -------- cojob/impl/internal/testing/mock_state.ipp

namespace cojob::testing::detail {

/// Faults or responses that a test has ordered for the next connections or requests.
template <class T>
class mock_orders {
  public:
    void add(T what, std::size_t times, std::string method)
    {
        if (times != 0)
            waiting_.push_back({std::move(what), times, std::move(method)});
    }

    /// Takes the first order that `fits` and is for this method or for any.
    template <class Predicate>
    [[nodiscard]] std::optional<T> take(std::string_view method, Predicate fits)
    {
        const auto found = std::find_if(waiting_.begin(), waiting_.end(), [&](const order& o) {
            return fits(o.what) && (o.method.empty() || o.method == method);
        });
        if (found == waiting_.end())
            return std::nullopt;
        auto what = found->what;
        if (--found->times == 0)
            waiting_.erase(found);
        return what;
    }

  private:
    struct order {
        T what;
        std::size_t times;
        std::string method;
    };
    std::deque<order> waiting_;
};

/// A replacement for the regular response: another response, or raw bytes.
struct ordered_response {
    http::response response{};
    std::optional<mock_output> raw{};
};

inline bool is_connection_fault(fault f)
{
    return f == fault::close_at_accept || f == fault::stall_handshake || f == fault::garbage_handshake;
}

/// RFC 9110, 5.6.7. Not by the standard library, whose output depends on the locale.
inline std::string format_http_date(timestamp when)
{
    constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto day = std::chrono::floor<std::chrono::days>(when);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(when - day));
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
                  days[std::chrono::weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
                  months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                  static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                  static_cast<int>(time.seconds().count()));
    return text.data();
}

inline void add_missing_header(http::response& answer, std::string name, std::string value)
{
    if (!answer.header(name))
        answer.headers.emplace_back(std::move(name), std::move(value));
}

/// The state and the decisions of a mock server, without sockets. Shared by the server's thread and the test's.
class mock_state {
  public:
    explicit mock_state(const mock_server_options& options)
        : clock_(options.clock ? options.clock : machine_clock()), apis_(options)
    {
    }

    /// Calls `change` with the APIs under the lock.
    template <class Change>
    auto change(Change change)
    {
        const std::lock_guard lock(mutex_);
        return change(apis_, clock_->wall_now());
    }

    void order_fault(fault f, std::size_t times, std::string method)
    {
        const std::lock_guard lock(mutex_);
        faults_.add(f, times, std::move(method));
    }

    void order_response(ordered_response answer, std::size_t times, std::string method)
    {
        const std::lock_guard lock(mutex_);
        answers_.add(std::move(answer), times, std::move(method));
    }

    /// Records an accepted connection. Returns its number.
    [[nodiscard]] std::size_t open_connection()
    {
        const std::lock_guard lock(mutex_);
        open_.insert(accepted_);
        changed_.notify_all();
        return accepted_++;
    }

    void close_connection(std::size_t number)
    {
        const std::lock_guard lock(mutex_);
        open_.erase(number);
        changed_.notify_all();
    }

    /// The fault for a connection that has just been accepted.
    [[nodiscard]] std::optional<fault> take_connection_fault()
    {
        const std::lock_guard lock(mutex_);
        return faults_.take({}, is_connection_fault);
    }

    /// Handles a complete request. A fault affects only the response: the job is created anyway, which is the worst
    /// case for a client.
    [[nodiscard]] mock_output answer(recorded_request request, bool keeps_alive)
    {
        const std::lock_guard lock(mutex_);
        requests_.push_back(std::move(request));
        changed_.notify_all();
        const auto& arrived = requests_.back();
        const auto ordered = answers_.take(arrived.method, [](const ordered_response&) { return true; });
        if (ordered && ordered->raw)
            return *ordered->raw;
        auto right =
            ordered ? mock_response(ordered->response) : apis_.answer(arrived, clock_->now(), clock_->wall_now());
        complete(right.response);
        throttled_ += right.response.status == 429 ? 1 : 0;
        if (const auto broken = faults_.take(arrived.method, [](fault f) { return !is_connection_fault(f); }))
            return break_response(*broken, right.response);
        return unbroken(right, keeps_alive);
    }

    [[nodiscard]] std::vector<recorded_request> requests() const
    {
        const std::lock_guard lock(mutex_);
        return requests_;
    }

    [[nodiscard]] std::size_t accepted() const
    {
        const std::lock_guard lock(mutex_);
        return accepted_;
    }

    [[nodiscard]] std::size_t open() const
    {
        const std::lock_guard lock(mutex_);
        return open_.size();
    }

    [[nodiscard]] std::size_t throttled() const
    {
        const std::lock_guard lock(mutex_);
        return throttled_;
    }

    bool wait_for_requests(std::size_t count) const
    {
        return wait([&] { return requests_.size() >= count; });
    }

    bool wait_for_open(std::size_t count) const
    {
        return wait([&] { return open_.size() == count; });
    }

    bool wait_until_closed(const std::vector<std::size_t>& numbers) const
    {
        return wait([&] {
            return std::none_of(numbers.begin(), numbers.end(), [&](std::size_t n) { return open_.contains(n); });
        });
    }

  private:
    template <class Predicate>
    bool wait(Predicate holds) const
    {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(10), holds);
    }

    void complete(http::response& answer)
    {
        if (!answer.body.empty())
            add_missing_header(answer, "Content-Type", "application/json");
        add_missing_header(answer, "Date", format_http_date(clock_->wall_now()));
        add_missing_header(answer, "X-Request-Id", "req_" + std::to_string(++answers_given_));
    }

    clock_ptr clock_;
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    mock_apis apis_;
    mock_orders<fault> faults_;
    mock_orders<ordered_response> answers_;
    std::vector<recorded_request> requests_;
    std::set<std::size_t> open_;
    std::size_t accepted_ = 0;
    std::size_t answers_given_ = 0;
    std::size_t throttled_ = 0;
};

} // namespace cojob::testing::detail

// -------- cojob/impl/internal/testing/mock_stream.ipp

namespace cojob::testing::detail {

inline void restrict_versions(asio::ssl::context& context, tls_versions versions)
{
    auto* native = context.native_handle();
    const auto oldest = versions == tls_versions::only_1_1 ? TLS1_1_VERSION : TLS1_2_VERSION;
    const auto newest = versions == tls_versions::modern ? 0 : oldest;
    require_openssl(SSL_CTX_set_min_proto_version(native, oldest) == 1);
    require_openssl(SSL_CTX_set_max_proto_version(native, newest) == 1);
    // OpenSSL 3 has no signature for TLS 1.1 above level 0.
    if (versions == tls_versions::only_1_1)
        require_openssl(SSL_CTX_set_cipher_list(native, "DEFAULT:@SECLEVEL=0") == 1);
}

inline asio::ssl::context make_server_context(const server_identity& identity, tls_versions versions)
{
    asio::ssl::context context(asio::ssl::context::tls_server);
    restrict_versions(context, versions);
    context.use_certificate_chain(asio::buffer(identity.certificate_pem));
    context.use_private_key(asio::buffer(identity.key_pem), asio::ssl::context::pem);
    return context;
}

/// A socket, with or without TLS. To a mock server, any error means that the client has disconnected.
class mock_stream {
  public:
    /// \param context null: without TLS
    mock_stream(asio::ip::tcp::socket socket, asio::ssl::context* context) : socket_(std::move(socket))
    {
        if (context)
            tls_.emplace(socket_, *context);
        error_code ec;
        socket_.set_option(asio::ip::tcp::no_delay(true), ec);
    }

    [[nodiscard]] asio::any_io_executor get_executor() { return socket_.get_executor(); }

    /// Returns whether the handshake succeeded.
    [[nodiscard]] asio::awaitable<bool> handshake()
    {
        error_code ec;
        if (tls_)
            co_await tls_->async_handshake(asio::ssl::stream_base::server,
                                           asio::redirect_error(asio::use_awaitable, ec));
        co_return !ec;
    }

    /// Returns zero if the client has disconnected or the read was cancelled.
    [[nodiscard]] asio::awaitable<std::size_t> read_some(asio::mutable_buffer into)
    {
        error_code ec;
        std::size_t size = 0;
        if (tls_)
            size = co_await tls_->async_read_some(into, asio::redirect_error(asio::use_awaitable, ec));
        else
            size = co_await socket_.async_read_some(into, asio::redirect_error(asio::use_awaitable, ec));
        co_return ec ? 0 : size;
    }

    /// Returns false if the client has disconnected.
    [[nodiscard]] asio::awaitable<bool> write(std::string_view bytes)
    {
        error_code ec;
        if (tls_)
            co_await asio::async_write(*tls_, asio::buffer(bytes), asio::redirect_error(asio::use_awaitable, ec));
        else
            co_await asio::async_write(socket_, asio::buffer(bytes), asio::redirect_error(asio::use_awaitable, ec));
        co_return !ec;
    }

    /// Writes to the socket directly, bypassing TLS.
    [[nodiscard]] asio::awaitable<void> write_raw(std::string_view bytes)
    {
        error_code ec;
        co_await asio::async_write(socket_, asio::buffer(bytes), asio::redirect_error(asio::use_awaitable, ec));
    }

    /// Sends nothing and ignores everything, including TLS, until the client closes its socket.
    [[nodiscard]] asio::awaitable<void> wait_for_end()
    {
        error_code ec;
        std::array<char, 4096> ignored;
        while (!ec)
            co_await socket_.async_read_some(asio::buffer(ignored), asio::redirect_error(asio::use_awaitable, ec));
    }

    /// Cancels a pending read.
    void cancel() noexcept
    {
        error_code ec;
        socket_.cancel(ec);
    }

    /// Closes the connection normally.
    [[nodiscard]] asio::awaitable<void> close()
    {
        error_code ec;
        if (tls_) {
            // Pretend that the client's close_notify has arrived, so that the engine does not wait for it: an idle
            // client does not respond.
            SSL_set_shutdown(tls_->native_handle(), SSL_RECEIVED_SHUTDOWN);
            co_await tls_->async_shutdown(asio::redirect_error(asio::use_awaitable, ec));
        }
        drop();
    }

    /// Closes the socket without close_notify.
    void drop() noexcept
    {
        error_code ec;
        socket_.close(ec);
    }

    void reset() noexcept
    {
        error_code ec;
        socket_.set_option(asio::socket_base::linger(true, 0), ec);
        drop();
    }

  private:
    asio::ip::tcp::socket socket_;
    std::optional<asio::ssl::stream<asio::ip::tcp::socket&>> tls_;
};

} // namespace cojob::testing::detail

// -------- cojob/impl/internal/testing/mock_connection.ipp

namespace cojob::testing::detail {

/// One connection, from accept to close. Runs on the server's thread.
class mock_connection {
  public:
    mock_connection(asio::ip::tcp::socket socket, asio::ssl::context* context, mock_state& state)
        : stream_(std::move(socket), context), state_(state), number_(state.open_connection())
    {
    }
    mock_connection(const mock_connection&) = delete;
    mock_connection& operator=(const mock_connection&) = delete;
    ~mock_connection()
    {
        stream_.drop();
        state_.close_connection(number_);
    }

    [[nodiscard]] std::size_t number() const noexcept { return number_; }

    /// Closes the connection at once.
    void drop() noexcept { stream_.drop(); }

    /// Closes the connection if it is idle. Returns whether it will close. A connection that is sending a response
    /// closes afterwards: the client may have received the response already.
    [[nodiscard]] bool close_when_idle(idle_end how)
    {
        if (now_ == activity::busy)
            return false;
        leaves_ = how;
        if (now_ == activity::idle)
            stream_.cancel();
        return true;
    }

    [[nodiscard]] asio::awaitable<void> run()
    {
        if (const auto broken = state_.take_connection_fault()) {
            co_await spoil_start(*broken);
            co_return;
        }
        now_ = activity::responding; // its client may have finished the handshake already
        if (!co_await stream_.handshake())
            co_return;
        while (co_await receive()) {
            const auto output = next_output();
            if (!co_await send(output))
                co_return;
            if (output.end != ending::keep) {
                co_await end(output.end);
                co_return;
            }
        }
        if (leaves_)
            co_await leave(*leaves_);
    }

  private:
    enum class activity { busy, responding, idle };
    using parser_type = boost::beast::http::request_parser<boost::beast::http::string_body>;

    [[nodiscard]] asio::awaitable<void> spoil_start(fault broken)
    {
        if (broken == fault::garbage_handshake)
            co_await stream_.write_raw(garbage_bytes());
        else if (broken == fault::stall_handshake)
            co_await stream_.wait_for_end();
    }

    /// Reads one complete request. Returns false if there is none.
    [[nodiscard]] asio::awaitable<bool> receive()
    {
        parser_.emplace();
        parser_->eager(true);
        parser_->body_limit(64 * 1024 * 1024);
        is_malformed_ = false;
        for (;;) {
            parse();
            if (is_malformed_ || parser_->is_done())
                co_return true;
            const auto has_begun = parser_->got_some() || !received_.empty();
            now_ = has_begun ? activity::busy : activity::idle;
            if (!has_begun && leaves_)
                co_return false;
            std::array<char, 4096> bytes;
            const auto size = co_await stream_.read_some(asio::buffer(bytes));
            now_ = activity::busy;
            if (size == 0)
                co_return false;
            received_.append(bytes.data(), size);
        }
    }

    /// Passes the received bytes to the parser. Keeps the rest for the next request.
    void parse()
    {
        error_code ec;
        std::size_t taken = 1;
        while (!ec && taken != 0 && !received_.empty() && !parser_->is_done()) {
            taken = parser_->put(asio::buffer(received_), ec);
            received_.erase(0, taken);
        }
        is_malformed_ = ec && ec != boost::beast::http::error::need_more;
    }

    [[nodiscard]] mock_output next_output()
    {
        if (is_malformed_)
            return break_response(fault::announce_close, error_response(400, "Malformed request"));
        auto& message = parser_->get();
        recorded_request request;
        request.method = message.method_string();
        request.target = message.target();
        for (const auto& header : message)
            request.headers.emplace_back(header.name_string(), header.value());
        const auto keeps_alive = message.keep_alive();
        request.body = std::move(message.body());
        request.connection = number_;
        return state_.answer(std::move(request), keeps_alive);
    }

    /// Returns false if the client has disconnected.
    [[nodiscard]] asio::awaitable<bool> send(const mock_output& output)
    {
        if (output.is_dripping)
            co_return co_await drip(output.bytes);
        auto is_there = co_await send_part(output.bytes, output.later.empty() && output.end == ending::keep);
        for (std::size_t i = 0; is_there && i < output.later.size(); ++i) {
            const auto is_last = i + 1 == output.later.size() && output.end == ending::keep;
            is_there = co_await pause(output.gap) && co_await send_part(output.later[i], is_last);
        }
        while (is_there && !output.forever.empty())
            is_there = co_await stream_.write(output.forever);
        co_return is_there;
    }

    [[nodiscard]] asio::awaitable<bool> send_part(std::string_view bytes, bool is_last)
    {
        if (is_last)
            now_ = activity::responding;
        co_return co_await stream_.write(bytes);
    }

    /// Returns false if the client disconnects meanwhile.
    [[nodiscard]] asio::awaitable<bool> pause(duration length)
    {
        using namespace asio::experimental::awaitable_operators;
        if (length <= duration::zero())
            co_return true;
        asio::steady_timer timer(stream_.get_executor(), length);
        const auto first = co_await (read_ahead() || timer.async_wait(asio::use_awaitable));
        co_return first.index() == 1;
    }

    /// Reads until the client disconnects.
    [[nodiscard]] asio::awaitable<void> read_ahead()
    {
        std::array<char, 4096> bytes;
        while (const auto size = co_await stream_.read_some(asio::buffer(bytes)))
            received_.append(bytes.data(), size);
    }

    [[nodiscard]] asio::awaitable<bool> drip(std::string_view bytes)
    {
        asio::steady_timer timer(stream_.get_executor());
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            if (!co_await stream_.write(bytes.substr(i, 1)))
                co_return false;
            timer.expires_after(std::chrono::milliseconds(2));
            co_await timer.async_wait(asio::use_awaitable);
        }
        co_return true;
    }

    [[nodiscard]] asio::awaitable<void> leave(idle_end how)
    {
        if (how == idle_end::reset)
            stream_.reset();
        if (how == idle_end::request_timeout)
            co_await stream_.write("HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        if (how == idle_end::request_timeout || how == idle_end::close)
            co_await stream_.close();
    }

    [[nodiscard]] asio::awaitable<void> end(ending how)
    {
        if (how == ending::close)
            co_await stream_.close();
        else if (how == ending::reset)
            stream_.reset();
        else if (how == ending::silence)
            co_await stream_.wait_for_end();
    }

    mock_stream stream_;
    mock_state& state_;
    std::size_t number_;
    std::optional<parser_type> parser_;
    std::string received_;
    activity now_ = activity::busy;
    bool is_malformed_ = false;
    std::optional<idle_end> leaves_;
};

/// Runs a connection and keeps it alive.
inline asio::awaitable<void> serve(std::shared_ptr<mock_connection> connection)
{
    co_await connection->run();
}

} // namespace cojob::testing::detail

// -------- cojob/impl/testing/mock_server.ipp

namespace cojob::testing {

class mock_server::impl {
  public:
    explicit impl(const mock_server_options& given)
        : options(given), state(options), acceptor_(context_, detail::loopback_endpoint(options.address, options.port)),
          port(acceptor_.local_endpoint().port()),
          base_url((options.use_tls ? "https://" : "http://") + detail::host_of(options) + ':' + std::to_string(port))
    {
        if (options.use_tls) {
            auto identity = detail::make_identity(options.certificate);
            tls_ = detail::make_server_context(identity, options.versions);
            ca_pem = std::move(identity.ca_pem);
        }
        asio::co_spawn(context_, accept_all(), asio::detached);
        thread_ = std::thread([this] { context_.run(); });
    }

    /// Closing the sockets ends all coroutines: each waits for a socket or for a short time.
    ~impl()
    {
        asio::post(context_, [this] {
            is_stopping_ = true;
            error_code ec;
            acceptor_.close(ec);
            for (const auto& connection : connections())
                connection->drop();
        });
        thread_.join();
    }

    impl(const impl&) = delete;
    impl& operator=(const impl&) = delete;

    void close_idle_connections(idle_end how)
    {
        std::promise<std::vector<std::size_t>> leaving;
        asio::post(context_, [this, how, &leaving] {
            std::vector<std::size_t> numbers;
            for (const auto& connection : connections())
                if (connection->close_when_idle(how))
                    numbers.push_back(connection->number());
            leaving.set_value(std::move(numbers));
        });
        state.wait_until_closed(leaving.get_future().get());
    }

    const mock_server_options options;
    detail::mock_state state;

  private:
    [[nodiscard]] asio::awaitable<void> accept_all()
    {
        asio::steady_timer pause(context_);
        while (!is_stopping_) {
            error_code ec;
            auto socket = co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, ec));
            if (!ec && !is_stopping_) {
                start(std::move(socket));
                continue;
            }
            // Probably out of file descriptors: the client waits in the backlog until one is free.
            pause.expires_after(std::chrono::milliseconds(10));
            co_await pause.async_wait(asio::use_awaitable);
        }
    }

    void start(asio::ip::tcp::socket socket)
    {
        auto* context = tls_ ? &*tls_ : nullptr;
        auto connection = std::make_shared<detail::mock_connection>(std::move(socket), context, state);
        std::erase_if(connections_, [](const auto& weak) { return weak.expired(); });
        connections_.push_back(connection);
        asio::co_spawn(context_, detail::serve(std::move(connection)), asio::detached);
    }

    /// The open connections.
    [[nodiscard]] std::vector<std::shared_ptr<detail::mock_connection>> connections() const
    {
        std::vector<std::shared_ptr<detail::mock_connection>> alive;
        for (const auto& weak : connections_)
            if (auto connection = weak.lock())
                alive.push_back(std::move(connection));
        return alive;
    }

    std::optional<asio::ssl::context> tls_;
    asio::io_context context_;
    asio::ip::tcp::acceptor acceptor_;
    std::vector<std::weak_ptr<detail::mock_connection>> connections_;
    bool is_stopping_ = false;
    std::thread thread_;

  public:
    const std::uint16_t port;
    const std::string base_url;
    std::string ca_pem;
};

mock_server::mock_server(mock_server_options options) : impl_(std::make_unique<impl>(options)) {}

mock_server::~mock_server() = default;

std::string mock_server::base_url() const
{
    return impl_->base_url;
}

std::uint16_t mock_server::port() const noexcept
{
    return impl_->port;
}

const std::string& mock_server::ca_pem() const noexcept
{
    return impl_->ca_pem;
}

mintlify::agent_options mock_server::agent_options() const
{
    const auto& made_with = impl_->options;
    mintlify::agent_options o;
    o.base_url = impl_->base_url;
    o.project_id = made_with.project_id;
    o.api_key = secret(made_with.token);
    o.quota.limit = made_with.rate_limit;
    o.quota.window = made_with.rate_window;
    return o;
}

mintlify::deployments_options mock_server::deployments_options() const
{
    const auto& made_with = impl_->options;
    mintlify::deployments_options o;
    o.base_url = impl_->base_url;
    o.project_id = made_with.project_id;
    o.api_key = secret(made_with.token);
    o.update_quota.limit = made_with.update_rate_limit;
    o.preview_quota.limit = made_with.preview_rate_limit;
    return o;
}

mintlify::static_export_options mock_server::static_export_options() const
{
    mintlify::static_export_options o;
    o.base_url = impl_->base_url;
    o.api_key = secret(impl_->options.token);
    return o;
}

osapi::jobs_options mock_server::jobs_options() const
{
    osapi::jobs_options o;
    o.base_url = impl_->base_url;
    o.base_path = impl_->options.osapi_path;
    o.token = secret(impl_->options.token);
    return o;
}

cojob::client_options mock_server::client_options(clock_ptr clock) const
{
    cojob::client_options o;
    o.tls.ca_pem = impl_->ca_pem;
    o.clock = std::move(clock);
    return o;
}

std::string mock_server::add_job(std::vector<lifecycle_step> life)
{
    return impl_->state.change([&](auto& apis, timestamp now) { return apis.mintlify.add_job(std::move(life), now); });
}

void mock_server::set_life(const std::string& id, std::vector<lifecycle_step> life)
{
    impl_->state.change([&](auto& apis, timestamp) { apis.set_life(id, std::move(life)); });
}

std::string mock_server::add_session(std::vector<lifecycle_step> life)
{
    return impl_->state.change(
        [&](auto& apis, timestamp now) { return apis.sessions.add_session(std::move(life), now); });
}

std::string mock_server::add_deployment(std::vector<lifecycle_step> life)
{
    return impl_->state.change(
        [&](auto& apis, timestamp now) { return apis.deployments.add_deployment(std::move(life), now); });
}

std::string mock_server::add_export(std::vector<lifecycle_step> life)
{
    return impl_->state.change(
        [&](auto& apis, timestamp now) { return apis.exports.add_export(std::move(life), now); });
}

std::string mock_server::add_osapi_job(std::vector<lifecycle_step> life)
{
    return impl_->state.change([&](auto& apis, timestamp now) { return apis.osapi.add_job(std::move(life), now); });
}

void mock_server::set_lifecycle(std::vector<lifecycle_step> life)
{
    impl_->state.change([&](auto& apis, timestamp) { apis.mintlify.set_lifecycle(std::move(life)); });
}

void mock_server::inject(fault f, std::size_t times, std::string method)
{
    impl_->state.order_fault(f, times, std::move(method));
}

void mock_server::answer_next(int status, std::string body, http::header_list headers, std::size_t times,
                              std::string method)
{
    detail::ordered_response replacement;
    replacement.response = {status, std::move(headers), std::move(body)};
    impl_->state.order_response(std::move(replacement), times, std::move(method));
}

void mock_server::send_next(std::string bytes, bool then_close)
{
    detail::ordered_response replacement;
    replacement.raw = detail::mock_output{std::move(bytes), then_close ? detail::ending::close : detail::ending::keep};
    impl_->state.order_response(std::move(replacement), 1, {});
}

std::vector<recorded_request> mock_server::requests() const
{
    return impl_->state.requests();
}

bool mock_server::wait_for_requests(std::size_t count) const
{
    return impl_->state.wait_for_requests(count);
}

std::size_t mock_server::connections() const
{
    return impl_->state.accepted();
}

std::size_t mock_server::open_connections() const
{
    return impl_->state.open();
}

bool mock_server::wait_for_open_connections(std::size_t count) const
{
    return impl_->state.wait_for_open(count);
}

void mock_server::close_idle_connections(idle_end how)
{
    impl_->close_idle_connections(how);
}

std::size_t mock_server::throttled() const
{
    return impl_->state.throttled();
}

} // namespace cojob::testing

// -------- cojob/impl/testing/scripted_transport.ipp

namespace cojob::testing {

asio::awaitable<http::exchange_result> scripted_transport::send(const http::request& request, http::exchange& exchange)
{
    auto& op = exchange.operation;
    const http::exchange_result aborted{asio::error::operation_aborted};
    if (op.is_stopped())
        co_return aborted;
    requests_.push_back(request);
    auto reply = script_(request);
    const auto is_to_commit = reply.reached >= phase::sending;
    const auto before_commit = is_to_commit ? std::min(reply.commit_after, reply.delay) : reply.delay;
    exchange.reached = std::min(reply.reached, phase::connecting);
    if (before_commit > duration::zero())
        co_await cojob::detail::sleep_until(op, cojob::detail::after(op.time().now(), before_commit));
    if (op.is_stopped())
        co_return aborted;
    if (is_to_commit) {
        if (!exchange.commit())
            co_return aborted;
        exchange.reached = std::min(reply.reached, phase::awaiting_response);
        if (reply.on_arrival)
            reply.result.response = reply.on_arrival();
        const auto rest = reply.delay == no_timeout ? no_timeout : reply.delay - before_commit;
        if (rest > duration::zero())
            co_await cojob::detail::sleep_until(op, cojob::detail::after(op.time().now(), rest));
        if (op.is_stopped())
            co_return aborted;
    }
    exchange.reached = reply.reached;
    co_return std::move(reply.result);
}

} // namespace cojob::testing

#endif

#endif
