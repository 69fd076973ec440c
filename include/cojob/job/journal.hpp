#ifndef COJOB_JOB_JOURNAL_HPP
#define COJOB_JOB_JOURNAL_HPP

#include <cojob/detail/config.hpp>
#include <cojob/job/concepts.hpp>
#include <cojob/job/detail/journaled.hpp>
#include <cojob/job/handle.hpp>
#include <cojob/job/journal_options.hpp>
#include <cojob/job/many.hpp>
#include <cojob/job/wait.hpp>

#include <boost/asio/awaitable.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cojob {

/// A file of the jobs that a program creates, so that they survive a crash and none is created twice. Each creation has
/// a tag, chosen by the caller, such as the number of the order that it is for. All copies of the journal share one
/// state.
///
/// Before a request is sent its tag is in the file, and after it the job's id; so a process that was killed finds at
/// its next start which jobs to wait for, and which creations it does not know the outcome of. An id that cannot be
/// written, because the disk became full after the request, is kept in memory and written with the next record or when
/// the journal is closed; a kill before that leaves the creation unresolved. The file has neither keys nor prompts, but
/// the SHA-256 of each prompt, by which a short prompt could be guessed. Only its owner may read a new file. Symbolic
/// links are followed when it is opened; hard links are not known to be the same journal.
///
/// One process may have the file open at a time. Its lock is the file of the same name with `.lock` added: leave that
/// alone. The file belongs on a local disk. The journal replaces it with a smaller one when it has grown.
///
/// Thread safety: any thread may call any member, even on the same journal. Files are written by other threads than the
/// caller's, except in the constructor, in the destructor of the last copy if a write has failed, and where no thread
/// can be made for the outcome of a request. In a forked child the parent's journal is `invalid_argument`; only
/// `wait_for_job` and `wait_for_all` work, and record nothing.
class job_journal {
  public:
    /// Opens the journal, or creates it. Blocks: reads the file. A last record without its end, as a crash may leave
    /// it, is cut off.
    ///
    /// \throws api_error `invalid_argument` for a file that is damaged, or of a newer version; the message says what to
    /// do. `device_or_resource_busy` if it is open already, in this process or in another one. The system's error if it
    /// cannot be read or written.
    COJOB_DECL explicit job_journal(const std::filesystem::path&, const journal_options& = {});

    /// The jobs whose end no wait has seen, and the creations of which nobody knows whether they created a job. Those
    /// that run in this process now are in neither list. May block while another thread writes the file.
    [[nodiscard]] COJOB_DECL unfinished_jobs unfinished() const;
    /// The same for the jobs of one service.
    template <job_api Api>
    [[nodiscard]] unfinished_jobs unfinished(const Api& service) const
    {
        return unfinished_of(Api::api_name, std::string(service.scope()));
    }

    /// What the journal knows of a tag; empty if it does not know it. May block while another thread writes the file.
    [[nodiscard]] COJOB_DECL std::optional<journal_entry> find(std::string_view tag) const;

    /// Creates a job, unless the journal knows the tag. A tag whose job is known returns that job, ended or not, as
    /// `get_job` does. While a creation with the same tag runs in this process, waits for it and returns its job.
    ///
    /// Sends nothing before the tag and the digest of the prompt are on the disk. The tag is at most 1 KiB of UTF-8,
    /// without control characters, and neither `.` nor `..`.
    ///
    /// Errors: those of `create_job` and `get_job`, and
    /// - `outcome_unknown`, without sending anything: an earlier creation with this tag may have created a job. `find`
    ///   has its record. Ask the server, then call `resolve` or `resolve_as_not_created`.
    /// - `invalid_argument`: the tag is invalid, or that of another prompt, API, server or project; or there are too
    ///   many unfinished jobs.
    /// - The system's error, without sending anything: the file cannot be written, for example because the disk is
    ///   full, or no thread can be made for it. The latter is a plain `system_error`.
    ///
    /// After a failure that shows that nothing was created, the tag may be used again. After any other, which includes
    /// exceptions of a service's own and the failure of a request that is not a POST, its outcome is unknown. A
    /// service's `create_job` must end with `operation_aborted` only if it created nothing, as `client::send` does, and
    /// must not send a second POST after the one that creates the job. Cancellation: as `create_job`; while another
    /// creates the job, all types, immediately.
    template <creating_job_api Api>
    [[nodiscard]] asio::awaitable<typename Api::job_type> create_once(Api service, std::string_view tag,
                                                                      std::string_view prompt) const
    {
        return detail::create_with<Api>(state_, std::move(service), std::string(tag), std::string(prompt));
    }

    /// Creates a job as `create_once` does and waits for its end as `cojob::run_job` does. Records the end.
    template <creating_job_api Api>
    [[nodiscard]] asio::awaitable<typename Api::job_type>
    run_job(Api service, std::string_view tag, std::string_view prompt, wait_options options = {}) const
    {
        detail::tagged_api<Api> tagged(std::move(service), state_, std::string(tag));
        return detail::run_with<Api>(std::move(tagged), std::string(prompt), options);
    }

    /// Waits for a job as `cojob::wait_for_job` does, and records its end. An end that cannot be written is returned
    /// nevertheless: the next start finds the job unfinished and sees the end again.
    template <job_api Api>
    [[nodiscard]] asio::awaitable<typename Api::job_type> wait_for_job(Api service, job_handle job,
                                                                       wait_options options = {}) const
    {
        return detail::wait_with<Api>(state_, std::move(service), detail::job_reference(std::move(job)), options);
    }

    /// Waits for these jobs as `cojob::wait_for_all` does, and records their ends when all waits are over:
    /// `journal.wait_for_all(agent, journal.unfinished(agent).jobs)`.
    template <job_api Api>
    [[nodiscard]] asio::awaitable<std::vector<result<typename Api::job_type>>>
    wait_for_all(Api service, const std::vector<job_handle>& jobs, wait_options options = {}) const
    {
        return detail::wait_for_all_with<Api>(state_, std::move(service), detail::references_to(jobs), options);
    }

    /// Records that an unresolved creation has created the job with this id. Errors: `invalid_argument` for a tag that
    /// is not unresolved, an invalid id or that of another tag's job, and the system's error; then nothing has changed.
    /// Cancellation: none once it has begun.
    [[nodiscard]] COJOB_DECL asio::awaitable<void> resolve(std::string_view tag, std::string_view id) const;

    /// Records that an unresolved creation has created no job: its tag may be used again. Errors and cancellation: as
    /// `resolve`.
    [[nodiscard]] COJOB_DECL asio::awaitable<void> resolve_as_not_created(std::string_view tag) const;

    /// Records the end of a job that no wait will see, for example because the server has deleted it: it is not
    /// unfinished any more. Its tag still creates no other job. Does nothing if the job has ended. Errors:
    /// `invalid_argument` for a tag whose job is not known, and the system's error. Cancellation: as `resolve`.
    [[nodiscard]] COJOB_DECL asio::awaitable<void> resolve_as_ended(std::string_view tag) const;

  private:
    [[nodiscard]] COJOB_DECL unfinished_jobs unfinished_of(std::string_view api, std::string_view scope) const;

    std::shared_ptr<detail::journal_state> state_;
};

} // namespace cojob

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/job/journal.ipp>
#endif

#endif
