#ifndef COJOB_MINTLIFY_DEPLOYMENTS_OPTIONS_HPP
#define COJOB_MINTLIFY_DEPLOYMENTS_OPTIONS_HPP

#include <cojob/detail/config.hpp>
#include <cojob/policy/quota.hpp>
#include <cojob/secret.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace cojob::mintlify {

/// Project, key and quotas of `deployments`. The vendor's limits are those of an organization, so by default all
/// services on copies of one client share them, whatever their project.
class deployments_options {
  public:
    deployments_options() = default;

    std::string project_id; ///< from the API keys page of the Mintlify dashboard
    credential api_key;     ///< an admin key, or a provider that is called before each attempt
    std::string base_url = "https://api.mintlify.com"; ///< may have a path, without the `/v1/…`
    /// The quota of updates and workflow triggers, which count together.
    quota_options update_quota = {.limit = 10, .window = std::chrono::seconds(10), .scope = quota_scope::organization};
    /// The quota of previews.
    quota_options preview_quota = {.limit = 5, .window = std::chrono::minutes(1), .scope = quota_scope::organization};
    std::shared_ptr<quota> shared_update_quota;  ///< if set, replaces `update_quota`: for several clients
    std::shared_ptr<quota> shared_preview_quota; ///< if set, replaces `preview_quota`
    bool allow_plaintext = false; ///< allows plain HTTP to other hosts than this machine: the key is sent in the clear
};

/// Reads MINTLIFY_PROJECT_ID, MINTLIFY_API_KEY and, if set, MINTLIFY_BASE_URL, as `agent_options_from_environment`.
/// \throws api_error `invalid_argument` naming the variable that is missing, blank, or does not hold a key.
[[nodiscard]] COJOB_DECL deployments_options deployments_options_from_environment();

} // namespace cojob::mintlify

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/mintlify/deployments_options.ipp>
#endif

#endif
