#ifndef COJOB_JOB_DETAIL_JOB_REFERENCE_HPP
#define COJOB_JOB_DETAIL_JOB_REFERENCE_HPP

#include <cojob/job/handle.hpp>

#include <string>
#include <utility>

namespace cojob::detail {

/// How a caller names a job.
class job_reference {
  public:
    enum class kind {
        id,     ///< only the id is known
        handle, ///< the id, and when the job was created or sent a message
        whole   ///< the caller has the job, so it exists
    };

    explicit job_reference(std::string id, kind given = kind::id) : handle_({}, {}, std::move(id)), given_(given) {}
    explicit job_reference(job_handle handle) : handle_(std::move(handle)), given_(kind::handle) {}

    [[nodiscard]] kind given() const noexcept { return given_; }
    [[nodiscard]] const std::string& id() const noexcept { return handle_.id; }
    /// The handle. Precondition: `given() == kind::handle`.
    [[nodiscard]] const job_handle& handle() const noexcept { return handle_; }

  private:
    job_handle handle_; ///< contains only the id, unless the job was given by a handle
    kind given_;
};

/// A reference to a job that the caller has. `job_id` is found by argument-dependent lookup.
template <class Job>
[[nodiscard]] job_reference reference_to(const Job& job)
{
    return job_reference(std::string(job_id(job)), job_reference::kind::whole);
}
[[nodiscard]] inline job_reference reference_to(const job_handle& handle)
{
    return job_reference(handle);
}
[[nodiscard]] inline job_reference reference_to(const std::string& id)
{
    return job_reference(id);
}

} // namespace cojob::detail

#endif
