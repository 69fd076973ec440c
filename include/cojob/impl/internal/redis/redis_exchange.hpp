#ifndef COJOB_IMPL_INTERNAL_REDIS_REDIS_EXCHANGE_HPP
#define COJOB_IMPL_INTERNAL_REDIS_REDIS_EXCHANGE_HPP

#include <cojob/error.hpp>
#include <cojob/impl/internal/redis/ledger_reply.hpp>
#include <cojob/impl/internal/redis/redis_link.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/redis/connection.hpp>
#include <boost/redis/error.hpp>
#include <boost/redis/request.hpp>
#include <boost/redis/response.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cojob::detail {

/// The scripts of a ledger with their hashes, and its keys.
struct ledger_scripts {
    struct script {
        std::string text, hash;
    };

    std::array<script, 7> all{};
    std::vector<std::string> keys{};

    explicit ledger_scripts(std::vector<std::string> names) : keys(std::move(names))
    {
        for (std::size_t i = 0; i < all.size(); ++i) {
            all[i].text = ledger_script(static_cast<ledger_operation>(i));
            all[i].hash = sha1(all[i].text);
        }
    }

    [[nodiscard]] static std::string sha1(std::string_view text)
    {
        std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
        unsigned size = 0;
        EVP_Digest(text.data(), text.size(), hash.data(), &size, EVP_sha1(), nullptr);
        constexpr std::string_view digits = "0123456789abcdef";
        std::string hex;
        for (unsigned i = 0; i < size; ++i)
            hex.append({digits[hash[i] >> 4U], digits[hash[i] & 15U]});
        return hex;
    }
};

/// One connection to Redis, and calls of scripts on it, one at a time. All on one strand.
class redis_exchange : public std::enable_shared_from_this<redis_exchange> {
  public:
    struct result {
        std::optional<ledger_reply> reply{};
        std::string failure{};     ///< without a reply
        bool is_refused = false;   ///< Redis does not serve this client
        bool is_connected = false; ///< the connection is still good
        bool is_lost = false;      ///< the connection has ended
    };

    redis_exchange(std::shared_ptr<redis_link> link, std::shared_ptr<const ledger_scripts> scripts,
                   const asio::any_io_executor& strand)
        : link_(std::move(link)), scripts_(std::move(scripts)), limit_(strand), is_own_(!link_->options().connection),
          connection_(is_own_ ? link_->connect(strand) : link_->options().connection)
    {
    }

    /// Runs a connection of its own until it is lost or stopped.
    void start()
    {
        if (!is_own_)
            return;
        auto ended = [self = shared_from_this()](error_code why) {
            self->ended_ = why ? why : error_code(asio::error::eof);
            self->connection_->cancel(); // what waits for a connection would wait for ever
            self->limit_.cancel();
        };
#if BOOST_VERSION >= 108900
        connection_->async_run(link_->config(), std::move(ended));
#else
        connection_->async_run(link_->config(), redis_link::silence(), std::move(ended));
#endif
    }
    void stop() noexcept
    {
        try {
            if (is_own_)
                connection_->cancel();
        } catch (...) { // no memory: Redis closes the connection
        }
    }
    [[nodiscard]] bool has_ended() const noexcept { return ended_.has_value(); }
    [[nodiscard]] const std::shared_ptr<boost::redis::connection>& connection() const noexcept { return connection_; }

    asio::awaitable<result> call(const ledger_request& request)
    {
        const auto& script = scripts_->all[static_cast<std::size_t>(request.what)];
        auto got = co_await call(request, "EVALSHA", script.hash);
        if (got.failure.starts_with("NOSCRIPT"))
            got = co_await call(request, "EVAL", script.text);
        if (!got.failure.empty())
            got.failure = server() + ": " + got.failure;
        co_return got;
    }

  private:
    struct deadline {
        asio::cancellation_signal reached{};
        bool is_over = false;
    };

    asio::awaitable<result> call(const ledger_request& request, std::string_view command, const std::string& script)
    {
        std::vector<std::string> arguments{script, std::to_string(scripts_->keys.size())};
        arguments.insert(arguments.end(), scripts_->keys.begin(), scripts_->keys.end());
        arguments.insert(arguments.end(), request.arguments.begin(), request.arguments.end());
        boost::redis::request sent;
        sent.get_config().cancel_on_connection_lost = true;
        sent.get_config().cancel_if_not_connected = false;
        sent.push_range(command, arguments);
        boost::redis::generic_response response;

        const auto limit = std::make_shared<deadline>();
        limit_.expires_after(link_->options().timeout);
        limit_.async_wait([limit](error_code cancelled) {
            limit->is_over = !cancelled;
            if (!cancelled)
                limit->reached.emit(asio::cancellation_type::terminal);
        });
        auto token = asio::bind_cancellation_slot(limit->reached.slot(), asio::as_tuple(asio::use_awaitable));
        const auto [error, size] = co_await connection_->async_exec(sent, response, std::move(token));
        limit_.cancel();
        if (error && !limit->is_over && is_own_ && !ended_) { // the end of the connection says why
            limit_.expires_after(link_->options().timeout);
            co_await limit_.async_wait(asio::as_tuple(asio::use_awaitable));
        }
        co_return read(error, limit->is_over, response);
    }

    [[nodiscard]] result read(error_code error, bool is_late, const boost::redis::generic_response& response) const
    {
        result r;
        if (error && is_late) {
            r.failure = "no reply within redis_ledger_options::timeout";
        } else if (error && ended_) {
            r.is_lost = true;
            r.is_refused = *ended_ == refusal();
            r.failure = r.is_refused ? "refuses the user, the password or the database" : ended_->message();
        } else if (error) {
            r.failure = error.message();
        } else if (response.has_error()) {
            r.is_connected = true;
            r.failure = short_words(response.error().diagnostic);
            // The last one where Boost.Redis, before 1.89, sends the first request without waiting for its HELLO.
            for (const std::string_view word : {"NOAUTH", "WRONGPASS", "NOPERM", "ERR Protocol error: unauthenticated"})
                r.is_refused = r.is_refused || r.failure.starts_with(word);
        } else {
            r.is_connected = true;
            std::vector<std::string> elements;
            for (const auto& node : response.value())
                if (node.depth == 1)
                    elements.push_back(node.value);
            r.reply = ledger_reply::parse(elements);
            if (!r.reply)
                r.failure = "a reply that is not of cojob's scripts";
        }
        return r;
    }

    /// How a connection ends whose first command Redis refuses.
    [[nodiscard]] static error_code refusal()
    {
#if BOOST_VERSION >= 108800
        return boost::redis::error::resp3_hello;
#else
        return asio::error::operation_aborted;
#endif
    }

    [[nodiscard]] std::string server() const
    {
        const auto& o = link_->options();
        return is_own_ ? "Redis at " + o.host + ":" + o.port : "Redis";
    }

    const std::shared_ptr<redis_link> link_;
    const std::shared_ptr<const ledger_scripts> scripts_;
    asio::steady_timer limit_;
    const bool is_own_;
    const std::shared_ptr<boost::redis::connection> connection_;
    std::optional<error_code> ended_;
};

} // namespace cojob::detail

#endif
