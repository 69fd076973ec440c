#ifndef COJOB_JOB_DETAIL_JOURNALED_HPP
#define COJOB_JOB_DETAIL_JOURNALED_HPP

#include <cojob/client.hpp>
#include <cojob/clock.hpp>
#include <cojob/detail/config.hpp>
#include <cojob/detail/share.hpp>
#include <cojob/job/concepts.hpp>
#include <cojob/job/detail/job_reference.hpp>
#include <cojob/job/detail/polled_api.hpp>
#include <cojob/job/handle.hpp>
#include <cojob/job/many.hpp>
#include <cojob/job/wait.hpp>
#include <cojob/job/wait_options.hpp>
#include <cojob/result.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <typeinfo>
#include <utility>
#include <vector>

namespace cojob::detail {

class journal_state;
using journal_ptr = std::shared_ptr<journal_state>;

/// A job of a journal: its handle, and itself if it was created in this process now.
struct journaled_job {
    job_handle handle{};
    std::shared_ptr<const void> job{};
    const std::type_info* type = nullptr; ///< of the job
};

/// What a service's creation has made.
struct made_job {
    std::string id{};
    std::shared_ptr<const void> job{};
};

/// A creation, type-erased. The coroutine that sends the request starts when it is awaited.
struct creation_request {
    creation_request(client c, std::string_view of_api, std::string in_scope, std::string of_tag)
        : sender(std::move(c)), api(of_api), scope(std::move(in_scope)), tag(std::move(of_tag))
    {
    }

    client sender;
    std::string api, scope, tag, prompt_digest{};
    std::shared_ptr<made_job> made = detail::share<made_job>();
    asio::awaitable<void> create{};
    const std::type_info* type = nullptr;
};

[[nodiscard]] COJOB_DECL std::string prompt_digest(std::string_view prompt);
COJOB_DECL asio::awaitable<journaled_job> create_once(journal_ptr, std::unique_ptr<creation_request>);
/// Records the ends that a wait saw; a failure to write them is left to a later write.
COJOB_DECL asio::awaitable<void> note_ends(journal_ptr, std::vector<job_handle>);

template <class Api>
asio::awaitable<void> create_and_keep(Api api, std::string prompt, std::shared_ptr<made_job> made)
{
    auto job = detail::share<typename Api::job_type>(co_await api.create_job(std::move(prompt)));
    made->id = std::string(job_id(*job));
    made->job = std::move(job);
}

template <class Api>
asio::awaitable<typename Api::job_type> create_with(journal_ptr journal, Api api, std::string tag, std::string prompt)
{
    using job_type = typename Api::job_type;
    auto request =
        std::make_unique<creation_request>(api.get_client(), Api::api_name, std::string(api.scope()), std::move(tag));
    request->prompt_digest = detail::prompt_digest(prompt);
    request->create = detail::create_and_keep<Api>(api, std::move(prompt), request->made);
    request->type = &typeid(job_type);
    auto known = co_await detail::create_once(std::move(journal), std::move(request));
    if (known.job && *known.type == typeid(job_type))
        co_return *static_cast<const job_type*>(known.job.get());
    co_return co_await api.get_job(std::move(known.handle.id));
}

template <class Api>
job_handle plain_handle(const Api& api, const typename Api::job_type& job)
{
    return job_handle(std::string(Api::api_name), std::string(api.scope()), std::string(job_id(job)));
}

template <class Api>
asio::awaitable<typename Api::job_type> wait_with(journal_ptr journal, Api api, job_reference job, wait_options options)
{
    auto ended = co_await detail::wait_for(api, std::move(job), options);
    if (is_finished(ended)) {
        std::vector<job_handle> one(1, detail::plain_handle<Api>(api, ended));
        co_await detail::note_ends(std::move(journal), std::move(one));
    }
    co_return ended;
}

template <class Api>
asio::awaitable<std::vector<result<typename Api::job_type>>>
wait_for_all_with(journal_ptr journal, Api api, std::vector<job_reference> jobs, wait_options options)
{
    auto results = co_await detail::wait_for_every(api, std::move(jobs), options);
    std::vector<job_handle> ended;
    for (const auto& one : results)
        if (one && is_finished(*one))
            ended.push_back(detail::plain_handle<Api>(api, *one));
    if (!ended.empty())
        co_await detail::note_ends(std::move(journal), std::move(ended));
    co_return results;
}

/// A service whose creations go through a journal, under one tag; for `create_and_wait`.
template <class Api>
class tagged_api {
  public:
    using job_type = typename Api::job_type;
    static constexpr std::string_view api_name = Api::api_name;

    tagged_api(Api api, journal_ptr journal, std::string tag)
        : api_(std::move(api)), journal_(std::move(journal)), tag_(std::move(tag))
    {
    }

    asio::awaitable<job_type> create_job(std::string prompt)
    {
        return detail::create_with<Api>(journal_, api_, tag_, std::move(prompt));
    }
    [[nodiscard]] tagged_api with(client c) const
        requires has_other_clients<Api>
    {
        return {api_.with(std::move(c)), journal_, tag_};
    }
    [[nodiscard]] client get_client() const { return api_.get_client(); }
    [[nodiscard]] std::string scope() const { return std::string(api_.scope()); }
    [[nodiscard]] poll_schedule default_schedule() const { return api_.default_schedule(); }
    [[nodiscard]] const Api& api() const noexcept { return api_; }
    [[nodiscard]] const journal_ptr& journal() const noexcept { return journal_; }

  private:
    mutable Api api_; // a service's members need not be const
    journal_ptr journal_;
    std::string tag_;
};

/// How `job_journal::run_job` waits for the job, whose end `run_with` records: it may have ended when it was created.
struct journaled_wait {
    template <class Job>
    void created(const Job&) const noexcept
    {
    }
    template <class Tagged>
    asio::awaitable<typename Tagged::job_type> wait(Tagged tagged, job_reference job, const wait_options& rest) const
    {
        return detail::wait_for(tagged.api(), std::move(job), rest);
    }
};

template <class Api>
asio::awaitable<typename Api::job_type> run_with(tagged_api<Api> tagged, std::string prompt, wait_options options)
{
    auto ended = co_await detail::create_and_wait(tagged, std::move(prompt), options, journaled_wait());
    if (is_finished(ended)) {
        std::vector<job_handle> one(1, detail::plain_handle<Api>(tagged.api(), ended));
        co_await detail::note_ends(tagged.journal(), std::move(one));
    }
    co_return ended;
}

} // namespace cojob::detail

#endif
