#ifndef COJOB_IMPL_INTERNAL_HTTP_TLS_SETTINGS_HPP
#define COJOB_IMPL_INTERNAL_HTTP_TLS_SETTINGS_HPP

#include <cojob/detail/share.hpp>
#include <cojob/http/options.hpp>
#include <cojob/impl/internal/http/host.hpp>
#include <cojob/impl/internal/http/session_cache.hpp>
#include <cojob/impl/internal/http/tls.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace cojob::detail {

/// The TLS options of a client at one time, and the sessions of the connections that were opened with them. Connections
/// share ownership, because the client may replace its options while connections are open.
class tls_settings {
  public:
    /// Reads all files of the options.
    /// \throws api_error invalid_argument, with the option's name
    explicit tls_settings(tls_options options) : options_(std::move(options))
    {
        check_server_name(options_.server_name, "tls_options::server_name");
        if (options_.min_version > options_.max_version)
            throw_invalid_argument("tls_options::min_version", "must not be above max_version");
        if (!is_default())
            static_cast<void>(context());
        options_.client_key_pem = {}; // the context has the key
        options_.client_key_passphrase = nullptr;
    }
    tls_settings(const tls_settings&) = delete;
    tls_settings& operator=(const tls_settings&) = delete;
    ~tls_settings() = default;

    /// Returns the context. Options without authorities, CRL, pins or client certificate create it on first use,
    /// because reading the system's authorities takes some 50 ms.
    [[nodiscard]] SSL_CTX* context()
    {
        if (!context_)
            context_.emplace(make_tls_context(options_));
        return context_->native_handle();
    }

    /// The name that the server's certificate must match.
    [[nodiscard]] const std::string& name_of(const http::origin& to) const noexcept
    {
        return options_.server_name.empty() ? to.host : options_.server_name;
    }

    [[nodiscard]] const std::shared_ptr<session_cache>& sessions() const noexcept { return sessions_; }

  private:
    [[nodiscard]] bool is_default() const
    {
        const auto& o = options_;
        return !names_authorities(o) && o.crl_file.empty() && o.pins.empty() && !has_client_identity(o);
    }

    tls_options options_; // the context refers to the options
    std::optional<asio::ssl::context> context_;
    std::shared_ptr<session_cache> sessions_ = share<session_cache>();
};

} // namespace cojob::detail

#endif
