#ifndef COJOB_IMPL_INTERNAL_HTTP_CONNECT_RACE_HPP
#define COJOB_IMPL_INTERNAL_HTTP_CONNECT_RACE_HPP

#include <cojob/error.hpp>
#include <cojob/impl/internal/base/event.hpp>
#include <cojob/impl/internal/http/lookups.hpp>

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <list>
#include <memory>
#include <optional>
#include <utility>

namespace cojob::detail {

/// Connects to several addresses and keeps the first connection that succeeds. The next attempt starts when the one
/// before fails, or after 250 ms (RFC 8305, section 5). All other attempts end when one succeeds.
class connect_race : public std::enable_shared_from_this<connect_race> {
  public:
    connect_race(operation& op, endpoint_list endpoints)
        : time_(op.time()), executor_(op.executor()), endpoints_(std::move(endpoints)), over_(op.executor()),
          stagger_(op.time().make_alarm(op.executor()))
    {
    }

    struct outcome {
        error_code error{};
        std::optional<asio::ip::tcp::socket> socket{};
        asio::ip::tcp::endpoint address{}; ///< the peer of the socket
        endpoint_list failed{};            ///< addresses that refused, or had not answered when the race ended
    };

    asio::awaitable<outcome> run(operation& op)
    {
        const auto self = shared_from_this();
        begin_next();
        co_await over_.wait(op);
        stop();
        outcome end{winner_          ? error_code()
                    : over_.is_set() ? last_error_
                                     : error_code(asio::error::operation_aborted),
                    {},
                    {},
                    {}};
        end.socket.swap(winner_);
        for (const auto& r : runners_)
            if (r.has_won)
                end.address = r.address;
            else
                end.failed.push_back(r.address);
        co_return end;
    }

  private:
    struct runner {
        runner(const asio::any_io_executor& executor, const asio::ip::tcp::endpoint& to) : socket(executor), address(to)
        {
        }

        asio::ip::tcp::socket socket;
        asio::ip::tcp::endpoint address;
        bool has_won = false;
    };

    static constexpr auto attempt_delay = std::chrono::milliseconds(250);

    void begin_next()
    {
        if (next_ == endpoints_.size())
            return;
        ++running_;
        auto& r = runners_.emplace_back(executor_, endpoints_[next_++]);
        r.socket.async_connect(r.address,
                               [self = shared_from_this(), &r](const error_code& ec) { self->ended(r, ec); });
        if (next_ < endpoints_.size())
            stagger_->set(after(time_.now(), attempt_delay), [this] { begin_next(); });
    }

    void ended(runner& r, const error_code& ec)
    {
        --running_;
        if (is_stopped_)
            return;
        if (!ec) {
            r.has_won = true;
            winner_.emplace(std::move(r.socket));
            stop(); // at once, so that no further attempt starts before `run` resumes
            over_.set();
            return;
        }
        last_error_ = ec;
        begin_next();
        if (running_ == 0)
            over_.set();
    }

    void stop()
    {
        is_stopped_ = true;
        stagger_->clear();
        error_code ignored;
        for (auto& r : runners_)
            r.socket.close(ignored);
    }

    clock& time_;
    asio::any_io_executor executor_;
    endpoint_list endpoints_;
    event over_;
    std::unique_ptr<alarm> stagger_;
    std::list<runner> runners_; // a list, because handlers refer to its elements
    std::size_t next_ = 0;
    std::size_t running_ = 0;
    std::optional<asio::ip::tcp::socket> winner_;
    error_code last_error_;
    bool is_stopped_ = false;
};

} // namespace cojob::detail

#endif
