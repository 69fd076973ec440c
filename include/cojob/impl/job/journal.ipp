#ifndef COJOB_IMPL_JOB_JOURNAL_IPP
#define COJOB_IMPL_JOB_JOURNAL_IPP

#include <cojob/detail/body.hpp>
#include <cojob/detail/share.hpp>
#include <cojob/detail/text.hpp>
#include <cojob/impl/internal/base/blocking.hpp>
#include <cojob/impl/internal/base/hop.hpp>
#include <cojob/impl/internal/client/client_state.hpp>
#include <cojob/impl/internal/job/journal_state.hpp>
#include <cojob/impl/internal/job/service.hpp>
#include <cojob/job/journal.hpp>

#include <openssl/evp.h>

#include <array>
#include <exception>
#include <memory>
#include <string>
#include <utility>

namespace cojob {

namespace detail {

std::string prompt_digest(std::string_view prompt)
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned size = 0;
    if (EVP_Digest(prompt.data(), prompt.size(), bytes.data(), &size, EVP_sha256(), nullptr) != 1)
        throw std::bad_alloc(); // nothing else makes it fail
    std::string digits;
    for (unsigned i = 0; i < size; ++i)
        digits += hex_text(bytes.at(i), 2);
    return digits;
}

/// Runs on the client's strand, until the creation is over or the caller is stopped.
inline asio::awaitable<void> await_creation(std::shared_ptr<client_state> client, std::shared_ptr<operation> op,
                                            std::shared_ptr<journal_creation> creation)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    const client_state::running_guard running(*client, op);
    const auto over = share<event>(op->executor());
    const journal_creation::waiter here(*creation, op->executor(), over);
    if (!op->is_stopped())
        co_await over->wait(*op);
}

/// Waits for the creation of another caller. Returns nothing if that was cancelled, and has created nothing.
inline asio::awaitable<std::optional<journaled_job>> join_creation(client c, std::shared_ptr<journal_creation> creation)
{
    const auto& client = client_state::of(c);
    auto op = share<operation>(client->alarm);
    auto inner = await_creation(client, op, creation);
    co_await hop(std::move(op), std::move(inner));
    if (!creation->is_over())
        throw boost::system::system_error(asio::error::operation_aborted);
    if (creation->failure())
        std::rethrow_exception(creation->failure());
    co_return creation->made();
}

/// A creation while it runs. If its coroutine is destroyed with its context before the request, nothing was created;
/// later, nobody knows the outcome. Those who wait for it find that out.
class own_creation {
  public:
    own_creation(journal_ptr journal, std::shared_ptr<journal_creation> running, const creation_request& request)
        : journal_(std::move(journal)), running_(std::move(running)), request_(request)
    {
    }
    own_creation(const own_creation&) = delete;
    own_creation& operator=(const own_creation&) = delete;
    ~own_creation()
    {
        if (is_over_)
            return;
        try {
            if (!has_begun_)
                journal_->made_none(request_.tag);
            journal_->leave(request_.tag);
            running_->end({}, {});
        } catch (...) { // of a forked child, or without memory: then the tag stays taken in this process
        }
    }

    /// From now on the request may be sent.
    void begin() noexcept { has_begun_ = true; }

    [[nodiscard]] bool is_over() const noexcept { return is_over_; }

    /// Blocks. Writes what is known of the outcome and tells the others.
    journaled_job end(std::exception_ptr thrown)
    {
        const auto failure = thrown ? judge_creation(thrown) : creation_failure();
        journaled_job made;
        if (const auto& id = thrown ? failure.job_id : request_.made->id; !id.empty()) {
            remember_created(request_.sender, request_.api, request_.scope, id);
            made.handle = make_handle(request_.sender, request_.api, request_.scope, id);
            made.job = request_.made->job;
            made.type = request_.type;
            journal_->made(request_.tag, made.handle);
        } else if (failure.created_nothing) {
            journal_->made_none(request_.tag);
        }
        journal_->leave(request_.tag);
        is_over_ = true;
        if (!thrown)
            running_->end(made, {});
        else
            running_->end({}, failure.is_cancellation ? std::exception_ptr() : thrown);
        return made;
    }

  private:
    journal_ptr journal_;
    std::shared_ptr<journal_creation> running_;
    const creation_request& request_;
    bool has_begun_ = false, is_over_ = false;
};

