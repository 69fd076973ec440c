#ifndef COJOB_IMPL_INTERNAL_HTTP_TLS_SESSION_HPP
#define COJOB_IMPL_INTERNAL_HTTP_TLS_SESSION_HPP

#include <cojob/error.hpp>
#include <cojob/impl/internal/http/buffered_socket.hpp>
#include <cojob/impl/internal/http/session_cache.hpp>
#include <cojob/impl/internal/http/tls_alerts.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/socket_base.hpp>
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

/// TLS over a non-blocking socket. OpenSSL reads and writes the socket itself. A request costs one wait for its
/// response, where `asio::ssl::stream` needs several operations and copies every byte once more.
///
/// OpenSSL does not return from a read while records without application data keep arriving: session tickets, key
/// updates, renegotiation requests. Each call therefore reads the socket only a few times and then reports
/// `would_block`. The wait that follows lets other handlers run.
///
/// A session with a server may run inside a session with a proxy. Only the outer session uses the socket then.
class tls_session {
  public:
    /// The socket and the outer session, if there is one, must not move.
    /// \throws std::bad_alloc
    tls_session(buffered_socket& socket, SSL_CTX* context, tls_session* outer = nullptr)
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

    /// The limit of socket reads in one call. The largest record takes two reads. Two reads full of key updates occupy
    /// a thread for 20 ms.
    static constexpr int most_socket_reads = 2;

    [[nodiscard]] SSL* native_handle() const noexcept { return ssl_.get(); }

    /// The cached sessions with this server. The handshake offers one, and new ones are cached.
    [[nodiscard]] session_use& sessions() noexcept { return sessions_; }

    io_result handshake()
    {
        begin_call();
        const auto done = result(SSL_do_handshake(ssl_.get()));
        if (!done.error) {
            SSL_set_msg_callback(ssl_.get(), &see_message);
            SSL_set_msg_callback_arg(ssl_.get(), this);
        }
        return done;
    }

    /// Returns whether a read failed because the server rejected the handshake. In TLS 1.3 the client completes the
    /// handshake, and may send a request, before the server rejects it. A server that has sent another handshake
    /// message has accepted it.
    [[nodiscard]] bool was_refused(const error_code& read) const
    {
        return SSL_version(ssl_.get()) == TLS1_3_VERSION && !is_accepted_ && refuses_handshake(read);
    }

    io_result read_some(asio::mutable_buffer room)
    {
        if (has_nothing_to_do())
            return {asio::error::would_block, 0};
        begin_call();
        return result(SSL_read(ssl_.get(), room.data(), to_int(room.size())));
    }

    io_result write_some(asio::const_buffer bytes)
    {
        begin_call();
        return result(SSL_write(ssl_.get(), bytes.data(), to_int(bytes.size())));
    }

    /// Sends close_notify and does not wait for the reply. The server then knows that the connection was not truncated.
    /// The alert is skipped if it cannot be written now, and if a static client is destroyed after OpenSSL's cleanup.
    void say_goodbye() noexcept
    {
        if (SSL_is_init_finished(ssl_.get()) == 0 || OPENSSL_init_crypto(0, nullptr) == 0)
            return;
        begin_call();
        if (SSL_shutdown(ssl_.get()) < 0)
            ERR_clear_error();
    }

    /// What to wait for on the socket after `would_block`. TLS may have to write in order to read.
    [[nodiscard]] asio::socket_base::wait_type lacks() const noexcept
    {
        if (outer_)
            return outer_->lacks();
        return is_write_blocked_ ? asio::socket_base::wait_write : asio::socket_base::wait_read;
    }

    /// Returns whether bytes were received that this session or an outer one has not processed.
    [[nodiscard]] bool has_pending() const noexcept
    {
        return SSL_has_pending(ssl_.get()) != 0 || (outer_ && outer_->has_pending());
    }

    /// Returns whether the last call reported `would_block` although the socket may have more data.
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

    /// Returns whether a read can only report that it would block. This saves a call into OpenSSL, and a read of the
    /// socket, after each request. A write that would have blocked must be tried again by the read.
    [[nodiscard]] bool has_nothing_to_do() noexcept
    {
        return lacks() == asio::socket_base::wait_read && !has_pending() && socket_.was_drained();
    }

    /// Resets the state of the last call. Errors that other code left in this thread's queue must not be taken for
    /// errors of this session.
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

    /// Converts the return value of an OpenSSL function.
    io_result result(int returned)
    {
        if (returned > 0)
            return {{}, static_cast<std::size_t>(returned)};
        // A fatal error may come with an alert that cannot be written now. The error takes precedence.
        const auto kind = SSL_get_error(ssl_.get(), returned);
        if ((kind == SSL_ERROR_WANT_READ || kind == SSL_ERROR_WANT_WRITE) && socket_error_)
            return {asio::error::would_block, 0};
        if (socket_error_ && socket_error_ != asio::error::would_block)
            return {socket_error_ == asio::error::eof ? asio::ssl::error::stream_truncated : socket_error_, 0};
        if (kind == SSL_ERROR_ZERO_RETURN)
            return {asio::error::eof, 0};
        const auto code = ERR_get_error();
        ERR_clear_error();
        if (ERR_GET_REASON(code) != SSL_R_UNEXPECTED_EOF_WHILE_READING) // truncation does not discredit a session
            sessions_.forget();
        return {code != 0 ? error_code(static_cast<int>(code), asio::error::get_ssl_category())
                          : asio::ssl::error::unspecified_system_error,
                0};
    }

    /// The BIO method that reads and writes the socket. It is created once.
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
            return m.release(); // never freed: static clients may outlive statics of this function
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
        else if (!self.socket_.has_bytes() && --self.reads_left_ < 0)
            self.socket_error_ = asio::error::would_block;
        else
            n = self.did(self.socket_.read_some(asio::buffer(room, static_cast<std::size_t>(size))));
        return self.moved(bio, n, false);
    }

    static int write_socket(BIO* bio, const char* bytes, int size)
    {
        auto& self = of(bio);
        const auto n = self.outer_
                           ? self.took(self.outer_->write_within(bytes, size))
                           : self.did(self.socket_.write_some(asio::buffer(bytes, static_cast<std::size_t>(size))));
        return self.moved(bio, n, true);
    }

    /// Reads for the inner session. Only reads of the socket count against the limit. Data that the outer session has
    /// read ahead does not make the socket readable, so the inner session must consume it before it waits.
    io_result read_within(char* room, int size)
    {
        begin_step();
        return result(SSL_read(ssl_.get(), room, size));
    }

    io_result write_within(const char* bytes, int size)
    {
        begin_step();
        return result(SSL_write(ssl_.get(), bytes, size));
    }

    std::size_t did(const io_result& done) noexcept
    {
        socket_error_ = done.error;
        return done.bytes;
    }

    /// Takes over the result of the outer session. An alert there comes from the proxy, and must not be taken for one
    /// of the server.
    std::size_t took(const io_result& done)
    {
        const auto is_alert = done.error.category() == asio::error::get_ssl_category();
        return did({is_alert ? error_code(asio::error::connection_aborted) : done.error, done.bytes});
    }

    /// Called for every message after the handshake, and for record headers too.
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

    buffered_socket& socket_;
    tls_session* outer_;      // null: the session uses the socket
    error_code socket_error_; // from the last I/O on the socket or the outer session
    bool is_write_blocked_ = false;
    bool is_accepted_ = false; // a handshake message was received after the handshake
    int reads_left_ = 0;       // socket reads left in this call
    session_use sessions_;
    std::unique_ptr<SSL, ssl_free> ssl_;
};

} // namespace cojob::detail

#endif
