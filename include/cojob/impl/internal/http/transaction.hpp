#ifndef COJOB_IMPL_INTERNAL_HTTP_TRANSACTION_HPP
#define COJOB_IMPL_INTERNAL_HTTP_TRANSACTION_HPP

#include <cojob/http/transport.hpp>
#include <cojob/impl/internal/http/render.hpp>
#include <cojob/impl/internal/http/response_reader.hpp>
#include <cojob/impl/internal/http/stream.hpp>

#include <optional>
#include <utility>

namespace cojob::detail {

/// One request and its response on an open connection. Does what can be done without waiting, and tells what is to be
/// awaited before it can go on.
class transaction {
  public:
    enum class awaits {
        nothing,    ///< it is over
        connection, ///< until `stream::ready`
        either,     ///< until `stream::readable_or_writable`
        turn        ///< a moment for others
    };

    transaction(stream& connection, response_reader& reader, const http::request& request, http::exchange& x)
        : connection_(connection), reader_(reader), exchange_(x)
    {
        if (x.operation.is_stopped() || !x.commit()) // by an observer; by the gate
            return;
        x.reached = phase::sending;
        x.is_cut_short = true; // until it is written whole
        text_.emplace(request);
    }

    /// Goes on, after a wait with what the wait ended with.
    [[nodiscard]] awaits go_on(error_code waited = {})
    {
        if (exchange_.operation.is_stopped())
            return awaits::nothing;
        if (text_)
            write(waited);
        if (waited && !reader_.is_over())
            reader_.end_of_input(waited);
        while (!reader_.is_over() && !reader_.is_streaming()) {
            if (connection_.yields())
                return awaits::turn;
            const auto got = connection_.read_some(reader_.prepare());
            if (stream::would_block(got.error))
                return text_ && connection_.lacks() != write_lacks_ ? awaits::either : awaits::connection;
            take(got);
        }
        return is_worth_sending() && !write(waited) ? awaits::connection : awaits::nothing;
    }

    /// Whether the answer is there, as far as it is waited for here: all of it, or the head of one that streams. If
    /// something is still awaited, then only that the server takes the rest of the request.
    [[nodiscard]] bool has_answer() const
    {
        return reader_.is_streaming() || (reader_.is_over() && !reader_.failure());
    }

    /// When it is over.
    [[nodiscard]] http::exchange_result result()
    {
        if (text_)
            reader_.forbid_reuse();
        if (is_given_up())
            return {asio::error::operation_aborted, {}, reader_.take_message(), {}}; // for its status
        if (refusal_)
            return {errc::tls_failed, "the server did not accept the handshake: " + refusal_.message(), {}, {}};
        if (reader_.failure() && !reader_.is_streaming()) // else whoever reads on is told
            return {*reader_.failure(),
                    not_sent_ ? "while sending: " + not_sent_.message() : reader_.why(),
                    reader_.take_message(),
                    {}};
        exchange_.reached = phase::done;
        return {{}, {}, reader_.take_message(), {}};
    }

  private:
    /// Whether a stop is how it ended. Not where it met the rest of a request that was answered: what the answer tells
    /// may be told nowhere else. But nothing is a forked child's, and a stream is of no use to who wants to stop.
    [[nodiscard]] bool is_given_up() const
    {
        const auto& op = exchange_.operation;
        if (!op.is_stopped())
            return false;
        return !has_answer() || op.has_forked() || (reader_.is_streaming() && op.reason() != stop_reason::limit);
    }

    /// What is left of the request. A server that refuses one may answer before it has read all of it, and read no
    /// more; so the answer is looked for while the request is written. One that accepts it wants the rest.
    [[nodiscard]] bool is_worth_sending() const { return text_ && !reader_.failure() && reader_.status() < 300; }

    /// Whether the request is out, or will never be.
    bool write(error_code& waited)
    {
        not_sent_ = std::exchange(waited, {});
        const auto gone_before = text_->gone();
        if (!not_sent_)
            not_sent_ = text_->go(connection_);
        exchange_.bytes_sent += text_->gone() - gone_before;
        if (stream::would_block(not_sent_)) {
            write_lacks_ = connection_.lacks();
            return false;
        }
        text_.reset();
        if (not_sent_) // an answer may be there all the same
            reader_.forbid_reuse();
        else if (!reader_.has_begun())
            exchange_.reached = phase::awaiting_response;
        exchange_.is_cut_short = bool(not_sent_);
        return true;
    }

    void take(const io_result& got)
    {
        exchange_.bytes_received += got.bytes;
        reader_.commit(got.bytes);
        if (reader_.has_begun())
            exchange_.reached = phase::receiving;
        if (got.error && !reader_.is_over()) {
            look_for_refusal(got.error);
            reader_.end_of_input(got.error);
        }
        if (text_ && !is_worth_sending()) {
            text_.reset();
            reader_.forbid_reuse();
        }
    }

    void look_for_refusal(const error_code& end)
    {
        if (exchange_.is_reused || exchange_.bytes_received != 0 || !connection_.was_refused(end))
            return;
        refusal_ = end;
        exchange_.reached = phase::handshaking; // its last step was the server's
    }

    stream& connection_;
    response_reader& reader_;
    http::exchange& exchange_;
    std::optional<outgoing> text_; // until it is out
    error_code not_sent_, refusal_;
    asio::socket_base::wait_type write_lacks_ = asio::socket_base::wait_write; // after a write that would have blocked
};

} // namespace cojob::detail

#endif
