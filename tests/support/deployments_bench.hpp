#ifndef TESTS_SUPPORT_DEPLOYMENTS_BENCH_HPP
#define TESTS_SUPPORT_DEPLOYMENTS_BENCH_HPP

#include "support/scripted_agent.hpp"

#include <cojob/mintlify/deployments.hpp>

#include <string>
#include <utility>

namespace tests {

inline cojob::mintlify::deployments_options deployments_options(const std::string& project = "docs")
{
    cojob::mintlify::deployments_options o;
    o.project_id = project;
    o.api_key = cojob::secret("mint_key_of_the_tests");
    return o;
}

/// The service of deployments in virtual time. A script responds to its requests.
class deployments_bench : public scripted_agent {
  public:
    explicit deployments_bench(cojob::testing::scripted_transport::script_type script,
                               cojob::client_options options = one_attempt())
        : scripted_agent(std::move(script), std::move(options)), service(agent.get_client(), deployments_options())
    {
    }
    /// All requests get this response.
    explicit deployments_bench(reply always)
        : deployments_bench([always = std::move(always)](const cojob::http::request&) { return always; })
    {
    }

    cojob::mintlify::deployments service;

    /// The method, the target and the body of the last request.
    [[nodiscard]] std::string last() const
    {
        const auto& request = transport->requests().back();
        return std::string(request.method) + ' ' + request.target + (request.body.empty() ? "" : ' ' + request.body);
    }
};

} // namespace tests

#endif
