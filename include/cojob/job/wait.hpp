#ifndef COJOB_JOB_WAIT_HPP
#define COJOB_JOB_WAIT_HPP

#include <cojob/client.hpp>
#include <cojob/clock.hpp>
#include <cojob/job/concepts.hpp>
#include <cojob/result.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <concepts>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace cojob {

/// What a wait does with a status it does not know.
enum class unknown_status {
    keep_waiting, ///< it is not an end
    stop,         ///< the wait returns the job as it is
};

struct wait_options {
    duration timeout = std::chrono::minutes(30); ///< of the whole wait; `no_timeout` for none
    poll_schedule schedule = {};                 ///< zero members: the service's own
    unknown_status on_unknown = unknown_status::keep_waiting;
};

namespace detail {

/// One answer of a poll, whatever the API.
struct job_view {
    std::shared_ptr<const void> job{};
    std::string status{};
    bool is_finished = false;
    bool is_unknown = false;
};

/// The same client for one poll: one attempt, counted as a poll, with a limit no longer than this.
COJOB_DECL client for_one_poll(const client&, std::shared_ptr<poll_trace>, duration limit);

/// The job of a wait, with its API's type erased: the loop is compiled once.
class BOOST_SYMBOL_VISIBLE polled_job {
  public:
    polled_job() = default;
    polled_job(const polled_job&) = delete;
    polled_job& operator=(const polled_job&) = delete;
    virtual ~polled_job() = default;

    virtual asio::awaitable<job_view> poll(std::shared_ptr<poll_trace>, duration limit) const = 0;
    [[nodiscard]] virtual bool is_same(const void* a, const void* b) const = 0;
    [[nodiscard]] virtual poll_schedule default_schedule() const = 0;
    [[nodiscard]] virtual client get_client() const = 0;
    [[nodiscard]] virtual std::string_view api() const = 0;
    [[nodiscard]] virtual std::string scope() const = 0;
    [[nodiscard]] virtual const std::string& id() const = 0;
};

template <job_api Api>
class polled_job_of final : public polled_job {
    using job_type = typename Api::job_type;

  public:
    polled_job_of(Api api, std::string id) : api_(std::move(api)), id_(std::move(id)) {}

    asio::awaitable<job_view> poll(std::shared_ptr<poll_trace> trace, duration limit) const override
    {
        if constexpr (requires(client c) {
                          { api_.with(c) } -> std::same_as<Api>;
                      })
            return poll_once(api_.with(for_one_poll(api_.get_client(), std::move(trace), limit)), id_);
        else
            return poll_once(api_, id_);
    }
    [[nodiscard]] bool is_same(const void* a, const void* b) const override
    {
        return *static_cast<const job_type*>(a) == *static_cast<const job_type*>(b);
    }
    [[nodiscard]] poll_schedule default_schedule() const override { return api_.default_schedule(); }
    [[nodiscard]] client get_client() const override { return api_.get_client(); }
    [[nodiscard]] std::string_view api() const override { return Api::api_name; }
    [[nodiscard]] std::string scope() const override { return api_.scope(); }
    [[nodiscard]] const std::string& id() const override { return id_; }

  private:
    static asio::awaitable<job_view> poll_once(Api api, std::string id)
    {
        auto job = std::make_shared<job_type>(co_await api.get_job(std::move(id)));
        std::string status(status_text(*job));
        const bool finished = is_finished(*job), unknown = is_unknown(*job);
        co_return job_view{std::move(job), std::move(status), finished, unknown};
    }

    mutable Api api_; // a service's members need not be const
    std::string id_;
};

/// Returns the job as it was when it ended.
COJOB_DECL asio::awaitable<std::shared_ptr<const void>> wait_for_end(std::shared_ptr<const polled_job>, wait_options);

} // namespace detail

/// Polls a job until it has ended and returns it as it was then, however it ended: look at its status.
///
/// A poll is one `get_job` in one attempt; the next poll is its retry. A job that this client created, or sent a
/// message to, is polled first after `schedule.first`, any other at once; an end that may be older than the message
/// does not count. Errors: `wait_timeout` when the job had not ended when last seen, with `job_id` and `job_status`; a
/// failure that does not pass by waiting, at once (`not_found` for a job known to be younger than 30 s apart); the last
/// failure when the server answered no poll for two minutes, or none since its last answer when the time was up. The
/// job's id is in every one of them. `invalid_argument` for an empty id or options that cannot work. Cancellation: all
/// types, at once. Neither that nor a timeout ends the job on the server. Thread safety: as `client`.
template <job_api Api>
[[nodiscard]] asio::awaitable<typename Api::job_type> wait_for_job(Api api, std::string id, wait_options options = {})
{
    auto job = std::make_shared<const detail::polled_job_of<Api>>(std::move(api), std::move(id));
    const auto end = co_await detail::wait_for_end(std::move(job), options);
    co_return *static_cast<const typename Api::job_type*>(end.get());
}

} // namespace cojob

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/job/wait.ipp>
#endif

#endif
