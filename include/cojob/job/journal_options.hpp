#ifndef COJOB_JOB_JOURNAL_OPTIONS_HPP
#define COJOB_JOB_JOURNAL_OPTIONS_HPP

#include <cojob/clock.hpp>
#include <cojob/job/handle.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace cojob {

/// Options of a journal.
struct journal_options {
    /// Flushes each intent and each new job to disk (fsync), so that they survive a power failure. Without it they
    /// survive the end of the process, SIGKILL included, but not that of the machine.
    bool flushes_to_disk = true;
    /// How many ended jobs it remembers, the newest ones. A tag that is forgotten creates a job anew.
    std::size_t ended_jobs = 10'000;
    /// How many jobs it may have that have not ended. With more, `create_once` is refused.
    std::size_t unfinished_jobs = 100'000;
};

/// What a journal knows of a tag.
class journal_entry { // not an aggregate: CONTRIBUTING.md, check_parameter_types
  public:
    journal_entry() = default;

    std::string tag;           ///< the caller's name for the creation
    std::string api;           ///< the service's `api_name`
    std::string scope;         ///< the service's `scope()`: base URL and project
    std::string prompt_digest; ///< SHA-256 of the prompt, in hexadecimal digits
    timestamp begun_at{};      ///< when the creation began, by the client's wall clock
    /// The job. Empty: nobody knows whether it was created, or the creation is running in this process now.
    std::optional<job_handle> job;
    bool is_ended = false; ///< a wait saw the job's end
};

/// What a process that starts has to go on with.
class unfinished_jobs { // not an aggregate: CONTRIBUTING.md, check_parameter_types
  public:
    unfinished_jobs() = default;

    std::vector<job_handle> jobs;          ///< created, and no wait has seen their end: pass them to `wait_for_all`
    std::vector<journal_entry> unresolved; ///< nobody knows whether they were created: see `job_journal::resolve`
};

} // namespace cojob

#endif
