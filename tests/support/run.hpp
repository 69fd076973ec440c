#ifndef TESTS_SUPPORT_RUN_HPP
#define TESTS_SUPPORT_RUN_HPP

#include <cojob/result.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <memory>
#include <ostream>
#include <utility>

namespace cojob {

/// Prints a value in Boost.Test's reports.
inline std::ostream& boost_test_print_type(std::ostream& out, errc code)
{
    return out << make_error_code(code);
}

} // namespace cojob

namespace tests {

namespace asio = boost::asio;

/// The state of a started operation. Does not depend on the result's type, so that there is one `co_spawn`: each
/// instance takes half a second to compile.
struct begun {
    asio::cancellation_signal signal;
    std::exception_ptr failure;
    bool is_done = false;
};

inline void begin(const asio::any_io_executor& executor, asio::awaitable<void> operation, std::shared_ptr<begun> state)
{
    auto ended = [state](std::exception_ptr failure) {
        state->is_done = true;
        try {
            if (failure)
                std::rethrow_exception(failure);
        } catch (const boost::system::system_error& e) {
            // Newer versions of Asio end a co_spawn that is cancelled before its first step.
            if (e.code() != asio::error::operation_aborted)
                state->failure = failure;
        } catch (...) {
            state->failure = failure;
        }
    };
    asio::co_spawn(executor, std::move(operation),
                   asio::bind_cancellation_slot(state->signal.slot(), std::move(ended)));
}

/// An operation that was started on a context. It can be cancelled, and its result can be read.
template <class T>
class started {
  public:
    started(const asio::any_io_executor& executor, asio::awaitable<T> operation) : state_(std::make_shared<state>())
    {
        begin(executor, keep_result(std::move(operation), state_), state_);
    }

    void cancel(asio::cancellation_type type = asio::cancellation_type::terminal) { state_->signal.emit(type); }
    [[nodiscard]] bool is_done() const { return state_->is_done; }

    /// The result. Rethrows an exception that is not a `system_error`.
    [[nodiscard]] const cojob::result<T>& get() const
    {
        if (!state_->is_done)
            throw std::logic_error("the operation has not ended");
        if (state_->failure)
            std::rethrow_exception(state_->failure);
        return state_->value;
    }
    [[nodiscard]] cojob::error_info error() const { return get().has_error() ? get().error() : cojob::error_info(); }
    [[nodiscard]] boost::system::error_code code() const { return error().code(); }

  private:
    struct state : begun {
        /// Initially the result of an operation that never began.
        cojob::result<T> value{boost::system::in_place_error, cojob::error_info(asio::error::operation_aborted)};
    };

    static asio::awaitable<void> keep_result(asio::awaitable<T> operation, std::shared_ptr<state> s)
    {
        s->value = co_await cojob::as_result(std::move(operation));
    }

    std::shared_ptr<state> state_;
};

template <class T>
started<T> start(asio::io_context& context, asio::awaitable<T> operation)
{
    return {context.get_executor(), std::move(operation)};
}

/// Runs the context until the operation has ended.
template <class T>
started<T> run(asio::io_context& context, asio::awaitable<T> operation)
{
    auto s = start(context, std::move(operation));
    context.restart();
    while (!s.is_done() && context.run_one() != 0) {
    }
    return s;
}

} // namespace tests

#endif
