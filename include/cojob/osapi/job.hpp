#ifndef COJOB_OSAPI_JOB_HPP
#define COJOB_OSAPI_JOB_HPP

#include <cojob/clock.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cojob::osapi {

enum class job_status {
    submitted,
    processing,
    completed,
    failed, ///< may be delivered again after about 30 s, and then end otherwise: `wait_options::settle`
    partial_failure,
    skipped,
    unknown, ///< a status this version does not know: see `status_text`
};

/// What one agent answered.
struct agent_response {
    std::string status{};
    boost::json::value data{};
    std::optional<bool> changed{};
    std::string error{}, hostname{};

    friend bool operator==(const agent_response&, const agent_response&) = default;
};

/// How far one agent is.
struct agent_state {
    std::string status{}, error{};
    std::optional<cojob::duration> duration{};

    friend bool operator==(const agent_state&, const agent_state&) = default;
};

struct timeline_event {
    timestamp time{};
    std::string event{}, hostname{}, message{}, error{};

    friend bool operator==(const timeline_event&, const timeline_event&) = default;
};

/// A job of the OSAPI job API. Texts are the server's: escape them before they are printed. On a list, jobs have no
/// responses, agent states or timeline.
struct job {
    job() = default; // no aggregate: g++ 12 would free one twice that is made in a co_await expression

    std::string id{};
    job_status status = job_status::unknown;
    std::string status_text{}; ///< as the server wrote it
    timestamp created{};       ///< 1970 where the server does not say: one that signs its jobs
    std::optional<timestamp> updated_at{};
    boost::json::object operation{};
    boost::json::value result{};
    std::optional<bool> changed{};
    std::string error{}, hostname{};
    std::map<std::string, agent_response> responses{};
    std::map<std::string, agent_state> agent_states{};
    std::vector<timeline_event> timeline{};

    friend bool operator==(const job&, const job&) = default;
};

struct job_page {
    std::int64_t total_items = 0;                        ///< that match the filter
    std::map<std::string, std::int64_t> status_counts{}; ///< of all jobs
    std::vector<job> items{};
};

/// The job that a retry made.
struct retry_receipt {
    std::string job_id{};
    std::string status{};
    std::optional<std::int64_t> revision{};
    std::optional<timestamp> created{};
};

[[nodiscard]] inline const std::string& job_id(const job& j) noexcept
{
    return j.id;
}

[[nodiscard]] inline const std::string& status_text(const job& j) noexcept
{
    return j.status_text;
}

/// Completed, failed, partially failed or skipped.
[[nodiscard]] inline bool is_finished(const job& j) noexcept
{
    return j.status != job_status::submitted && j.status != job_status::processing && j.status != job_status::unknown;
}

[[nodiscard]] inline bool is_unknown(const job& j) noexcept
{
    return j.status == job_status::unknown;
}

} // namespace cojob::osapi

#endif
