#ifndef TESTS_SUPPORT_START_TOKENS_HPP
#define TESTS_SUPPORT_START_TOKENS_HPP

#include <cojob/result.hpp>
#include <cojob/start.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <exception>
#include <future>
#include <memory>
#include <string>
#include <tuple>
#include <utility>

namespace tests {

namespace asio = boost::asio;

/// The result that a token delivers at the end of an operation.
class start_outcome {
  public:
    asio::cancellation_signal signal;
    std::future<std::string> future;

    void set(std::exception_ptr thrown, std::string text)
    {
        failure = std::move(thrown);
        value = std::move(text);
        is_set_ = true;
    }
    [[nodiscard]] bool is_done()
    {
        if (future.valid() && future.wait_for(std::chrono::seconds(0)) == std::future_status::ready)
            take(std::move(future));
        return is_set_;
    }

    std::exception_ptr failure;
    std::string value;

  private:
    void take(std::future<std::string> ready)
    {
        try {
            set({}, ready.get());
        } catch (...) {
            set(std::current_exception(), {});
        }
    }

    std::atomic<bool> is_set_{false};
};

using outcome_ptr = std::shared_ptr<start_outcome>;

inline auto tell(outcome_ptr to)
{
    return [to = std::move(to)](std::exception_ptr failure, std::string value) {
        to->set(std::move(failure), std::move(value));
    };
}

/// Determines the operation's result, from within the operation.
inline asio::awaitable<std::string> noted(asio::awaitable<std::string> operation, outcome_ptr to)
{
    std::string value;
    try {
        value = co_await std::move(operation);
    } catch (...) {
        to->set(std::current_exception(), {});
        throw;
    }
    to->set({}, value);
    co_return value;
}

/// Runs a caller's coroutine with the outcome's signal. If Asio's own steps are cancelled, Asio throws out of `run()`.
inline asio::awaitable<std::string> patiently(asio::awaitable<std::string> operation)
{
    co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
    co_await asio::this_coro::throw_if_cancelled(false);
    co_return co_await std::move(operation);
}

inline void spawn_caller(const asio::any_io_executor& lane, asio::awaitable<std::string> caller, outcome_ptr to)
{
    auto& signal = to->signal;
    auto kept = patiently(noted(std::move(caller), std::move(to)));
    asio::co_spawn(lane, std::move(kept),
                   asio::bind_cancellation_slot(signal.slot(), [](std::exception_ptr, const std::string&) {}));
}

inline asio::awaitable<std::string> never()
{
    asio::steady_timer timer(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
    co_await timer.async_wait(asio::use_awaitable);
    co_return "never";
}

inline asio::awaitable<std::string> at_once()
{
    co_return "at once";
}

/// The executor that starts an operation, and the strand of its completion handler and its signal.
struct start_place {
    asio::any_io_executor executor, lane;
};

struct start_token {
    const char* name;
    void (*start)(const start_place&, asio::awaitable<std::string> operation, outcome_ptr);
    bool passes_every_type =
        true; ///< of cancellation; Asio's operators spawn coroutines that accept only terminal cancellation
};

namespace start_callers {

using operation = asio::awaitable<std::string>;
using executor = asio::any_io_executor;

inline operation throwing(executor lane, operation op)
{
    co_return co_await cojob::start(lane, std::move(op), asio::use_awaitable);
}

inline operation of_a_tuple(executor lane, operation op)
{
    auto [failure, value] = co_await cojob::start(lane, std::move(op), asio::as_tuple(asio::use_awaitable));
    if (failure)
        std::rethrow_exception(failure);
    co_return std::move(value);
}

/// An exception passes through: there is no error code to redirect.
inline operation redirecting(executor lane, operation op)
{
    boost::system::error_code code;
    auto value = co_await cojob::start(lane, std::move(op), asio::redirect_error(asio::use_awaitable, code));
    co_return code ? "redirected" : std::move(value);
}

/// The replacement to use.
inline operation of_a_result(executor lane, operation op)
{
    auto result = co_await cojob::start(lane, cojob::as_result(std::move(op)), asio::use_awaitable);
    co_return std::move(result).value();
}

inline operation with_or(executor lane, operation op)
{
    using namespace asio::experimental::awaitable_operators;
    auto started = cojob::start(lane, cojob::as_result(std::move(op)), asio::use_awaitable);
    auto first = co_await (std::move(started) || never());
    co_return std::get<0>(std::move(first)).value();
}

inline operation with_and(executor lane, operation op)
{
    using namespace asio::experimental::awaitable_operators;
    auto started = cojob::start(lane, std::move(op), asio::use_awaitable);
    auto both = co_await (std::move(started) && at_once());
    co_return std::get<0>(std::move(both));
}

} // namespace start_callers

inline void start_group(const start_place& at, asio::awaitable<std::string> op, outcome_ptr to)
{
    auto& signal = to->signal;
    auto ended = [to](std::array<std::size_t, 2> order, std::exception_ptr failure, std::string value,
                      std::exception_ptr, const std::string&) {
        to->set(std::move(failure), order[0] == 0 ? std::move(value) : "the wrong one");
    };
    asio::experimental::make_parallel_group(cojob::start(at.lane, std::move(op), asio::deferred),
                                            cojob::start(at.lane, never(), asio::deferred))
        .async_wait(asio::experimental::wait_for_one(),
                    asio::bind_cancellation_slot(signal.slot(), asio::bind_executor(at.lane, std::move(ended))));
}

inline const start_token start_tokens[] = {
    {"a callback with bind_cancellation_slot",
     [](const start_place& at, asio::awaitable<std::string> op, outcome_ptr to) {
         cojob::start(at.lane, std::move(op), asio::bind_cancellation_slot(to->signal.slot(), tell(to)));
     }},
    {"use_future",
     [](const start_place& at, asio::awaitable<std::string> op, outcome_ptr to) {
         to->future =
             cojob::start(at.lane, std::move(op), asio::bind_cancellation_slot(to->signal.slot(), asio::use_future));
     }},
    {"use_awaitable",
     [](const start_place& at, asio::awaitable<std::string> op, outcome_ptr to) {
         spawn_caller(at.lane, start_callers::throwing(at.lane, std::move(op)), std::move(to));
     }},
    {"deferred",
     [](const start_place& at, asio::awaitable<std::string> op, outcome_ptr to) {
         auto later = cojob::start(at.lane, std::move(op), asio::deferred);
         std::move(later)(asio::bind_cancellation_slot(to->signal.slot(), tell(to)));
     }},
    {"as_tuple",
     [](const start_place& at, asio::awaitable<std::string> op, outcome_ptr to) {
         spawn_caller(at.lane, start_callers::of_a_tuple(at.lane, std::move(op)), std::move(to));
     }},
    {"redirect_error",
     [](const start_place& at, asio::awaitable<std::string> op, outcome_ptr to) {
         spawn_caller(at.lane, start_callers::redirecting(at.lane, std::move(op)), std::move(to));
     }},
    {"as_result",
     [](const start_place& at, asio::awaitable<std::string> op, outcome_ptr to) {
         spawn_caller(at.lane, start_callers::of_a_result(at.lane, std::move(op)), std::move(to));
     }},
    {"detached",
     [](const start_place& at, asio::awaitable<std::string> op, outcome_ptr to) {
         cojob::start(at.lane, noted(std::move(op), to),
                      asio::bind_cancellation_slot(to->signal.slot(), asio::detached));
     }},
    {"bind_executor",
     [](const start_place& at, asio::awaitable<std::string> op, outcome_ptr to) {
         cojob::start(at.executor, std::move(op),
                      asio::bind_executor(at.lane, asio::bind_cancellation_slot(to->signal.slot(), tell(to))));
     }},
    {"any_completion_handler",
     [](const start_place& at, asio::awaitable<std::string> op, outcome_ptr to) {
         auto bound = asio::bind_executor(at.lane, asio::bind_cancellation_slot(to->signal.slot(), tell(to)));
         using handler = asio::any_completion_handler<void(std::exception_ptr, std::string)>;
         cojob::start(at.executor, std::move(op), handler(std::move(bound)));
     }},
    {"parallel_group", start_group},
    {"operator ||",
     [](const start_place& at, asio::awaitable<std::string> op, outcome_ptr to) {
         spawn_caller(at.lane, start_callers::with_or(at.lane, std::move(op)), std::move(to));
     },
     false},
    {"operator &&",
     [](const start_place& at, asio::awaitable<std::string> op, outcome_ptr to) {
         spawn_caller(at.lane, start_callers::with_and(at.lane, std::move(op)), std::move(to));
     },
     false},
};

} // namespace tests

#endif
