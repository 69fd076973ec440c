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
        id,     ///< nothing else is known of it
        handle, ///< and when it was created or sent a message
        whole   ///< the caller has seen it, so it exists
    };

    explicit job_reference(std::string id, kind given = kind::id) : handle_({}, {}, std::move(id)), given_(given) {}
    explicit job_reference(job_handle handle) : handle_(std::move(handle)), given_(kind::handle) {}

    [[nodiscard]] kind given() const noexcept { return given_; }
    [[nodiscard]] const std::string& id() const noexcept { return handle_.id; }
    /// Of a job that was given by its handle.
    [[nodiscard]] const job_handle& handle() const noexcept { return handle_; }

  private:
    job_handle handle_; ///< only the id in it, unless it was given
    kind given_;
};

/// A job that was given whole: `job_id` is found by its argument.
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
