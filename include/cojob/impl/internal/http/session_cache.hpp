#ifndef COJOB_IMPL_INTERNAL_HTTP_SESSION_CACHE_HPP
#define COJOB_IMPL_INTERNAL_HTTP_SESSION_CACHE_HPP

#include <cojob/clock.hpp>
#include <cojob/http/url.hpp>

#include <openssl/ssl.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cojob::detail {

struct session_free {
    void operator()(SSL_SESSION* session) const noexcept { SSL_SESSION_free(session); }
};
using session_ptr = std::unique_ptr<SSL_SESSION, session_free>;

/// A TLS session and the time until which it may be resumed. That time is never later than the expiry of the
/// certificates that were verified, and a new ticket on a resumed connection does not extend it.
struct resumable {
    session_ptr session{};
    timestamp until{};
};

/// The key of a server's sessions: the server and the proxy in front of it. The options are not part of the key,
/// because each set of options has its own cache.
inline std::string session_key(const http::origin& to, std::string_view proxy = {})
{
    return std::string(proxy).append(1, '\n').append(to.host).append(1, ':').append(std::to_string(to.port));
}

/// When a session ends that arrives at `now`. A ticket of a resumed connection keeps the end of the resumed session;
/// any other ends with the verified certificates, at most a day from now. `hint` is the server's, if it gave one.
[[nodiscard]] inline timestamp end_of_session(timestamp now, std::optional<timestamp> resumed_until,
                                              std::chrono::seconds verified_for,
                                              std::optional<std::chrono::seconds> hint)
{
    constexpr std::chrono::seconds a_day = std::chrono::hours(24);
    const auto until = resumed_until.value_or(now + std::min(verified_for, a_day));
    return hint ? std::min<timestamp>(until, now + std::min(*hint, a_day)) : until;
}

/// The TLS sessions of one client with one set of options. Using a TLS 1.3 session removes it, because an observer
/// could link two connections with the same ticket (RFC 8446, C.4). A TLS 1.2 session stays. No I/O.
class session_cache {
  public:
    static constexpr std::size_t most = 64, most_of_a_server = 8; // as many as connections at a time

    void put(const std::string& server, resumable given, timestamp now)
    {
        if (!given.session || given.until <= now || SSL_SESSION_is_resumable(given.session.get()) == 0)
            return;
        const auto replaces = !is_single_use(*given.session);
        std::size_t others = 0;
        for (auto i = kept_.size(); i-- != 0;) // newest first
            if (kept_[i].what.until <= now || (kept_[i].server == server && (replaces || ++others >= most_of_a_server)))
                erase(i);
        if (kept_.size() >= most)
            erase(0);
        kept_.push_back({server, std::move(given)});
    }

    /// Returns the newest session of a server, which the server is most likely to accept. Empty if there is none.
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

    /// Removes the sessions of a server, after a failed handshake or an alert.
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

    std::vector<entry> kept_; // oldest first
};

/// Connects one TLS connection to the session cache: it offers a cached session, and caches the sessions that the
/// server sends.
class session_use {
  public:
    /// The peer of the session.
    enum class peer { server, proxy };

    session_use() = default;
    session_use(const session_use&) = delete;
    session_use& operator=(const session_use&) = delete;
    ~session_use() = default;

    /// Call this before the handshake. The object must not move afterwards.
    void begin(SSL* ssl, std::shared_ptr<session_cache> cache, std::string server, peer with = peer::server)
    {
        peer_ = with;
        cache_ = std::move(cache);
        server_ = std::move(server);
        SSL_set_app_data(ssl, this);
        const auto offered = cache_->take(server_, now());
        if (offered.session)
            SSL_set_session(ssl, offered.session.get()); // if this fails, the handshake is a full one
        offered_until_ = offered.until;
    }

    /// Returns whether the peer is a proxy. False before `begin`.
    [[nodiscard]] static bool is_with_proxy(SSL* ssl) noexcept
    {
        const auto* const self = static_cast<const session_use*>(SSL_get_app_data(ssl));
        return self && self->peer_ == peer::proxy;
    }

    /// Removes the sessions of this server, after an alert or a failed handshake.
    void forget()
    {
        if (cache_)
            cache_->forget(server_);
    }

    /// Makes the connections of a context cache their sessions. OpenSSL's internal cache has no notion of servers.
    static void enable(SSL_CTX* context)
    {
        SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
        SSL_CTX_sess_set_new_cb(context, &arrived);
    }

  private:
    static timestamp now() { return std::chrono::system_clock::now(); } // OpenSSL verifies certificates by this clock

    /// Caches a copy, because OpenSSL invalidates the connection's own session if the peer closes without close_notify.
    /// Many servers close idle connections that way (RFC 5246, 7.2.1, allows it). `forget` handles real failures.
    static int arrived(SSL* ssl, SSL_SESSION* session) noexcept
    {
        if (auto* const self = static_cast<session_use*>(SSL_get_app_data(ssl)))
            try {
                const auto until = self->end_of(ssl, *session);
                self->cache_->put(self->server_, {session_ptr(SSL_SESSION_dup(session)), until}, now());
            } catch (...) { // out of memory: the next handshake is a full one
            }
        return 0;
    }

    [[nodiscard]] timestamp end_of(SSL* ssl, const SSL_SESSION& session) const
    {
        const auto is_resumed = SSL_session_reused(ssl) != 0;
        const auto hint = SSL_SESSION_get_ticket_lifetime_hint(&session); // in TLS 1.2 zero means unspecified
        const auto has_hint = hint != 0 || SSL_SESSION_get_protocol_version(&session) >= TLS1_3_VERSION;
        return end_of_session(now(), is_resumed ? std::optional(offered_until_) : std::nullopt,
                              is_resumed ? std::chrono::seconds() : verified_for(ssl),
                              has_hint ? std::optional(std::chrono::seconds(hint)) : std::nullopt);
    }

    /// For how long the certificates that were verified remain valid.
    static std::chrono::seconds verified_for(SSL* ssl)
    {
        auto left = std::chrono::seconds::max();
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

    std::shared_ptr<session_cache> cache_;
    std::string server_;
    timestamp offered_until_{};
    peer peer_ = peer::server;
};

} // namespace cojob::detail

#endif
