#ifndef COJOB_IMPL_INTERNAL_JOB_WAIT_SUBJECT_HPP
#define COJOB_IMPL_INTERNAL_JOB_WAIT_SUBJECT_HPP

#include <cojob/detail/text.hpp>
#include <cojob/impl/internal/client/client_state.hpp>
#include <cojob/impl/internal/job/job_memory.hpp>
#include <cojob/job/detail/job_reference.hpp>
#include <cojob/job/detail/polled_api.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace cojob::detail {

/// What is waited for, and what is known of it.
struct wait_subject {
    std::shared_ptr<const polled_api> api{};
    std::string id{};
    job_record known{};      ///< besides what the client remembers
    bool is_resumed = false; ///< polled at once
    bool is_seen = false;    ///< it exists, whatever the next answer says

    [[nodiscard]] job_key key() const { return {std::string(api->api()), api->scope(), id}; }
};

/// Steady time of a moment in civil time; one that is to come counts as now.
inline std::optional<time_point> steady(const clock& time, const std::optional<timestamp>& when)
{
    if (!when)
        return {};
    constexpr auto longest =
        std::chrono::hours(24 * 365); // who knows what a handle says: the difference must not overflow
    const auto now = time.wall_now();
    const auto age = now - std::clamp(*when, now - longest, now);
    return time.now() - std::chrono::duration_cast<duration>(age);
}

/// \throws api_error `invalid_argument` for an id that is none, and for a handle of another API, server or project
inline wait_subject make_subject(std::shared_ptr<const polled_api> api, const job_reference& job)
{
    if (job.given() != job_reference::kind::handle) {
        check_segment(job.id(), "id");
        return {std::move(api), job.id(), {}, false, job.given() == job_reference::kind::whole};
    }
    const auto& handle = job.handle();
    check_handle(handle, api->api(), api->scope());
    const auto& time = client_state::of(api->get_client())->time();
    const job_record known{steady(time, handle.created_at), steady(time, handle.messaged_at)};
    return {std::move(api), handle.id, known, true, false};
}

} // namespace cojob::detail

#endif
