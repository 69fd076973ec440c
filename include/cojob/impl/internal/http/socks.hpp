#ifndef COJOB_IMPL_INTERNAL_HTTP_SOCKS_HPP
#define COJOB_IMPL_INTERNAL_HTTP_SOCKS_HPP

#include <cojob/detail/ascii.hpp>
#include <cojob/http/url.hpp>
#include <cojob/impl/internal/http/host.hpp>
#include <cojob/impl/internal/http/no_proxy.hpp>
#include <cojob/secret.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace cojob::detail {

/// The client side of SOCKS 5 (RFC 1928, RFC 1929). No I/O: the caller sends each message and passes in the bytes of
/// the reply.
class socks_client {
  public:
    /// The target's host is a name, which the proxy resolves, or an address.
    socks_client(const http::origin& to, secret login) : login_(std::move(login))
    {
        const std::string_view host = without_final_dot(to.host);
        request_ = {version, '\x01', '\0'};
        if (const auto address = address_bytes(host)) {
            request_ += address->size() == 4 ? '\x01' : '\x04';
            request_ += *address;
        } else {
            request_ += '\x03';
            request_ += static_cast<char>(host.size());
            request_ += host;
        }
        request_ += static_cast<char>(to.port >> 8);
        request_ += static_cast<char>(to.port & 0xFF);
        if (host.size() > longest_name)
            fail("does not take names of more than 255 bytes");
    }

    /// The first message, which offers the authentication methods: none, and a password if there is a login.
    [[nodiscard]] std::string_view greeting() const
    {
        using namespace std::string_view_literals;
        return login_.empty() ? "\x05\x01\x00"sv : "\x05\x02\x00\x02"sv;
    }

    /// Consumes the reply to the last message once it is complete. Returns the next message to send, or an empty view.
    std::string_view take(std::string_view& received)
    {
        if (is_over() || received.size() < 2)
            return {};
        switch (step_) {
        case step::greeted: return choose(take_two(received));
        case step::logging_in: return log_in(take_two(received));
        default: take_reply(received); return {};
        }
    }

    [[nodiscard]] bool is_open() const noexcept { return step_ == step::open; }
    [[nodiscard]] bool is_over() const noexcept { return is_open() || !why_.empty(); }
    /// Why there is no tunnel, as a predicate whose subject is the proxy. Empty if nothing has failed.
    [[nodiscard]] std::string_view why() const noexcept { return why_; }
    /// Whether a retry would fail in the same way.
    [[nodiscard]] bool is_final() const noexcept { return is_final_; }

  private:
    enum class step { greeted, logging_in, requested, open };

    static constexpr char version = '\x05';
    static constexpr std::size_t longest_name = 255;

    static std::string_view take_two(std::string_view& received)
    {
        const auto two = received.substr(0, 2);
        received.remove_prefix(2);
        return two;
    }

    void fail(std::string_view why, bool is_final = true)
    {
        why_ = why;
        is_final_ = is_final;
    }

    std::string_view choose(std::string_view answer)
    {
        constexpr char none = '\0', password = '\x02', refused = '\xFF';
        if (answer[0] != version) {
            fail("does not speak SOCKS 5");
        } else if (answer[1] == none) {
            step_ = step::requested;
            return request_;
        } else if (answer[1] == password && !login_.empty()) {
            step_ = step::logging_in;
            return login_.reveal();
        } else if (answer[1] == refused) {
            fail(login_.empty() ? "wants a user and a password, or refuses this client"
                                : "takes neither a password nor a client without");
        } else {
            fail("chose a way to log in that was not offered");
        }
        return {};
    }

    std::string_view log_in(std::string_view answer)
    {
        if (answer[1] != '\0') {
            fail("refused the user and the password");
            return {};
        }
        step_ = step::requested; // some servers send the version of SOCKS instead of that of RFC 1929
        return request_;
    }

    void take_reply(std::string_view& received)
    {
        if (received[0] != version)
            return fail("does not speak SOCKS 5");
        if (received[1] != '\0')
            return refuse(received[1]);
        constexpr std::size_t before_address = 4, port = 2;
        if (received.size() <= before_address)
            return;
        std::size_t address = 0;
        switch (received[3]) {
        case '\x01': address = 4; break;
        case '\x03': address = std::size_t{1} + static_cast<unsigned char>(received[4]); break;
        case '\x04': address = 16; break;
        default: return fail("sent an address of an unknown type");
        }
        if (received.size() < before_address + address + port)
            return;
        received.remove_prefix(before_address + address + port);
        step_ = step::open;
    }

    /// Fails with the reply code of RFC 1928, 6.
    void refuse(char code)
    {
        switch (code) {
        case 1: return fail("reports a general failure", false);
        case 2: return fail("does not allow this server");
        case 3: return fail("cannot reach the server's network", false);
        case 4: return fail("cannot reach the server", false);
        case 5: return fail("was refused by the server", false);
        case 6: return fail("reports an expired TTL", false);
        case 7: return fail("does not know CONNECT");
        case 8: return fail("does not know addresses of this type");
        default: return fail("refused with an unknown code");
        }
    }

    secret login_;
    std::string request_;
    step step_ = step::greeted;
    std::string_view why_;
    bool is_final_ = false;
};

} // namespace cojob::detail

#endif
