#ifndef COJOB_IMPL_INTERNAL_HTTP_TRANSACTION_HPP
#define COJOB_IMPL_INTERNAL_HTTP_TRANSACTION_HPP

#include <cojob/http/transport.hpp>
#include <cojob/impl/internal/http/render.hpp>
#include <cojob/impl/internal/http/response_reader.hpp>
#include <cojob/impl/internal/http/stream.hpp>

#include <optional>
#include <utility>

namespace cojob::detail {

/// One request and its response on an open connection. The transaction proceeds as far as it can without waiting, and
/// returns what the caller must wait for.
class transaction {
  public:
    enum class awaits {
        nothing,    ///< the transaction has ended
        connection, ///< await `stream::ready`
        either,     ///< await `stream::readable_or_writable`
        turn        ///< let other handlers run
    };

    transaction(stream& connection, response_reader& reader, const http::request& request, http::exchange& x)
        : connection_(connection), reader_(reader), exchange_(x)
    {
        if (x.operation.is_stopped() || !x.commit()) // stopped by an observer, or refused by the gate
            return;
        x.reached = phase::sending;
        x.is_cut_short = true; // until the request is written
        text_.emplace(request, connection);
    }

    /// Continues the transaction. `waited` is the error of the preceding wait.
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

    /// Returns whether the response is complete, or the head of a streamed response. If the caller must still wait, it
    /// is only for the server to take the rest of the request.
    [[nodiscard]] bool has_response() const
    {
        return reader_.is_streaming() || (reader_.is_over() && !reader_.failure());
    }

    /// The result, once the transaction has ended.
    [[nodiscard]] http::exchange_result result()
    {
        if (text_)
            reader_.forbid_reuse();
        if (is_given_up())
            return {asio::error::operation_aborted, {}, reader_.take_message(), {}}; // the caller needs the status
        if (refusal_)
            return {errc::tls_failed, "the server did not accept the handshake: " + refusal_.message(), {}, {}};
        if (reader_.failure() && !reader_.is_streaming()) // the reader of a streamed body reports its failure
            return {*reader_.failure(),
                    not_sent_ ? "while sending: " + not_sent_.message() : reader_.why(),
                    reader_.take_message(),
                    {}};
        exchange_.reached = phase::done;
        return {{}, {}, reader_.take_message(), {}};
    }

  private:
    /// Returns whether a stop ended the transaction. A stop that came while the rest of an answered request was written
    /// does not count, because the response may be the only copy of its result. A forked child must use nothing of its
    /// parent, and a caller that cancels has no use for a stream.
    [[nodiscard]] bool is_given_up() const
    {
        const auto& op = exchange_.operation;
        if (!op.is_stopped())
            return false;
        return !has_response() || op.has_forked() || (reader_.is_streaming() && op.reason() != stop_reason::limit);
    }

    /// Returns whether to write the rest of the request. A server may reject a request before it has read all of it,
    /// and then read no more, so the transaction reads the response while it writes. A server that responds with
    /// success wants the rest.
    [[nodiscard]] bool is_worth_sending() const { return text_ && !reader_.failure() && reader_.status() < 300; }

    /// Writes the request. Returns whether it is complete or has failed.
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
        if (not_sent_) // the server may have responded all the same
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
        const auto has_heard = connection_.terms().heard_at() || exchange_.bytes_received != 0;
        if (has_heard || !connection_.was_refused(end)) // a connection that was opened ahead has not
            return;
        refusal_ = end;
        exchange_.reached = phase::handshaking; // the server completes the handshake
    }

    stream& connection_;
    response_reader& reader_;
    http::exchange& exchange_;
    std::optional<outgoing> text_; // empty once the request is written
    error_code not_sent_, refusal_;
    asio::socket_base::wait_type write_lacks_ = asio::socket_base::wait_write; // after a write that would have blocked
};

} // namespace cojob::detail

#endif
