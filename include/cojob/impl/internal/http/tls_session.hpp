#ifndef COJOB_IMPL_INTERNAL_HTTP_TLS_SESSION_HPP
#define COJOB_IMPL_INTERNAL_HTTP_TLS_SESSION_HPP

#include <cojob/error.hpp>
#include <cojob/impl/internal/http/session_cache.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/error.hpp>

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <memory>
#include <new>

namespace cojob::detail {

/// What a read or write that never blocks has done. Where it would have blocked the error is `would_block`.
struct io_result {
    error_code error{};
    std::size_t bytes = 0;
};

/// TLS over a socket that does not block. OpenSSL reads and writes the socket itself: a request costs one wait for its
/// answer, where `asio::ssl::stream` needs several operations and copies every byte once more.
///
/// OpenSSL does not return from a read while records without application data keep coming: session tickets, key
/// updates, requests to negotiate anew. So each call reads the socket a few times only and then would block, as if
/// nothing more had come: the wait that follows lets others have their turn.
///
/// A session may run within another one, the one with a proxy. Only the outer one uses the socket then.
class tls_session {
  public:
    /// The socket, and the outer session if there is one, stay where they are.
    /// \throws std::bad_alloc
    tls_session(asio::ip::tcp::socket& socket, SSL_CTX* context, tls_session* outer = nullptr)
        : socket_(socket), outer_(outer), ssl_(SSL_new(context))
    {
        auto* const bio = ssl_ ? BIO_new(socket_method()) : nullptr;
        if (!bio)
            throw std::bad_alloc();
        BIO_set_data(bio, this);
        BIO_set_init(bio, 1);
        SSL_set_bio(ssl_.get(), bio, bio);
        SSL_set_connect_state(ssl_.get());
        SSL_set_read_ahead(ssl_.get(), 1);
        SSL_set_mode(ssl_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    }
    tls_session(const tls_session&) = delete;
    tls_session& operator=(const tls_session&) = delete;
    ~tls_session() = default;

    /// Reads of the socket in one call. The largest record takes two; two full of key updates keep a thread for 20 ms.
    static constexpr int most_socket_reads = 2;

    [[nodiscard]] SSL* native_handle() const noexcept { return ssl_.get(); }

    /// The client's sessions with this server: the handshake begins with one, and those that come are kept.
    [[nodiscard]] session_use& sessions() noexcept { return sessions_; }

    io_result handshake()
    {
        begin_call();
        const auto done = told(SSL_do_handshake(ssl_.get()));
        if (!done.error) {
            SSL_set_msg_callback(ssl_.get(), &see_message);
            SSL_set_msg_callback_arg(ssl_.get(), this);
        }
        return done;
    }

    /// Whether a read ended because the server did not accept the handshake. In TLS 1.3 the client has finished it, and
    /// may have sent a request, before its server says so; and a server that has said anything else has accepted it.
    [[nodiscard]] bool was_refused(const error_code& read) const
    {
        return SSL_version(ssl_.get()) == TLS1_3_VERSION && !is_accepted_ && refuses_handshake(read);
    }

    /// Alerts that a server sends instead of accepting a handshake (RFC 8446, 6.2). Any other may come while it serves.
    [[nodiscard]] static bool refuses_handshake(const error_code& error)
    {
        const auto code = static_cast<unsigned long>(error.value());
        if (error.category() != asio::error::get_ssl_category() || ERR_GET_LIB(code) != ERR_LIB_SSL)
            return false;
        switch (ERR_GET_REASON(code) - SSL_AD_REASON_OFFSET) {
        case SSL_AD_HANDSHAKE_FAILURE:
        case SSL_AD_BAD_CERTIFICATE:
        case SSL_AD_UNSUPPORTED_CERTIFICATE:
        case SSL_AD_CERTIFICATE_REVOKED:
        case SSL_AD_CERTIFICATE_EXPIRED:
        case SSL_AD_CERTIFICATE_UNKNOWN:
        case SSL_AD_UNKNOWN_CA:
        case SSL_AD_ACCESS_DENIED:
        case SSL_AD_CERTIFICATE_REQUIRED: return true;
        default: return false;
        }
    }

    io_result read_some(asio::mutable_buffer room)
    {
        begin_call();
        return told(SSL_read(ssl_.get(), room.data(), to_int(room.size())));
    }

    io_result write_some(asio::const_buffer bytes)
    {
        begin_call();
        return told(SSL_write(ssl_.get(), bytes.data(), to_int(bytes.size())));
    }

    /// Tells the server that nothing more comes (close_notify), without waiting for its answer: a server that has it
    /// knows that nobody cut the connection. Where it cannot be written now it is not written, and not when a static
    /// client goes after OpenSSL has.
    void say_goodbye() noexcept
    {
        if (SSL_is_init_finished(ssl_.get()) == 0 || OPENSSL_init_crypto(0, nullptr) == 0)
            return;
        begin_call();
        if (SSL_shutdown(ssl_.get()) < 0)
            ERR_clear_error();
    }

    /// What the socket has to be waited for after `would_block`: TLS may have to write in order to read.
    [[nodiscard]] asio::socket_base::wait_type lacks() const noexcept
    {
        if (outer_)
            return outer_->lacks();
        return is_write_blocked_ ? asio::socket_base::wait_write : asio::socket_base::wait_read;
    }

    /// Whether the last call ended as `would_block` although the socket may have more.
    [[nodiscard]] bool was_cut_short() const noexcept { return outer_ ? outer_->was_cut_short() : reads_left_ < 0; }

  private:
    struct ssl_free {
        void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
    };
    struct method_free {
        void operator()(BIO_METHOD* method) const noexcept { BIO_meth_free(method); }
    };

    static int to_int(std::size_t size) noexcept
    {
        return static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max()));
    }

