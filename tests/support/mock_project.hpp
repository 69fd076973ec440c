#ifndef TESTS_SUPPORT_MOCK_PROJECT_HPP
#define TESTS_SUPPORT_MOCK_PROJECT_HPP

#include <cojob/mintlify/agent_options.hpp>
#include <cojob/testing/mock_server.hpp>

namespace tests {

/// What an agent of either version needs for the project of a mock server with default options, without a quota.
inline cojob::mintlify::agent_options mock_project(const cojob::testing::mock_server& server)
{
    cojob::mintlify::agent_options project;
    project.base_url = server.base_url();
    project.project_id = "test-project";
    project.api_key = cojob::secret("mint_test_key");
    project.quota.limit = 0;
    return project;
}

} // namespace tests

#endif
