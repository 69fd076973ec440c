#ifndef TESTS_CONFORMANCE_PRISM_OPERATIONS_HPP
#define TESTS_CONFORMANCE_PRISM_OPERATIONS_HPP

#include <cojob/mintlify/agent.hpp>
#include <cojob/mintlify/agent_v1.hpp>
#include <cojob/osapi/jobs.hpp>

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace conformance {

namespace asio = boost::asio;
namespace mintlify = cojob::mintlify;
namespace osapi = cojob::osapi;

/// One operation of a vendor's document; the answer that is wanted goes where Prism's proxy looks for it.
template <class T>
struct operation {
    std::string name;
    /// `id`: of the job that is asked about, where it is about one.
    std::function<asio::awaitable<T>(const cojob::client&, const std::string& answer, const std::string& id)> start;
    bool creates = false; ///< a 500 does not tell whether it has
};

/// All operations of all vendors, at one server. They must not outlive this.
class prism_operations {
  public:
    explicit prism_operations(std::string url) : url_(std::move(url)) {}

    [[nodiscard]] operation<mintlify::agent_job> create() const
    {
        return {"v2 create_job",
                [this](const auto& c, const auto& a, const auto&) {
                    return project<mintlify::agent>(c, a).create_job("Fix it");
                },
                true};
    }
    [[nodiscard]] operation<mintlify::agent_job> get() const
    {
        return {"v2 get_job", [this](const auto& c, const auto& a, const auto& id) {
                    return project<mintlify::agent>(c, a).get_job(id);
                }};
    }
    [[nodiscard]] operation<mintlify::agent_job> message() const
    {
        return {"v2 send_message",
                [this](const auto& c, const auto& a, const auto& id) {
                    return project<mintlify::agent>(c, a).send_message(id, "Fix this too");
                },
                true};
    }
    [[nodiscard]] operation<mintlify::agent_stream> create_session() const
    {
        mintlify::create_session_request request("Fix it");
        request.add(mintlify::message_role::system, "Be brief");
        request.branch = "docs/fix";
        request.as_draft = true;
        request.model = "opus";
        return {"v1 create_job", [this, request](const auto& c, const auto& a, const auto&) {
                    return project<mintlify::agent_v1>(c, a).create_job(request);
                }};
    }
    [[nodiscard]] operation<mintlify::agent_session> get_session() const
    {
        return {"v1 get_job", [this](const auto& c, const auto& a, const auto& id) {
                    return project<mintlify::agent_v1>(c, a).get_job(id);
                }};
    }
    [[nodiscard]] operation<std::vector<mintlify::agent_session>> list_sessions() const
    {
        return {"v1 list_jobs", [this](const auto& c, const auto& a, const auto&) {
                    return project<mintlify::agent_v1>(c, a).list_jobs({.skip = 1, .take = 100});
                }};
    }
    [[nodiscard]] operation<osapi::job_page> list(const std::string& folder) const
    {
        static constexpr osapi::list_query query{
            .status = osapi::job_status::partial_failure, .limit = 100, .offset = 1};
        return {folder + " list_jobs", [this, folder](const auto& c, const auto& a, const auto&) {
                    return jobs(c, folder, a).list_jobs(query);
                }};
    }
    [[nodiscard]] operation<osapi::job> get(const std::string& folder) const
    {
        return {folder + " get_job", [this, folder](const auto& c, const auto& a, const auto& id) {
                    return jobs(c, folder, a).get_job(id);
                }};
    }
    [[nodiscard]] operation<void> remove(const std::string& folder) const
    {
        return {folder + " delete_job", [this, folder](const auto& c, const auto& a, const auto& id) {
                    return jobs(c, folder, a).delete_job(id);
                }};
    }
    [[nodiscard]] operation<osapi::retry_receipt> retry(const std::string& folder) const
    {
        return {folder + " retry_job",
                [this, folder](const auto& c, const auto& a, const auto& id) {
                    return jobs(c, folder, a).retry_job(id, "_any");
                },
                true};
    }

  private:
    template <class Service>
    [[nodiscard]] Service project(const cojob::client& client, const std::string& answer) const
    {
        mintlify::agent_options o;
        o.base_url = url_;
        o.project_id = answer;
        o.api_key = cojob::secret("mint_test_key");
        return {client, o};
    }

    [[nodiscard]] osapi::jobs jobs(const cojob::client& client, const std::string& folder,
                                   const std::string& answer) const
    {
        osapi::jobs_options o;
        o.base_url = url_;
        o.base_path = "/" + folder + "/" + answer + "/api/job";
        o.token = cojob::secret("a-token");
        return {client, o};
    }

    std::string url_;
};

} // namespace conformance

#endif
