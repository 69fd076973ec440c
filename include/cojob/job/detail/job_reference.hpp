#ifndef COJOB_JOB_DETAIL_JOB_REFERENCE_HPP
#define COJOB_JOB_DETAIL_JOB_REFERENCE_HPP

#include <cojob/detail/share.hpp>
#include <cojob/job/handle.hpp>

#include <memory>
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

    explicit job_reference(std::string id, kind given = kind::id) : id_(std::move(id)), given_(given) {}
    explicit job_reference(job_handle handle)
        : id_(handle.id), handle_(detail::share<const job_handle>(std::move(handle))), given_(kind::handle)
    {
    }

    [[nodiscard]] kind given() const noexcept { return given_; }
    [[nodiscard]] const std::string& id() const noexcept { return id_; }
    /// The handle. Precondition: `given() == kind::handle`.
    [[nodiscard]] const job_handle& handle() const noexcept { return *handle_; }

  private:
    std::string id_;
    std::shared_ptr<const job_handle>
        handle_; ///< null unless the job was given by a handle: it takes three times as much
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
