#ifndef TESTS_SUPPORT_MOCK_JOBS_HPP
#define TESTS_SUPPORT_MOCK_JOBS_HPP

#include "support/mock_agent.hpp"

#include <cojob/osapi/jobs.hpp>

#include <string>
#include <utility>

namespace tests {

/// An OSAPI service on real sockets, with its own mock server and a manual clock.
class mock_jobs : public mock_agent {
  public:
    explicit mock_jobs(const cojob::testing::mock_server_options& mock = plain_http(),
                       cojob::client_options options = one_attempt())
        : mock_agent(mock, std::move(options)), service(client(), server.jobs_options())
    {
    }

    cojob::osapi::jobs service;
};

} // namespace tests

#endif
