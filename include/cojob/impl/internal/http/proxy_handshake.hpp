#ifndef COJOB_IMPL_INTERNAL_HTTP_PROXY_HANDSHAKE_HPP
#define COJOB_IMPL_INTERNAL_HTTP_PROXY_HANDSHAKE_HPP

#include <cojob/detail/ascii.hpp>
#include <cojob/http/message.hpp>
#include <cojob/http/options.hpp>
#include <cojob/http/url.hpp>
#include <cojob/impl/internal/http/header_lines.hpp>
#include <cojob/impl/internal/http/proxy_url.hpp>
#include <cojob/impl/internal/http/response_reader.hpp>
#include <cojob/impl/internal/http/socks.hpp>
#include <cojob/impl/internal/http/tls_alerts.hpp>
#include <cojob/secret.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace cojob::detail {

/// Requests a tunnel to a server from a proxy, with CONNECT (RFC 9110, 9.3.6) or SOCKS 5. No I/O: the caller sends and
/// receives the bytes. Only the status and a numeric `Retry-After` of the proxy's response are kept, because a proxy
/// may echo the password.
class proxy_handshake {
  public:
    /// The buffer must be empty, and is empty again at the end: the server must not send before the client does. With
    /// `proxy_kind::socks5` the target's host is an address.
    proxy_handshake(const proxy_server& proxy, const http::origin& to, const limit_options& limits,
                    boost::beast::flat_buffer& received)
        : proxy_(proxy), limits_(small(limits)), received_(received), answer_(limits_, received, body_mode::absent)
    {
        if (proxy.speaks_socks()) {
            say(socks_.emplace(to, proxy.login).greeting());
            note_socks();
        } else {
            ask(to);
        }
    }
    proxy_handshake(const proxy_handshake&) = delete;
    proxy_handshake& operator=(const proxy_handshake&) = delete;
    ~proxy_handshake() { wipe(unsent_); }

    /// The bytes to send before the next read.
    [[nodiscard]] std::string_view unsent() const { return std::string_view(unsent_).substr(sent_); }
    void sent(std::size_t n) { sent_ += n; }

    [[nodiscard]] asio::mutable_buffer prepare() { return received_.prepare(read_size); }
    /// Processes `n` bytes that were read.
    void commit(std::size_t n)
    {
        if (socks_)
            take_socks(n);
        else if (answer_.commit(n))
            judge();
        if (is_over_ && why_.empty() && received_.size() != 0)
            fail(" sent something of its own before the server was spoken to", true);
    }

    /// Call this when the connection has ended.
    void end_of_input(const error_code& how)
    {
        if (is_over_)
            return;
        const auto is_refused = refuses_handshake(how); // learned only now with TLS 1.3
        fail((is_refused ? " refused the TLS handshake: " : " closed the connection: ") + how.message(), is_refused);
    }

    [[nodiscard]] bool is_over() const noexcept { return is_over_; }

    /// The reason why there is no tunnel. Empty if there is one.
    [[nodiscard]] std::string why() const { return why_.empty() ? why_ : proxy_.name() + why_; }
    /// Whether a retry would fail in the same way.
    [[nodiscard]] bool is_final() const noexcept { return is_final_; }
    /// The status of the proxy's response, and its `Retry-After` if it has one.
    [[nodiscard]] http::response response() const
    {
        http::response kept;
        kept.status = status_;
        if (!retry_after_.empty())
            add_header(kept.headers, "Retry-After", retry_after_);
        return kept;
    }

  private:
    static constexpr std::size_t read_size = 4096;

    /// Bounds the head of the response, because proxies send short ones.
    static limit_options small(limit_options limits)
    {
        limits.header_bytes = std::min(limits.header_bytes, std::size_t{16} * 1024);
        return limits;
    }

    void say(std::string_view text)
    {
        wipe(unsent_);
        unsent_ = text;
        sent_ = 0;
    }

    void ask(const http::origin& to)
    {
        auto server = http::host_header(to);
        if (to.port == (to.is_secure ? 443 : 80)) // CONNECT always requires a port
            server += ':' + std::to_string(to.port);
        constexpr std::string_view begin = "CONNECT ", version = " HTTP/1.1\r\nHost: ",
                                   login = "\r\nProxy-Authorization: ", end = "\r\n\r\n";
        const auto authorization = proxy_.login.reveal();
        unsent_.reserve(begin.size() + version.size() + login.size() + end.size() + 2 * server.size() +
                        authorization.size()); // a reallocation would leave a copy of the password
        unsent_.append(begin).append(server).append(version).append(server);
        if (!authorization.empty())
            unsent_.append(login).append(authorization);
        unsent_.append(end);
    }

    void fail(std::string_view why, bool is_final)
    {
        is_over_ = true;
        why_ = why;
        is_final_ = is_final;
    }

    void take_socks(std::size_t n)
    {
        received_.commit(n);
        std::string_view rest(static_cast<const char*>(received_.cdata().data()), received_.size());
        const auto next = socks_->take(rest);
        received_.consume(received_.size() - rest.size());
        if (!next.empty())
            say(next);
        if (!next.empty() && received_.size() != 0)
            return fail(" answered before it was asked", true);
        note_socks();
    }

    void note_socks()
    {
        is_over_ = socks_->is_over();
        if (!socks_->why().empty())
            fail(' ' + std::string(socks_->why()), socks_->is_final());
    }

    /// Evaluates the response. A failure such as 407 is final, because repeated wrong passwords may lock an account.
    void judge()
    {
        const auto message = answer_.take_message();
        if (answer_.failure())
            return fail(" gave no answer that could be read: " + answer_.why(), true);
        is_over_ = true;
        status_ = message.status;
        if (status_ / 100 == 2)
            return;
        const auto may_pass =
            status_ == 408 || status_ == 429 || (status_ / 100 == 5 && status_ != 501 && status_ != 505);
        if (status_ == 407 || (status_ == 401 && !proxy_.login.empty())) // tinyproxy responds with 401
            fail(proxy_.login.empty() ? " wants a user and a password" : " refused the user and the password", true);
        else
            fail(" answered " + std::to_string(status_) + " to CONNECT", !may_pass);
        const auto hint = message.header("Retry-After").value_or(std::string_view());
        constexpr std::size_t longest = 9;
        if (may_pass && hint.size() <= longest && std::all_of(hint.begin(), hint.end(), is_digit))
            retry_after_ = hint;
    }

    const proxy_server& proxy_;
    limit_options limits_;
    boost::beast::flat_buffer& received_;
    response_reader answer_;
    std::optional<socks_client> socks_;
    std::string unsent_;
    std::size_t sent_ = 0;
    std::string why_, retry_after_;
    int status_ = 0;
    bool is_over_ = false, is_final_ = false;
};

} // namespace cojob::detail

#endif
