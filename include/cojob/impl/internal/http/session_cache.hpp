#ifndef COJOB_IMPL_INTERNAL_HTTP_SESSION_CACHE_HPP
#define COJOB_IMPL_INTERNAL_HTTP_SESSION_CACHE_HPP

#include <cojob/clock.hpp>
#include <cojob/http/url.hpp>

#include <openssl/ssl.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cojob::detail {

struct session_free {
    void operator()(SSL_SESSION* session) const noexcept { SSL_SESSION_free(session); }
};
using session_ptr = std::unique_ptr<SSL_SESSION, session_free>;

/// A TLS session that may be resumed, and until when. The time is that of the certificates it was verified with, so it
/// does not start anew when a resumed connection gets another ticket.
struct resumable {
    session_ptr session{};
    timestamp until{};
};

/// The server whose sessions are kept together: where a connection leads, and through what. The options are not part of
/// it, because each set of options has a cache of its own.
inline std::string session_key(const http::origin& to, std::string_view proxy = {})
{
    return std::string(proxy).append(1, '\n').append(to.host).append(1, ':').append(std::to_string(to.port));
}

/// The TLS sessions that servers have given to one client with one set of options. No I/O. A session of TLS 1.3 is
/// taken out when it is used, because two connections with the same ticket could be linked by whoever watches (RFC
/// 8446, C.4); one of TLS 1.2 stays.
class session_cache {
  public:
    static constexpr std::size_t most = 64, most_of_a_server = 8; // as many as connections at a time

    void put(const std::string& server, resumable given, timestamp now)
    {
        if (!given.session || given.until <= now || SSL_SESSION_is_resumable(given.session.get()) == 0)
            return;
        const auto replaces = !is_single_use(*given.session);
        std::size_t others = 0;
        for (auto i = kept_.size(); i-- != 0;) // the newest first
            if (kept_[i].what.until <= now || (kept_[i].server == server && (replaces || ++others >= most_of_a_server)))
                erase(i);
        if (kept_.size() >= most)
            erase(0);
        kept_.push_back({server, std::move(given)});
    }

    /// The newest session of a server, the likeliest to be accepted; none if there is none.
    [[nodiscard]] resumable take(const std::string& server, timestamp now)
    {
        for (auto i = kept_.size(); i-- != 0;) {
            if (kept_[i].server != server)
                continue;
            auto& found = kept_[i].what;
            if (found.until > now && !is_single_use(*found.session))
                return {session_ptr(SSL_SESSION_dup(found.session.get())), found.until};
            auto taken = std::move(found);
            erase(i);
            if (taken.until > now)
                return taken;
        }
        return {};
    }

    /// After a handshake that failed, or an alert.
    void forget(const std::string& server)
    {
        for (auto i = kept_.size(); i-- != 0;)
            if (kept_[i].server == server)
                erase(i);
    }

    void clear() noexcept { kept_.clear(); }

    [[nodiscard]] std::size_t size() const noexcept { return kept_.size(); }

  private:
    struct entry {
        std::string server;
        resumable what;
    };

    static bool is_single_use(const SSL_SESSION& session)
    {
        return SSL_SESSION_get_protocol_version(&session) >= TLS1_3_VERSION;
    }

    void erase(std::size_t i) { kept_.erase(kept_.begin() + static_cast<std::ptrdiff_t>(i)); }

    std::vector<entry> kept_; // the oldest first
};

/// What one connection has to do with its client's sessions: it begins with one, and keeps those that the server gives.
class session_use {
  public:
    /// Whom the session is with.
    enum class peer { server, proxy };

    session_use() = default;
    session_use(const session_use&) = delete;
    session_use& operator=(const session_use&) = delete;
    ~session_use() = default;

    /// Before the handshake. Stays where it is from then on.
    void begin(SSL* ssl, std::shared_ptr<session_cache> cache, std::string server, peer with = peer::server)
    {
        peer_ = with;
        cache_ = std::move(cache);
        server_ = std::move(server);
        SSL_set_app_data(ssl, this);
        const auto offered = cache_->take(server_, now());
        if (offered.session)
            SSL_set_session(ssl, offered.session.get()); // without it the handshake is a full one
        offered_until_ = offered.until;
    }

    /// Of a connection that has begun.
    [[nodiscard]] static bool is_with_proxy(SSL* ssl) noexcept
    {
        const auto* const self = static_cast<const session_use*>(SSL_get_app_data(ssl));
        return self && self->peer_ == peer::proxy;
    }

    /// After an alert or a failed handshake: no session of this server is used again.
    void forget()
    {
        if (cache_)
            cache_->forget(server_);
    }

    /// Has the connections of a context keep what they are given. OpenSSL's own store would not know the servers.
    static void enable(SSL_CTX* context)
    {
        SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
        SSL_CTX_sess_set_new_cb(context, &arrived);
    }

  private:
    static timestamp now() { return std::chrono::system_clock::now(); } // which OpenSSL judges certificates by

    /// A copy is kept: OpenSSL marks the connection's own session when the peer closes without a close_notify, and many
    /// servers close idle connections so (allowed by RFC 5246, 7.2.1). What a failure means for the others, `forget`
    /// says.
    static int arrived(SSL* ssl, SSL_SESSION* session) noexcept
    {
        if (auto* const self = static_cast<session_use*>(SSL_get_app_data(ssl)))
            try {
                const auto until = self->end_of(ssl, *session);
                self->cache_->put(self->server_, {session_ptr(SSL_SESSION_dup(session)), until}, now());
            } catch (...) { // memory: the next handshake is a full one
            }
        return 0;
    }

    /// A ticket lives no longer than its server says, the certificates that were verified, or a day.
    [[nodiscard]] timestamp end_of(SSL* ssl, const SSL_SESSION& session) const
    {
        const auto until = SSL_session_reused(ssl) != 0 ? offered_until_ : now() + verified_for(ssl);
        const auto hint = SSL_SESSION_get_ticket_lifetime_hint(&session); // in TLS 1.2, zero says nothing
        const auto has_hint = hint != 0 || SSL_SESSION_get_protocol_version(&session) >= TLS1_3_VERSION;
        return has_hint ? std::min<timestamp>(until,
                                              now() + std::min<std::chrono::seconds>(std::chrono::seconds(hint), a_day))
                        : until;
    }

    static std::chrono::seconds verified_for(SSL* ssl)
    {
        std::chrono::seconds left = a_day;
        if ((SSL_get_verify_mode(ssl) & SSL_VERIFY_PEER) == 0)
            return left;
        const auto* const chain = SSL_get0_verified_chain(ssl);
        const auto size = chain ? sk_X509_num(chain) : 0;
        for (int i = 0; i < size; ++i) {
            int days = 0, seconds = 0;
            if (ASN1_TIME_diff(&days, &seconds, nullptr, X509_get0_notAfter(sk_X509_value(chain, i))) == 0)
                return {};
            left = std::min<std::chrono::seconds>(left, std::chrono::hours(24) * days + std::chrono::seconds(seconds));
        }
        return size > 0 ? left : std::chrono::seconds();
    }

    static constexpr std::chrono::seconds a_day = std::chrono::hours(24);

    std::shared_ptr<session_cache> cache_;
    std::string server_;
    timestamp offered_until_{};
    peer peer_ = peer::server;
};

} // namespace cojob::detail

#endif
