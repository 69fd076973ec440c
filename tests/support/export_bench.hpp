#ifndef TESTS_SUPPORT_EXPORT_BENCH_HPP
#define TESTS_SUPPORT_EXPORT_BENCH_HPP

#include "support/scripted_agent.hpp"

#include <cojob/mintlify/static_export.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <string>
#include <utility>

namespace tests {

namespace json = boost::json;

inline cojob::mintlify::static_export_options static_export_options()
{
    cojob::mintlify::static_export_options o;
    o.api_key = cojob::secret("mint_key_of_the_tests");
    return o;
}

/// An export with every member of the vendor's document.
inline json::object export_sample(const std::string& status = "running")
{
    return {{"jobId", "se_1"},
            {"status", status},
            {"progress", 42.5},
            {"pageCount", 128},
            {"createdAt", "2026-01-02T03:04:05Z"},
            {"updatedAt", "2026-01-02T03:05:00Z"},
            {"error", "A page is broken"}};
}

inline cojob::testing::scripted_reply export_answer(const json::object& body, int status = 200)
{
    return {status, json::serialize(body)};
}

/// The service in virtual time. A script responds to its requests.
class export_bench : public scripted_agent {
  public:
    explicit export_bench(cojob::testing::scripted_transport::script_type script,
                          cojob::client_options client_options = one_attempt())
        : scripted_agent(std::move(script), std::move(client_options))
    {
    }
    /// All requests get this response.
    explicit export_bench(reply always, cojob::client_options client_options = one_attempt())
        : export_bench([always = std::move(always)](const cojob::http::request&) { return always; },
                       std::move(client_options))
    {
    }

    cojob::mintlify::static_export service{agent.get_client(), static_export_options()};

    [[nodiscard]] std::string last() const
    {
        const auto& request = transport->requests().back();
        return std::string(request.method) + ' ' + request.target + (request.body.empty() ? "" : ' ' + request.body);
    }
};

} // namespace tests

#endif
