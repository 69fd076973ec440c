#ifndef COJOB_IMPL_INTERNAL_CLIENT_SERVICE_SETTINGS_HPP
#define COJOB_IMPL_INTERNAL_CLIENT_SERVICE_SETTINGS_HPP

#include <cojob/detail/text.hpp>
#include <cojob/http/url.hpp>
#include <cojob/impl/internal/client/call_record.hpp>
#include <cojob/impl/internal/client/client_state.hpp>
#include <cojob/impl/internal/client/request.hpp>

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

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
    {
        if (key.empty())
            throw_invalid_argument(called.key, "must not be empty");
        if (key.is_fixed())
            check_key(key.fixed().reveal(), called.key);
        auto server = http::parse_url(url, called.url);
        check_plaintext(server, allow_plaintext, called.url);
        base_ = api_base(std::move(server), std::move(key), allow_plaintext);
    }

    /// Rejects a base URL that ends with the path which the service adds: some users copy the whole address.
    /// \throws api_error invalid_argument
    void refuse_end(std::string_view added, std::string_view option) const
    {
        if (base_url().base_path().ends_with(added))
            throw_invalid_argument(option,
                                   std::string("must not end with ").append(added).append(", which is added to it"));
    }

    /// The same for each beginning of the path that these segments make.
    void refuse_ends(std::initializer_list<std::string_view> segments, std::string_view option) const
    {
        std::string path;
        for (const auto segment : segments) {
            append_encoded(path += '/', segment);
            refuse_end(path, option);
        }
    }

    [[nodiscard]] const http::url& base_url() const noexcept { return base_.url(); }

    /// The target of the service's requests, to which each adds: the base URL's path and these segments.
    [[nodiscard]] std::string make_path(std::span<const std::string_view> segments) const
    {
        auto path = base_url().base_path();
        append_segments(path, segments);
        return path;
    }

    /// A call of the service, made where it stays. `path` is from `make_path`; the segments below it are checked by the
    /// caller.
    [[nodiscard]] call_ptr make_call(const client& c, std::string_view method, std::string_view path,
                                     std::initializer_list<std::string_view> below) const
    {
        auto call = std::make_shared<call_record>(client_state::of(c), client_state::settings_of(c));
        auto& request = call->request;
        set_base(request, *request_base::of(base_));
        set_method(request, method);
        auto& target = request.wire.target;
        constexpr std::size_t usual_ids = 96;
        target.reserve(path.size() + usual_ids);
        target = path;
        append_segments(target, below);
        return call;
    }

  private:
    api_base base_;
};

} // namespace cojob::detail

#endif
