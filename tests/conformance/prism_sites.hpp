#ifndef TESTS_CONFORMANCE_PRISM_SITES_HPP
#define TESTS_CONFORMANCE_PRISM_SITES_HPP

#include "prism_operations.hpp"

#include <cojob/mintlify/deployments.hpp>
#include <cojob/mintlify/static_export.hpp>

#include <string>
#include <utility>

namespace conformance {

/// The operations of Mintlify's deployments and static exports, at one server. They must not outlive this.
class prism_sites {
  public:
    explicit prism_sites(std::string url) : url_(std::move(url)) {}

    [[nodiscard]] operation<mintlify::deployment_receipt> update() const
    {
        return {"update", [this](const auto& c, const auto& a, const auto&) { return deployments(c, a).update(); },
                true};
    }
    [[nodiscard]] operation<mintlify::deployment_receipt> preview() const
    {
        return {"preview",
                [this](const auto& c, const auto& a, const auto&) { return deployments(c, a).preview("docs/fix"); },
                true};
    }
    [[nodiscard]] operation<mintlify::deployment> get_deployment() const
    {
        return {"get_deployment",
                [this](const auto& c, const auto& a, const auto& id) { return deployments(c, a).get_job(id); }};
    }
    [[nodiscard]] operation<mintlify::workflow_run> trigger() const
    {
        return {"trigger_workflow",
                [this](const auto& c, const auto& a, const auto&) { return deployments(c, a).trigger_workflow("w1"); },
                true};
    }
    [[nodiscard]] operation<mintlify::export_job> create_export() const
    {
        mintlify::export_request request("docs.example.com");
        request.version = "2026-01";
        request.paths = {"index", "guides/start"};
        return {
            "create_export",
            [this, request](const auto& c, const auto& a, const auto&) { return exports(c, a).create_job(request); },
            true};
    }
    [[nodiscard]] operation<mintlify::export_job> get_export() const
    {
        return {"get_export",
                [this](const auto& c, const auto& a, const auto& id) { return exports(c, a).get_job(id); }};
    }
    [[nodiscard]] operation<mintlify::export_bundle> create_bundle() const
    {
        return {"create_bundle",
                [this](const auto& c, const auto& a, const auto& id) { return exports(c, a).create_bundle(id); }};
    }

  private:
    [[nodiscard]] mintlify::deployments deployments(const cojob::client& client, const std::string& answer) const
    {
        mintlify::deployments_options o;
        o.base_url = url_ + "/deployments/" + answer;
        o.project_id = "docs";
        o.api_key = cojob::secret("mint_test_key");
        return {client, o};
    }
    [[nodiscard]] mintlify::static_export exports(const cojob::client& client, const std::string& answer) const
    {
        mintlify::static_export_options o;
        o.base_url = url_ + "/exports/" + answer;
        o.api_key = cojob::secret("mint_test_key");
        return {client, o};
    }

    std::string url_;
};

} // namespace conformance

#endif
