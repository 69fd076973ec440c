#ifndef COJOB_JOB_PROGRESS_HPP
#define COJOB_JOB_PROGRESS_HPP

#include <cojob/clock.hpp>
#include <cojob/detail/share.hpp>
#include <cojob/job/concepts.hpp>
#include <cojob/job/detail/job_reference.hpp>
#include <cojob/job/detail/polled_api.hpp>
#include <cojob/job/handle.hpp>
#include <cojob/job/wait.hpp>
#include <cojob/job/wait_options.hpp>
#include <cojob/job/watch.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace cojob {

namespace detail {

/// A function that is called for each change of a job. Not a coroutine, because it would not be awaited.
template <class Function, class Job>
concept change_function = std::invocable<Function&, const Job&> &&
                          !std::convertible_to<std::invoke_result_t<Function&, const Job&>, asio::awaitable<void>>;

/// The types by which a job can be named: id, handle, or the job.
template <class Job, class Api>
concept names_job = std::convertible_to<const Job&, std::string_view> || std::same_as<Job, job_handle> ||
                    std::same_as<Job, typename Api::job_type>;

template <class Job>
job_reference reference_by(const Job& job)
{
    if constexpr (std::convertible_to<const Job&, std::string_view>)
        return job_reference(std::string(std::string_view(job)));
    else
        return detail::reference_to(job);
}

/// g++ 12 destroys a lambda twice if it owns its captures and is created within a `co_await` expression. A variable is
/// safe, and so is a type with a default constructor, such as `std::function`: it is not a lambda with captures.
template <class Function>
constexpr void refuse_what_is_destroyed_twice()
{
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
    using type = std::remove_cvref_t<Function>;
    static_assert(std::is_lvalue_reference_v<Function> || std::is_trivially_destructible_v<type> ||
                      std::default_initializable<type>,
                  "g++ 12 destroys this lambda twice within co_await: make it a variable and pass that, or capture by "
                  "reference");
#endif
}

/// A function for the changes of a job, with its type erased. The coroutines below have no lambda in their frames: g++
/// warns of such a frame where the caller is in a header or a unity build (-Wsubobject-linkage). Move-only functions
/// will do, unlike with `std::function`.
template <class Job>
class change_callback {
  public:
    template <class Function>
    [[nodiscard]] static change_callback of(Function&& on_change)
    {
        using kept = std::decay_t<Function>;
        return {detail::share<kept>(std::forward<Function>(on_change)),
                [](void* function, const Job& job) { std::invoke(*static_cast<kept*>(function), job); }};
    }

    void operator()(const Job& job) const { call_(function_.get(), job); }

  private:
    change_callback(std::shared_ptr<void> function, void (*call)(void*, const Job&))
        : function_(std::move(function)), call_(call)
    {
    }

    std::shared_ptr<void> function_;
    void (*call_)(void*, const Job&);
};

/// Watches a job to its end, and calls the function for each change since `known`.
template <class Api, class Job = typename Api::job_type>
asio::awaitable<Job> wait_and_notify(Api api, job_reference job, change_callback<Job> on_change, wait_options options,
                                     std::shared_ptr<const Job> known)
{
    auto polled = detail::share<const polled_api_of<Api>>(std::move(api));
    const auto watch = detail::make_watch(std::move(polled), std::move(job), options);
    while (const auto seen = co_await detail::next_change(watch)) {
        auto next = std::static_pointer_cast<const Job>(seen);
        const auto is_change = !known || !(*known == *next);
        known = std::move(next);
        if (is_change)
            on_change(*known);
    }
    co_return *known;
}

/// How `run_job` waits for the job if it has a function to call.
template <class Job>
class notifying_wait {
  public:
    explicit notifying_wait(change_callback<Job> on_change) : on_change_(std::move(on_change)) {}

    void created(const Job& job)
    {
        known_ = detail::share<const Job>(job);
        on_change_(*known_);
    }
    template <class Api>
    asio::awaitable<Job> wait(Api api, job_reference job, const wait_options& rest)
    {
        return detail::wait_and_notify<Api>(std::move(api), std::move(job), on_change_, rest, known_);
    }

  private:
    change_callback<Job> on_change_;
    std::shared_ptr<const Job> known_;
};

} // namespace detail

/// Waits for a job as `wait_for_job` does, and calls a function with the job whenever a poll has seen it change.
///
/// The job is named by its id, by a `job_handle`, or passed itself. `on_change(const job_type&)` is called for exactly
/// what `watch_job` returns: the job as it is at first, each change, and the job as it ended. It is copied or moved,
/// and called by the awaiting coroutine on the caller's executor. The job is not polled while it runs, so it must not
/// block. If it throws, the wait ends with that exception; the job continues. It must not be a coroutine: use
/// `watch_job` for that. With g++ 12, a lambda that owns its captures must be a variable.
///
/// Errors, cancellation and thread safety: as `wait_for_job`. Example:
/// `co_await cojob::wait_for_job(agent, id, [](const auto& job) { std::cout << job.status_text << '\n'; })`.
template <job_api Api, detail::names_job<Api> Job, class Function>
    requires detail::change_function<std::decay_t<Function>, typename Api::job_type>
[[nodiscard]] asio::awaitable<typename Api::job_type> wait_for_job(Api api, const Job& job, Function&& on_change,
                                                                   wait_options options = {})
{
    detail::refuse_what_is_destroyed_twice<Function>();
    using callback = detail::change_callback<typename Api::job_type>;
    return detail::wait_and_notify<Api>(std::move(api), detail::reference_by(job),
                                        callback::of(std::forward<Function>(on_change)), options, {});
}

/// The same with a time limit in place of options.
template <job_api Api, detail::names_job<Api> Job, class Function, class Rep, class Period>
    requires detail::change_function<std::decay_t<Function>, typename Api::job_type> &&
             std::convertible_to<std::chrono::duration<Rep, Period>, duration>
[[nodiscard]] asio::awaitable<typename Api::job_type> wait_for_job(Api api, const Job& job, Function&& on_change,
                                                                   std::chrono::duration<Rep, Period> timeout)
{
    return cojob::wait_for_job(std::move(api), job, std::forward<Function>(on_change),
                               wait_options{.timeout = timeout});
}

/// Creates a job and waits for its end as `run_job` does. Calls a function first with the job as it was created, so the
/// id is known immediately, then whenever a poll has seen the job change.
///
/// Errors and cancellation: as `run_job`. The function: as for `wait_for_job`.
template <creating_job_api Api, class Function>
    requires detail::change_function<std::decay_t<Function>, typename Api::job_type>
[[nodiscard]] asio::awaitable<typename Api::job_type> run_job(Api api, std::string_view prompt, Function&& on_change,
                                                              wait_options options = {})
{
    detail::refuse_what_is_destroyed_twice<Function>();
    using job_type = typename Api::job_type;
    detail::notifying_wait<job_type> way(detail::change_callback<job_type>::of(std::forward<Function>(on_change)));
    return detail::create_and_wait(std::move(api), std::string(prompt), options, std::move(way));
}

/// The same with a time limit in place of options.
template <creating_job_api Api, class Function, class Rep, class Period>
    requires detail::change_function<std::decay_t<Function>, typename Api::job_type> &&
             std::convertible_to<std::chrono::duration<Rep, Period>, duration>
[[nodiscard]] asio::awaitable<typename Api::job_type> run_job(Api api, std::string_view prompt, Function&& on_change,
                                                              std::chrono::duration<Rep, Period> timeout)
{
    return cojob::run_job(std::move(api), prompt, std::forward<Function>(on_change), wait_options{.timeout = timeout});
}

} // namespace cojob

#endif
