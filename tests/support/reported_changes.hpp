#ifndef TESTS_SUPPORT_REPORTED_CHANGES_HPP
#define TESTS_SUPPORT_REPORTED_CHANGES_HPP

#include "support/job_script.hpp"

#include <cojob/job/wait_options.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace tests {

using strings = std::vector<std::string>;

/// `active`, with a new link to a pull request.
inline cojob::testing::scripted_reply with_link()
{
    auto json = tests::job_json("job_1", "active");
    json.replace(json.find("null"), 4, R"("https://github.com/org/repo/pull/1")");
    return {200, json, {}};
}

/// A job as the tests print it.
inline std::string text_of(const cojob::mintlify::agent_job& job)
{
    return job.status_text + (job.pr_link ? " with link" : "");
}

/// A job's lifecycle and the changes that are reported.
struct reported_row {
    const char* what;
    life polled;
    cojob::wait_options options;
    strings reported;
};

inline const std::vector<reported_row> reported_rows{
    {"an end", {{0, "failed"}}, {}, {"failed"}},
    {"each change once", {{0, "active"}, {60, "completed"}}, {}, {"active", "completed"}},
    {"a change that is not of the status",
     {{0, "active"}, {60, with_link()}, {120, "completed"}},
     {},
     {"active", "active with link", "completed"}},
    {"there and back",
     {{0, "active"}, {60, "paused"}, {120, "active"}, {180, "archived"}},
     {},
     {"active", "paused", "active", "archived"}},
    {"failures that pass",
     {{0, "active"}, {60, cojob::testing::scripted_reply(503, "")}, {90, "completed"}},
     {},
     {"active", "completed"}},
    {"an unknown status that ends it",
     {{0, "active"}, {60, "paused"}},
     {.on_unknown = cojob::unknown_status::stop},
     {"active", "paused"}},
    {"an end that has settled, once",
     {{0, "active"}, {60, "failed"}},
     {.settle = std::chrono::seconds(35)},
     {"active", "failed"}},
    {"an end that is taken back",
     {{0, "active"}, {60, "failed"}, {80, "active"}, {120, "completed"}},
     {.settle = std::chrono::seconds(35)},
     {"active", "failed", "active", "completed"}},
    {"one end instead of another",
     {{0, "failed"}, {20, "completed"}},
     {.settle = std::chrono::seconds(35)},
     {"failed", "completed"}},
    {"an end in its last words",
     {{0, with_link()}, {20, "completed"}},
     {.timeout = std::chrono::seconds(40), .settle = std::chrono::seconds(35)},
     {"active with link", "completed"}},
};

} // namespace tests

#endif
