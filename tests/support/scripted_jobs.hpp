#ifndef TESTS_SUPPORT_SCRIPTED_JOBS_HPP
#define TESTS_SUPPORT_SCRIPTED_JOBS_HPP

#include "support/scripted_agent.hpp"

#include <cojob/osapi/jobs.hpp>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace tests {

inline cojob::osapi::jobs_options osapi_options()
{
    cojob::osapi::jobs_options o;
    o.token = cojob::secret("osapi_token_of_the_tests");
    return o;
}

/// An OSAPI service in virtual time. A script responds to its requests.
class scripted_jobs : public scripted_agent {
  public:
    explicit scripted_jobs(cojob::testing::scripted_transport::script_type script,
                           cojob::client_options options = one_attempt(),
                           cojob::osapi::jobs_options service_options = osapi_options())
        : scripted_agent(std::move(script), std::move(options)), service(agent.get_client(), std::move(service_options))
    {
    }

    cojob::osapi::jobs service;

    [[nodiscard]] const std::vector<cojob::http::request>& sent() const { return transport->requests(); }
    [[nodiscard]] std::size_t count(const std::string& method) const
    {
        std::size_t n = 0;
        for (const auto& r : sent())
            n += r.method == method ? 1U : 0U;
        return n;
    }
};

/// Always gives the same response.
inline cojob::testing::scripted_transport::script_type always(cojob::testing::scripted_reply reply)
{
    return [reply = std::move(reply)](const cojob::http::request&) { return reply; };
}

/// A minimal job, without details.
inline std::string osapi_job_json(const std::string& id, const std::string& status, const std::string& more = {})
{
    return R"({"changed":null,"created":"2026-01-01T00:00:00Z","id":")" + id +
           R"(","operation":{"type":"command.exec.execute"},"status":")" + status + "\"" + more + "}";
}

inline std::string osapi_page_json(const std::vector<std::string>& items, std::size_t total)
{
    std::string text;
    for (const auto& item : items)
        text += (text.empty() ? "" : ",") + item;
    return R"({"items":[)" + text + R"(],"status_counts":{},"total_items":)" + std::to_string(total) + "}";
}

} // namespace tests

#endif
