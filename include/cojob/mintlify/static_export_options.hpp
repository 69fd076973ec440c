#ifndef COJOB_MINTLIFY_STATIC_EXPORT_OPTIONS_HPP
#define COJOB_MINTLIFY_STATIC_EXPORT_OPTIONS_HPP

#include <cojob/detail/config.hpp>
#include <cojob/policy/quota.hpp>
#include <cojob/secret.hpp>

#include <memory>
#include <string>

namespace cojob::mintlify {

/// Key and quota of `static_export`. The API has no project: an export names its domain.
class static_export_options {
  public:
    static_export_options() = default;

    credential api_key; ///< an admin key, or a provider that is called before each attempt
    std::string base_url = "https://api.mintlify.com"; ///< may have a path, without the `/v1/…`
    /// The quota of new exports. The vendor documents no limit, so there is none unless you set `limit`.
    quota_options quota = {.scope = quota_scope::organization};
    std::shared_ptr<cojob::quota> shared_quota; ///< if set, replaces `quota`: for several clients, or a restored one
    bool allow_plaintext = false; ///< allows plain HTTP to other hosts than this machine: the key is sent in the clear
};

/// Reads MINTLIFY_API_KEY and, if set, MINTLIFY_BASE_URL, as `agent_options_from_environment`. \throws api_error
/// `invalid_argument` naming the variable that is missing, blank, or does not hold a key.
[[nodiscard]] COJOB_DECL static_export_options static_export_options_from_environment();

} // namespace cojob::mintlify

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/mintlify/static_export_options.ipp>
#endif

#endif
