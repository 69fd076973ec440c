#ifndef COJOB_IMPL_INTERNAL_HTTP_PROXY_CHOICE_HPP
#define COJOB_IMPL_INTERNAL_HTTP_PROXY_CHOICE_HPP

#include <cojob/http/proxy_options.hpp>
#include <cojob/http/url.hpp>
#include <cojob/impl/internal/http/no_proxy.hpp>
#include <cojob/impl/internal/http/proxy_url.hpp>
#include <cojob/secret.hpp>

#include <initializer_list>
#include <optional>
#include <string>

namespace cojob::detail {

/// Reads an environment variable. An unset variable is empty.
using environment_reader = std::string (*)(const std::string& variable);

inline std::string process_environment(const std::string& variable)
{
    return environment(variable);
}

/// Chooses the proxy of each server. The choice depends on the options, and on the environment at construction. Two
/// connections to one origin therefore never use different proxies, and the pools need no key but the origin.
class proxy_choice {
  public:
    /// \throws api_error invalid_argument, with the name of the option or variable
    explicit proxy_choice(const proxy_options& options, environment_reader read = &process_environment)
        : allows_key_in_clear_(options.allow_key_in_clear)
    {
        if (!options.url.empty()) {
            is_for_loopback_ = true;
            for_https_ = for_http_ = parse_proxy_url(options.url, "proxy_options::url");
        } else if (options.from_environment) {
            for_https_ = first_of({"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}, read);
            // In a CGI program the client controls HTTP_PROXY through the header `Proxy` of its request (httpoxy,
            // CVE-2016-5385).
            const auto is_cgi = !read("REQUEST_METHOD").empty();
            if (!is_cgi)
                for_http_ = first_of({"http_proxy", "HTTP_PROXY"}, read);
#if !defined(_WIN32) // where names ignore case
            if (is_cgi)
                for_http_ = first_of({"http_proxy"}, read);
#endif
            if (!for_http_)
                for_http_ = first_of({"all_proxy", "ALL_PROXY"}, read);
            no_proxy_ = read("no_proxy");
            if (no_proxy_.empty())
                no_proxy_ = read("NO_PROXY");
        }
    }

    /// Returns the proxy for a server, or null if there is none.
    [[nodiscard]] const proxy_server* of(const http::origin& to) const
    {
        const auto& proxy = to.is_secure ? for_https_ : for_http_;
        if (!proxy || (!is_for_loopback_ && (http::is_loopback(to) || is_exempt(no_proxy_, to))))
            return nullptr;
        return &*proxy;
    }

    /// Returns whether a proxy would see the key in clear text, which the options do not allow.
    [[nodiscard]] bool forbids(const http::origin& to) const { return !to.is_secure && !allows_key_in_clear_; }

  private:
    static std::optional<proxy_server> first_of(std::initializer_list<const char*> variables, environment_reader read)
    {
        for (const char* const variable : variables) {
            const secret value(read(variable));
            if (!value.empty())
                return parse_proxy_url(value.reveal(), variable);
        }
        return std::nullopt;
    }

    std::optional<proxy_server> for_https_, for_http_;
    std::string no_proxy_;
    bool is_for_loopback_ = false, allows_key_in_clear_;
};

} // namespace cojob::detail

#endif