/// Sends the request after its intent is written, in the caller's coroutine: a cancellation means for it what it means
/// for the service's own function.
inline asio::awaitable<journaled_job> run_creation(own_creation& own, creation_request& request)
{
    std::exception_ptr thrown;
    try {
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none)
            throw boost::system::system_error(asio::error::operation_aborted);
        co_await asio::this_coro::throw_if_cancelled(true);
        own.begin();
        co_await std::move(request.create);
    } catch (...) {
        thrown = std::current_exception();
    }
    co_await asio::this_coro::throw_if_cancelled(false);
    journaled_job made;
    try {
        co_await run_blocking([&] { made = own.end(thrown); });
    } catch (...) { // without a thread it blocks here, because the id of the job must not be lost
        if (own.is_over())
            throw;
        made = own.end(thrown);
    }
    if (thrown)
        std::rethrow_exception(thrown);
    co_return made;
}

/// Inline, as all coroutines here that call a lambda: without it g++ 12 warns that the lambda's type has no linkage.
inline asio::awaitable<journaled_job> create_or_join(journal_ptr journal, std::unique_ptr<creation_request> request)
{
    co_await accept_every_cancellation();
    check_segment(request->tag, "tag");
    const auto now = client_state::of(request->sender)->time().wall_now();
    for (;;) {
        const auto throws = co_await asio::this_coro::throw_if_cancelled();
        co_await asio::this_coro::throw_if_cancelled(false); // an intent that is written has to be closed
        creation_start start;
        std::exception_ptr refused;
        std::optional<journaled_job> made;
        try {
            std::optional<own_creation> own; // from the intent on, even if this coroutine is not resumed after it
            co_await run_blocking([&] {
                start = journal->begin(*request, now);
                if (start.is_own)
                    own.emplace(journal, start.running, *request);
            });
            if (start.known)
                made = journaled_job{.handle = std::move(*start.known)};
            else if (own)
                made = co_await run_creation(*own, *request);
        } catch (...) {
            refused = std::current_exception();
        }
        co_await asio::this_coro::throw_if_cancelled(throws);
        if (refused)
            std::rethrow_exception(refused);
        if (!made)
            made = co_await join_creation(request->sender, std::move(start.running));
        if (made)
            co_return std::move(*made);
    }
}

asio::awaitable<journaled_job> create_once(journal_ptr journal, std::unique_ptr<creation_request> request)
{
    return create_or_join(std::move(journal), std::move(request));
}

inline asio::awaitable<void> write_ends(journal_ptr journal, std::vector<job_handle> jobs)
{
    const auto throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false); // the wait has succeeded
    try {
        co_await run_blocking([&] {
            for (const auto& job : jobs)
                journal->note_end(job);
        });
    } catch (...) { // the next start sees the end once more
    }
    co_await asio::this_coro::throw_if_cancelled(throws);
}

asio::awaitable<void> note_ends(journal_ptr journal, std::vector<job_handle> jobs)
{
    return write_ends(std::move(journal), std::move(jobs));
}

inline asio::awaitable<void> resolve_as_gone(journal_ptr journal, std::string tag)
{
    co_await accept_every_cancellation();
    co_await run_blocking([&] { journal->end_unseen(tag); });
}

inline asio::awaitable<void> resolve_as(journal_ptr journal, std::string tag, std::string id)
{
    co_await accept_every_cancellation();
    co_await run_blocking([&] { journal->resolve(tag, id); });
}

} // namespace detail

job_journal::job_journal(const std::filesystem::path& path, const journal_options& options)
    : state_(detail::share<detail::journal_state>(path, options))
{
}

unfinished_jobs job_journal::unfinished() const
{
    return detail::in_use(state_)->unfinished({}, {});
}

unfinished_jobs job_journal::unfinished_of(std::string_view api, std::string_view scope) const
{
    return detail::in_use(state_)->unfinished(api, scope);
}

std::optional<journal_entry> job_journal::find(std::string_view tag) const
{
    return detail::in_use(state_)->find(std::string(tag));
}

asio::awaitable<void> job_journal::resolve(std::string_view tag, std::string_view id) const
{
    if (id.empty())
        detail::throw_invalid_argument("id", "must not be empty");
    return detail::resolve_as(detail::in_use(state_), std::string(tag), std::string(id));
}

asio::awaitable<void> job_journal::resolve_as_not_created(std::string_view tag) const
{
    return detail::resolve_as(detail::in_use(state_), std::string(tag), {});
}

asio::awaitable<void> job_journal::resolve_as_ended(std::string_view tag) const
{
    return detail::resolve_as_gone(detail::in_use(state_), std::string(tag));
}

} // namespace cojob

#endif