    /// What other code left in this thread's queue of errors would be taken for this session's, and what became of the
    /// socket before for what happens now.
    void begin_call() noexcept
    {
        if (outer_)
            outer_->reads_left_ = most_socket_reads;
        reads_left_ = most_socket_reads;
        begin_step();
    }

    void begin_step() noexcept
    {
        socket_error_ = {};
        if (ERR_peek_error() != 0)
            ERR_clear_error();
    }

    /// What a function of OpenSSL has returned.
    io_result told(int returned)
    {
        if (returned > 0)
            return {{}, static_cast<std::size_t>(returned)};
        // A fatal error may come with an alert that cannot be written now. The error counts.
        const auto kind = SSL_get_error(ssl_.get(), returned);
        if ((kind == SSL_ERROR_WANT_READ || kind == SSL_ERROR_WANT_WRITE) && socket_error_)
            return {asio::error::would_block, 0};
        if (socket_error_ && socket_error_ != asio::error::would_block)
            return {socket_error_ == asio::error::eof ? asio::ssl::error::stream_truncated : socket_error_, 0};
        if (kind == SSL_ERROR_ZERO_RETURN)
            return {asio::error::eof, 0};
        const auto code = ERR_get_error();
        ERR_clear_error();
        if (ERR_GET_REASON(code) != SSL_R_UNEXPECTED_EOF_WHILE_READING) // a mere cut is no verdict on the session
            sessions_.forget();
        return {code != 0 ? error_code(static_cast<int>(code), asio::error::get_ssl_category())
                          : asio::ssl::error::unspecified_system_error,
                0};
    }

    /// What OpenSSL does to a BIO of this library, done to a socket; made once.
    static const BIO_METHOD* socket_method()
    {
        static const BIO_METHOD* const method = [] {
            std::unique_ptr<BIO_METHOD, method_free> m(
                BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "cojob socket"));
            if (!m)
                throw std::bad_alloc();
            BIO_meth_set_read(m.get(), &read_socket);
            BIO_meth_set_write(m.get(), &write_socket);
            BIO_meth_set_ctrl(m.get(), &control);
            return m.release(); // for good: connections of static clients go after statics of this function
        }();
        return method;
    }

    static tls_session& of(BIO* bio) noexcept { return *static_cast<tls_session*>(BIO_get_data(bio)); }

    static int read_socket(BIO* bio, char* room, int size)
    {
        auto& self = of(bio);
        std::size_t n = 0;
        if (self.outer_)
            n = self.took(self.outer_->read_within(room, size));
        else if (--self.reads_left_ < 0)
            self.socket_error_ = asio::error::would_block;
        else
            n = self.socket_.read_some(asio::buffer(room, static_cast<std::size_t>(size)), self.socket_error_);
        return self.moved(bio, n, false);
    }

    static int write_socket(BIO* bio, const char* bytes, int size)
    {
        auto& self = of(bio);
        const auto n = self.outer_ ? self.took(self.outer_->write_within(bytes, size))
                                   : self.socket_.write_some(asio::buffer(bytes, static_cast<std::size_t>(size)),
                                                             self.socket_error_);
        return self.moved(bio, n, true);
    }

    /// For the inner session. The reads of one call are counted at the socket only: what the outer session has read
    /// ahead cannot be waited for there, so the inner one has to take all of it before it waits.
    io_result read_within(char* room, int size)
    {
        begin_step();
        return told(SSL_read(ssl_.get(), room, size));
    }

    io_result write_within(const char* bytes, int size)
    {
        begin_step();
        return told(SSL_write(ssl_.get(), bytes, size));
    }

    /// What the outer session has done. An alert there is the proxy's, and must not be taken for one of the server's.
    std::size_t took(const io_result& done)
    {
        const auto is_alert = done.error.category() == asio::error::get_ssl_category();
        socket_error_ = is_alert ? error_code(asio::error::connection_aborted) : done.error;
        return done.bytes;
    }

    /// After the handshake, and called for records too.
    static void see_message(int is_written, int, int type, const void*, std::size_t, SSL*, void* session) noexcept
    {
        if (is_written == 0 && type == SSL3_RT_HANDSHAKE)
            static_cast<tls_session*>(session)->is_accepted_ = true;
    }

    int moved(BIO* bio, std::size_t bytes, bool is_write) noexcept
    {
        BIO_clear_retry_flags(bio);
        if (!socket_error_)
            return static_cast<int>(bytes);
        if (socket_error_ == asio::error::would_block || socket_error_ == asio::error::try_again) {
            socket_error_ = asio::error::would_block;
            is_write_blocked_ = is_write;
            is_write ? BIO_set_retry_write(bio) : BIO_set_retry_read(bio);
        }
        return socket_error_ == asio::error::eof ? 0 : -1;
    }

    static long control(BIO* bio, int command, long, void*)
    {
        if (command == BIO_CTRL_EOF)
            return of(bio).socket_error_ == asio::error::eof ? 1 : 0;
        return command == BIO_CTRL_FLUSH ? 1 : 0;
    }

    asio::ip::tcp::socket& socket_;
    tls_session* outer_;      // null: the session uses the socket
    error_code socket_error_; // of the last read or write of the socket, or of the outer session
    bool is_write_blocked_ = false;
    bool is_accepted_ = false; // a message of the handshake protocol came after the handshake
    int reads_left_ = 0;       // in this call
    session_use sessions_;
    std::unique_ptr<SSL, ssl_free> ssl_;
};

} // namespace cojob::detail

#endif
