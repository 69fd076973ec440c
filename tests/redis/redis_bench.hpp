#ifndef COJOB_TESTS_REDIS_REDIS_BENCH_HPP
#define COJOB_TESTS_REDIS_REDIS_BENCH_HPP

#include "redis/redis_server.hpp"

#include <cojob/impl/internal/policy/quota_core.hpp>
#include <cojob/impl/internal/redis/redis_exchange.hpp>
#include <cojob/impl/internal/redis/redis_ledger.hpp>
#include <cojob/redis/quota_ledger.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tests {

using namespace std::chrono_literals;

[[nodiscard]] inline cojob::redis_ledger_options ledger_at(const std::string& port)
{
    cojob::redis_ledger_options o;
    o.base_url = "https://api.example.com";
    o.project = "docs";
    o.port = port;
    return o;
}

[[nodiscard]] inline cojob::redis_ledger_options at(const redis_server& server, cojob::when_unreachable away = {})
{
    auto o = ledger_at(server.port());
    o.unreachable = away;
    return o;
}

/// For a server that the test stops. With so little patience the first call may fail on a busy machine, too.
[[nodiscard]] inline cojob::redis_ledger_options impatient_at(const redis_server& server)
{
    auto o = at(server);
    o.timeout = 500ms;
    return o;
}

inline void run(boost::redis::connection& connection, const boost::redis::config& config)
{
    const auto ignore = [](cojob::error_code) {};
#if BOOST_VERSION >= 108900
    connection.async_run(config, ignore);
#else
    connection.async_run(config, cojob::detail::redis_link::silence(), ignore);
#endif
}

/// Sends commands, and returns the replies.
class redis_prompt {
  public:
    explicit redis_prompt(const std::string& port) : link_(std::make_shared<cojob::detail::redis_link>(ledger_at(port)))
    {
    }

    /// The elements of the reply, or its error.
    std::vector<std::string> operator()(const std::vector<std::string>& words)
    {
        io_.restart();
        const auto connection = link_->connect(io_.get_executor());
        boost::redis::request request;
        if (words.size() > 1)
            request.push_range(words.front(), words.begin() + 1, words.end());
        else
            request.push(words.front());
        boost::redis::generic_response response;
        connection->async_exec(request, response, [&](cojob::error_code, std::size_t) { connection->cancel(); });
        run(*connection, link_->config());
        io_.run_for(20s);
        if (response.has_error())
            return {response.error().diagnostic};
        std::vector<std::string> elements;
        for (const auto& node : response.value())
            if (!node.value.empty())
                elements.push_back(node.value);
        return elements;
    }

  private:
    boost::asio::io_context io_;
    std::shared_ptr<cojob::detail::redis_link> link_;
};

/// A process that shares a quota through Redis: a quota, a context, and calls that queue in it.
class redis_process {
  public:
    redis_process(cojob::redis_ledger_options where, const cojob::quota_options& options,
                  cojob::detail::redis_terms terms = {})
        : ledger_(std::make_shared<cojob::detail::redis_ledger>(std::move(where), options, terms)),
          pool_(std::make_shared<cojob::quota>(options, nullptr, ledger_))
    {
    }
    explicit redis_process(std::shared_ptr<cojob::quota> pool) : pool_(std::move(pool)) {}

    class call {
      public:
        explicit call(redis_process& in, cojob::duration attempt = 1s)
            : in_(in), executor_(in.io.get_executor()),
              ticket(cojob::detail::quota_access::core(*in.pool_), [this] { is_woken_ = true; }, &executor_, attempt)
        {
        }

        /// Requests a slot until it is granted or refused.
        bool take(cojob::duration at_most = 20s)
        {
            while (true) {
                is_woken_ = false;
                const auto reply = ticket.request(at_most, false);
                using kind = cojob::detail::quota_reply;
                if (reply.kind == kind::granted || reply.kind == kind::refused)
                    return reply.kind == kind::granted;
                in_.run_until([this] { return is_woken_; }, reply.wait);
            }
        }
        /// As a call that sends a request.
        bool use(cojob::duration at_most = 20s)
        {
            if (!take(at_most) || !ticket.commit())
                return false;
            ticket.stamp(true);
            return true;
        }
        /// As `take`, but asks again if Redis was slow.
        bool take_in_the_end()
        {
            const auto end = std::chrono::steady_clock::now() + 20s;
            bool is_taken = take();
            while (!is_taken && std::chrono::steady_clock::now() < end)
                is_taken = take();
            return is_taken;
        }
        [[nodiscard]] std::string failure() const { return ticket.failure(); }

      private:
        redis_process& in_;
        boost::asio::any_io_executor executor_;
        bool is_woken_ = false;

      public:
        cojob::detail::quota_core::ticket ticket; // last: it wakes until its end
    };

    /// Uses slots until one is refused. Returns how many there were.
    int use_all(cojob::duration at_most = 0s)
    {
        int used = 0;
        while (call(*this).use(at_most))
            ++used;
        return used;
    }
    /// Runs the context until it has nothing to do. Returns whether it ended so.
    bool finish(cojob::duration at_most = 20s)
    {
        io.restart();
        const auto end = std::chrono::steady_clock::now() + at_most;
        while (!io.stopped() && std::chrono::steady_clock::now() < end)
            io.run_one_until(end);
        return io.stopped();
    }
    void run_until(const std::function<bool()>& is_done, cojob::duration at_most)
    {
        const auto now = std::chrono::steady_clock::now();
        const auto end = now + std::min<cojob::duration>(at_most, 1h);
        io.restart();
        while (!is_done() && std::chrono::steady_clock::now() < end) {
            if (io.run_one_until(end) == 0 && io.stopped()) {
                io.restart();
                const boost::asio::any_io_executor here = io.get_executor();
                boost::asio::steady_timer rest(here, end);
                rest.async_wait([](cojob::error_code) {});
                io.run_one_until(end);
            }
        }
    }

    boost::asio::io_context io;

  private:
    std::shared_ptr<cojob::quota_ledger> ledger_;
    std::shared_ptr<cojob::quota> pool_;
};

} // namespace tests

#endif
