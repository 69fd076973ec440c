#ifndef COJOB_MINTLIFY_AGENT_OPTIONS_HPP
#define COJOB_MINTLIFY_AGENT_OPTIONS_HPP

#include <cojob/detail/config.hpp>
#include <cojob/policy/quota.hpp>
#include <cojob/secret.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace cojob::mintlify {

/// Project, key and quota of `agent` and `agent_v1`.
class agent_options {
  public:
    agent_options() = default;

    std::string project_id; ///< from the API keys page of the Mintlify dashboard
    credential api_key;     ///< an admin key, or a provider that is called before each attempt
    std::string base_url = "https://api.mintlify.com"; ///< may have a path, without the `/v2/…`
    /// The project's quota of creations and messages. Shared by all services on copies of one client.
    quota_options quota = {.limit = 100, .window = std::chrono::hours(1)};
    std::shared_ptr<cojob::quota> shared_quota; ///< if set, replaces `quota`: for several clients, or a restored one
    bool allow_plaintext = false; ///< allows plain HTTP to other hosts than this machine: the key is sent in the clear
};

/// Reads MINTLIFY_PROJECT_ID, MINTLIFY_API_KEY and, if set, MINTLIFY_BASE_URL. Ignores white space around the values.
/// \throws api_error `invalid_argument` naming the variable that is missing, blank, or does not hold a key.
[[nodiscard]] COJOB_DECL agent_options agent_options_from_environment();

} // namespace cojob::mintlify

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/mintlify/agent_options.ipp>
#endif

#endif
