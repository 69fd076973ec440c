#ifndef COJOB_IMPL_INTERNAL_JOB_JOURNAL_STATE_HPP
#define COJOB_IMPL_INTERNAL_JOB_JOURNAL_STATE_HPP

#include <cojob/detail/forks.hpp>
#include <cojob/detail/rfc3339.hpp>
#include <cojob/detail/share.hpp>
#include <cojob/detail/text.hpp>
#include <cojob/error.hpp>
#include <cojob/impl/internal/job/journal_creation.hpp>
#include <cojob/impl/internal/job/journal_file.hpp>
#include <cojob/job/detail/journaled.hpp>
#include <cojob/job/journal_options.hpp>

#include <exception>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace cojob::detail {

/// What a creation begins with: a job that is known, another creation to wait for, or its own turn.
struct creation_start {
    std::optional<job_handle> known{};
    std::shared_ptr<journal_creation> running{};
    bool is_own = false;
};

/// A journal: its file, and the creations that run. Its functions block, and are called by any thread.
class journal_state {
  public:
    journal_state(const std::filesystem::path& path, const journal_options& options)
        : options_(options), file_(path, options)
    {
    }

    /// Writes the intent, so that the request may be sent. \throws api_error
    creation_start begin(const creation_request& request, timestamp now)
    {
        const auto lock = enter();
        if (const auto* const entry = file_.book().find(request.tag)) {
            check_same(*entry, request);
            if (const auto running = running_.find(request.tag); running != running_.end())
                return {.running = running->second};
            if (!entry->job)
                fail_unresolved(*entry);
            return {.known = entry->job};
        }
        if (file_.book().unfinished() >= options_.unfinished_jobs)
            file_.fail("has as many unfinished jobs as journal_options::unfinished_jobs allows");
        auto creation = share<journal_creation>();
        const auto place = running_.emplace(request.tag, creation).first;
        try {
            file_.announce(journal_book::text_of_intent(entry_for(request, now)));
        } catch (...) {
            running_.erase(place);
            throw;
        }
        return {.running = std::move(creation), .is_own = true};
    }

    /// The creation has made a job. If that cannot be written now, a later write brings it to the file.
    void made(const std::string& tag, const job_handle& job)
    {
        const auto lock = enter();
        std::string text;
        try {
            text = journal_book::text_of_job(tag, job);
        } catch (const api_error&) { // no handle can have such an id: the tag stays unresolved
            return;
        }
        note(text, true);
    }

    /// The creation has certainly made none.
    void made_none(const std::string& tag)
    {
        const auto lock = enter();
        note(journal_book::text_of_closing(tag), false);
    }

    /// The creation does not run any more.
    void leave(const std::string& tag)
    {
        const auto lock = enter();
        running_.erase(tag);
    }

    void note_end(const job_handle& job)
    {
        const auto lock = enter();
        const auto tag = file_.book().tag_of(job);
        const auto* const entry = tag.empty() ? nullptr : file_.book().find(tag);
        if (entry && !entry->is_ended)
            note(journal_book::text_of_end(tag), false);
    }

    /// What the caller has found out about a creation: its job's id, or, if empty, that there is none.
    void resolve(const std::string& tag, const std::string& id)
    {
        const auto lock = enter();
        const auto* const entry = file_.book().find(tag);
        if (!entry)
            throw_invalid_argument("tag", "the journal does not know it");
        if (running_.contains(tag))
            throw_invalid_argument("tag", "its creation is running");
        if (entry->job)
            throw_invalid_argument("tag", "its job is known");
        if (id.empty())
            return file_.announce(journal_book::text_of_closing(tag));
        check_segment(id, "id");
        job_handle job(entry->api, entry->scope, id);
        job.created_at = entry->begun_at;
        if (!file_.book().tag_of(job).empty())
            throw_invalid_argument("id", "belongs to the job of another tag");
        file_.announce(journal_book::text_of_job(tag, job));
    }

    /// The caller knows that no wait will see the end of a job.
    void end_unseen(const std::string& tag)
    {
        const auto lock = enter();
        const auto* const entry = file_.book().find(tag);
        if (!entry || !entry->job)
            throw_invalid_argument("tag", "the journal knows no job of it");
        if (!entry->is_ended)
            file_.announce(journal_book::text_of_end(tag));
    }

    [[nodiscard]] std::optional<journal_entry> find(const std::string& tag)
    {
        const auto lock = enter();
        const auto* const entry = file_.book().find(tag);
        return entry ? std::optional(*entry) : std::nullopt;
    }

    /// Of one service, or of all if its name is empty.
    [[nodiscard]] unfinished_jobs unfinished(std::string_view api, std::string_view scope)
    {
        const auto lock = enter();
        unfinished_jobs all;
        file_.book().for_each([&](const journal_entry& entry) {
            if (entry.is_ended || (!api.empty() && (entry.api != api || entry.scope != scope)))
                return;
            if (entry.job)
                all.jobs.push_back(*entry.job);
            else if (!running_.contains(entry.tag))
                all.unresolved.push_back(entry);
        });
        return all;
    }

  private:
    [[nodiscard]] std::unique_lock<std::mutex> enter()
    {
        if (made_in_.is_of_a_parent()) // first: a thread of the parent may have held the mutex
            throw_invalid_argument("journal", "belongs to the parent of this forked process: open it here");
        return std::unique_lock(mutex_);
    }

    static journal_entry entry_for(const creation_request& request, timestamp now)
    {
        journal_entry entry;
        entry.tag = request.tag;
        entry.api = request.api;
        entry.scope = request.scope;
        entry.prompt_digest = request.prompt_digest;
        entry.begun_at = now;
        return entry;
    }

    static void check_same(const journal_entry& entry, const creation_request& request)
    {
        if (entry.api != request.api || entry.scope != request.scope)
            throw_invalid_argument("tag", "belongs to a job of another API, server or project");
        if (entry.prompt_digest != request.prompt_digest)
            throw_invalid_argument("tag", "belongs to a job with another prompt");
    }

    [[noreturn]] static void fail_unresolved(const journal_entry& entry)
    {
        throw_error({errc::outcome_unknown, "journal: a creation with this tag began at " +
                                                format_rfc3339(entry.begun_at) +
                                                ", and nobody knows whether there is a job: ask the server, then call "
                                                "job_journal::resolve"});
    }

    void note(const std::string& text, bool must_reach_disk)
    {
        try {
            file_.note(text, must_reach_disk);
        } catch (const api_error&) { // the book has it: the next write replaces the file
        }
    }

    const journal_options options_;
    std::mutex mutex_;
    fork_mark made_in_;
    journal_file file_;
    std::map<std::string, std::shared_ptr<journal_creation>> running_; // by tag
};

} // namespace cojob::detail

#endif
