#ifndef COJOB_IMPL_INTERNAL_TESTING_MOCK_APIS_IPP
#define COJOB_IMPL_INTERNAL_TESTING_MOCK_APIS_IPP

#include <cojob/impl/internal/testing/mock_deployments.ipp>
#include <cojob/impl/internal/testing/mock_mintlify.ipp>
#include <cojob/impl/internal/testing/mock_osapi.ipp>
#include <cojob/impl/internal/testing/mock_router.ipp>
#include <cojob/impl/internal/testing/mock_sessions.ipp>
#include <cojob/impl/internal/testing/mock_static_export.ipp>
#include <cojob/impl/internal/testing/mock_uses.ipp>
#include <cojob/testing/mock_server.hpp>

#include <string>
#include <utility>
#include <vector>

namespace cojob::testing::detail {

/// The APIs of a mock server.
class mock_apis {
  public:
    explicit mock_apis(const mock_server_options& options)
        : router_(options.token), uses_(options.rate_limit, options.rate_window, options), mintlify(options, uses_),
          sessions(options, uses_), deployments(options), exports(options), osapi(options)
    {
        mintlify.add_routes(router_);
        sessions.add_routes(router_);
        deployments.add_routes(router_);
        exports.add_routes(router_);
    }
    mock_apis(const mock_apis&) = delete;
    mock_apis& operator=(const mock_apis&) = delete;
    ~mock_apis() = default;

    [[nodiscard]] mock_response answer(const recorded_request& request, time_point now, timestamp wall) const
    {
        return osapi.is_for(request.target) ? osapi.answer(request, now, wall) : router_.answer(request, now, wall);
    }

    /// Finds the job by its id, whose form differs from API to API.
    void set_life(const std::string& id, std::vector<lifecycle_step> life)
    {
        if (osapi.has_job(id))
            osapi.set_life(id, std::move(life));
        else if (sessions.has_session(id))
            sessions.set_life(id, std::move(life));
        else if (deployments.has(id))
            deployments.set_life(id, std::move(life));
        else if (exports.has(id))
            exports.set_life(id, std::move(life));
        else
            mintlify.set_life(id, std::move(life));
    }

  private:
    mock_router router_;
    mock_uses uses_; ///< creations of v2 and v1, and messages

  public:
    mock_mintlify mintlify;
    mock_sessions sessions;
    mock_deployments deployments;
    mock_static_export exports;
    mock_osapi osapi;
};

} // namespace cojob::testing::detail

#endif
