#ifndef COJOB_IMPL_INTERNAL_CLIENT_SERVICE_SETTINGS_HPP
#define COJOB_IMPL_INTERNAL_CLIENT_SERVICE_SETTINGS_HPP

#include <cojob/detail/text.hpp>
#include <cojob/http/url.hpp>
#include <cojob/impl/internal/client/request.hpp>

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cojob::detail {

/// A service's base URL and credential, validated.
class service_settings {
  public:
    /// The options' names, for error messages.
    struct names {
        std::string_view key, url;
    };

    /// \throws api_error invalid_argument, naming the option
    service_settings(const names& called, credential key, const std::string& url, bool allow_plaintext)
        : key_(std::move(key)), allow_plaintext_(allow_plaintext)
    {
        if (key_.empty())
            throw_invalid_argument(called.key, "must not be empty");
        if (key_.is_fixed())
            check_key(key_.fixed().reveal(), called.key);
        base_url_ = http::parse_url(url, called.url);
        check_plaintext(base_url_, allow_plaintext_, called.url);
    }

    /// Rejects a base URL that ends with the path which the service adds: some users copy the whole address.
    /// \throws api_error invalid_argument
    void refuse_end(std::string_view added, std::string_view option) const
    {
        if (base_url_.base_path().ends_with(added))
            throw_invalid_argument(option,
                                   std::string("must not end with ").append(added).append(", which is added to it"));
    }

    [[nodiscard]] const http::url& base_url() const noexcept { return base_url_; }

    /// A request for the base URL, followed by the segments of `path` and `below`.
    [[nodiscard]] api_request request(std::string method, std::span<const std::string_view> path,
                                      std::initializer_list<std::string_view> below) const
    {
        std::vector<std::string> segments;
        segments.reserve(path.size() + below.size() + 1); // retry_request adds a segment
        for (const auto segment : path)
            segments.emplace_back(segment);
        for (const auto segment : below)
            segments.emplace_back(segment);
        api_request r(std::move(method), base_url_, std::move(segments), key_);
        r.allow_plaintext = allow_plaintext_;
        return r;
    }

  private:
    credential key_;
    bool allow_plaintext_;
    http::url base_url_;
};

} // namespace cojob::detail

#endif
