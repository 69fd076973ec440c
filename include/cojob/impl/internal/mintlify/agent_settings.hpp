#ifndef COJOB_IMPL_INTERNAL_MINTLIFY_AGENT_SETTINGS_HPP
#define COJOB_IMPL_INTERNAL_MINTLIFY_AGENT_SETTINGS_HPP

#include <cojob/detail/text.hpp>
#include <cojob/http/url.hpp>
#include <cojob/impl/internal/quota_pools.hpp>
#include <cojob/impl/internal/request.hpp>
#include <cojob/mintlify/agent_options.hpp>

#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace cojob::mintlify::detail {

using cojob::detail::check_header_value;
using cojob::detail::check_plaintext;
using cojob::detail::check_segment;
using cojob::detail::throw_invalid_argument;

/// The options, checked.
class agent_settings {
  public:
    agent_settings(const client& c, agent_options o) : options(std::move(o))
    {
        check_segment(options.project_id, "agent_options::project_id");
        if (options.api_key.empty())
            throw_invalid_argument("agent_options::api_key: must not be empty");
        if (options.api_key.is_fixed())
            check_header_value(options.api_key.fixed().reveal(), "agent_options::api_key");
        base_url = http::parse_url(options.base_url, "agent_options::base_url");
        check_plaintext(base_url, options.allow_plaintext, "agent_options::base_url");
        pool = cojob::detail::find_quota(c, scope(), options.quota, options.shared_quota);
    }

    agent_options options;
    http::url base_url;
    std::shared_ptr<quota> pool; ///< empty: no quota is kept

    [[nodiscard]] std::string scope() const
    {
        return http::to_string(base_url) + '/' + http::encode_segment(options.project_id);
    }

    [[nodiscard]] api_request request(const char* version, std::vector<std::string> below) const
    {
        api_request r;
        r.base_url = base_url;
        r.authorization = options.api_key;
        r.allow_plaintext = options.allow_plaintext;
        r.segments = {version, "agent", options.project_id};
        r.segments.insert(r.segments.end(), std::make_move_iterator(below.begin()),
                          std::make_move_iterator(below.end()));
        return r;
    }
};

using settings_ptr = std::shared_ptr<const agent_settings>;

} // namespace cojob::mintlify::detail

#endif
