#ifndef COJOB_MINTLIFY_AGENT_OPTIONS_HPP
#define COJOB_MINTLIFY_AGENT_OPTIONS_HPP

#include <cojob/detail/config.hpp>
#include <cojob/policy/quota.hpp>
#include <cojob/secret.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace cojob::mintlify {

/// Which project, with which key, and how much of its quota: of `agent` and `agent_v1`.
class agent_options {
  public:
    agent_options() = default;

    std::string project_id; ///< from the API keys page of the Mintlify dashboard
    credential api_key;     ///< an admin key, or a function that is asked for one before each attempt
    std::string base_url = "https://api.mintlify.com"; ///< may have a path, before `/v2/…`, not with it
    /// Of the project: creations and messages, for all services on copies of one client.
    quota_options quota = {.limit = 100, .window = std::chrono::hours(1)};
    std::shared_ptr<cojob::quota> shared_quota; ///< given, it is drawn on instead: several clients, or a restored one
    bool allow_plaintext = false; ///< plain HTTP to a host that is not this machine: the key is sent in the clear
};

/// MINTLIFY_PROJECT_ID, MINTLIFY_API_KEY, and MINTLIFY_BASE_URL where it is set.
/// White space around them does not count.
/// \throws api_error `invalid_argument` naming the variable that is missing, blank, or holds what cannot be a key.
[[nodiscard]] COJOB_DECL agent_options agent_options_from_environment();

} // namespace cojob::mintlify

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/mintlify/agent_options.ipp>
#endif

#endif
