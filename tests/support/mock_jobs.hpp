#ifndef TESTS_SUPPORT_MOCK_JOBS_HPP
#define TESTS_SUPPORT_MOCK_JOBS_HPP

#include "support/mock_agent.hpp"

#include <cojob/osapi/jobs.hpp>

#include <string>
#include <utility>

namespace tests {

/// An OSAPI service on real sockets, with a mock server of its own and time that stands still unless it is moved.
class mock_jobs : public mock_agent {
  public:
    explicit mock_jobs(const cojob::testing::mock_server_options& mock = plain_http(),
                       cojob::client_options options = one_attempt())
        : mock_agent(mock, std::move(options)), service(client(), options_for(mock))
    {
    }

    cojob::osapi::jobs service;

    /// What `service` is made with, for another one.
    [[nodiscard]] cojob::osapi::jobs_options options_for(const cojob::testing::mock_server_options& mock) const
    {
        cojob::osapi::jobs_options o;
        o.base_url = server.base_url();
        o.base_path = mock.osapi_path;
        o.token = cojob::secret(mock.token);
        return o;
    }
};

} // namespace tests

#endif
