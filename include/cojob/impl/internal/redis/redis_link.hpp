#ifndef COJOB_IMPL_INTERNAL_REDIS_REDIS_LINK_HPP
#define COJOB_IMPL_INTERNAL_REDIS_REDIS_LINK_HPP

#include <cojob/error.hpp>
#include <cojob/impl/internal/http/host.hpp>
#include <cojob/impl/internal/http/tls.hpp>
#include <cojob/redis/quota_ledger.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/redis/config.hpp>
#include <boost/redis/connection.hpp>
#include <boost/redis/logger.hpp>

#include <openssl/ssl.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace cojob::detail {

/// How sessions connect to Redis.
class redis_link {
  public:
    /// Reads all files of the options. \throws api_error invalid_argument, with the option's name
    explicit redis_link(redis_ledger_options options)
        : options_(std::move(options)), server_(without_final_dot(name_of(options_)))
    {
        if (options_.use_tls && !options_.connection)
            context_.emplace(make_context());
    }
    redis_link(const redis_link&) = delete;
    redis_link& operator=(const redis_link&) = delete;
    ~redis_link() = default;

    [[nodiscard]] const redis_ledger_options& options() const noexcept { return options_; }

    [[nodiscard]] boost::redis::config config() const
    {
        boost::redis::config c;
        c.use_ssl = options_.use_tls;
        c.addr = {options_.host, options_.port};
        c.username = options_.user.empty() ? "default" : options_.user;
        c.password = options_.password.reveal();
        c.clientname = "cojob";
        c.database_index = options_.database;
        c.resolve_timeout = c.connect_timeout = c.ssl_handshake_timeout = options_.timeout;
        c.health_check_interval = c.reconnect_wait_interval = std::chrono::seconds(0);
        return c;
    }

    /// \param executor a strand
    [[nodiscard]] std::shared_ptr<boost::redis::connection> connect(const asio::any_io_executor& executor)
    {
        using boost::redis::connection;
#if BOOST_VERSION >= 108900
        return std::make_shared<connection>(executor, context(), silence());
#elif BOOST_VERSION >= 108500
        return std::make_shared<connection>(executor, context());
#else
        return std::make_shared<connection>(executor);
#endif
    }

    /// What Boost.Redis logs is nobody's: errors say what failed.
    [[nodiscard]] static boost::redis::logger silence()
    {
        return boost::redis::logger(boost::redis::logger::level::disabled);
    }

  private:
    [[nodiscard]] static const std::string& name_of(const redis_ledger_options& o)
    {
        return o.tls.server_name.empty() ? o.host : o.tls.server_name;
    }

    /// The certificate must be for the server's name, which is also sent: Boost.Redis does neither.
    [[nodiscard]] asio::ssl::context make_context()
    {
        check_server_name(options_.tls.server_name, "tls_options::server_name");
        if (options_.tls.min_version > options_.tls.max_version)
            throw_invalid_argument("tls_options::min_version", "must not be above max_version");
        auto made = make_tls_context(options_.tls);
        auto* const tls = made.native_handle();
        SSL_CTX_set_alpn_protos(tls, nullptr, 0);
        SSL_CTX_sess_set_new_cb(tls, nullptr);
        if (!expect_name(SSL_CTX_get0_param(tls), server_))
            throw_invalid_argument("redis_ledger_options::host", "cannot be the name of a certificate");
        SSL_CTX_set_ex_data(tls, name_index(), &server_);
        SSL_CTX_set_info_callback(tls, &begin_handshake);
        return made;
    }

    static int name_index()
    {
        static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
        return index;
    }

    static void begin_handshake(const SSL* ssl, int where, int) noexcept
    {
        if (where != SSL_CB_HANDSHAKE_START)
            return;
        const auto* const name =
            static_cast<const std::string*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), name_index()));
        if (name)
            send_name(const_cast<SSL*>(ssl), *name); // NOLINT(cppcoreguidelines-pro-type-const-cast): OpenSSL's own
    }

    /// A connection owns its context; all share one of OpenSSL's.
    [[nodiscard]] asio::ssl::context context()
    {
        if (!context_)
            return asio::ssl::context(asio::ssl::context::tls_client);
        SSL_CTX_up_ref(context_->native_handle());
        return asio::ssl::context(context_->native_handle());
    }

    const redis_ledger_options options_; // the context refers to the options and to the name
    std::string server_;
    std::optional<asio::ssl::context> context_;
};

} // namespace cojob::detail

#endif
