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
#include <optional>
#include <ostream>
#include <utility>

namespace cojob {

/// For Boost.Test's reports.
inline std::ostream& boost_test_print_type(std::ostream& out, errc code)
{
    return out << make_error_code(code);
}

} // namespace cojob

namespace tests {

namespace asio = boost::asio;

/// An operation that has been started on a context: cancel it, see whether it has ended, and how.
template <class T>
class started {
  public:
    started(asio::any_io_executor executor, asio::awaitable<T> operation) : state_(std::make_shared<state>())
    {
        asio::co_spawn(
            executor, cojob::as_result(std::move(operation)),
            asio::bind_cancellation_slot(state_->signal.slot(), [s = state_](std::exception_ptr e, cojob::result<T> r) {
                s->value.emplace(std::move(r));
                s->take(e);
            }));
    }

    void cancel(asio::cancellation_type type = asio::cancellation_type::terminal) { state_->signal.emit(type); }
    [[nodiscard]] bool is_done() const { return state_->value.has_value(); }

    /// The result; what is no `system_error` is thrown.
    [[nodiscard]] const cojob::result<T>& get() const
    {
        if (!state_->value)
            throw std::logic_error("the operation has not ended");
        if (state_->failure)
            std::rethrow_exception(state_->failure);
        return *state_->value;
    }
    [[nodiscard]] cojob::error_info error() const { return get().has_error() ? get().error() : cojob::error_info(); }
    [[nodiscard]] boost::system::error_code code() const { return error().code(); }

  private:
    struct state {
        asio::cancellation_signal signal;
        std::exception_ptr failure;
        std::optional<cojob::result<T>> value;

        /// Newer Asios end a `co_spawn` that is cancelled before its first step by themselves.
        void take(std::exception_ptr e)
        try {
            if (e)
                std::rethrow_exception(e);
        } catch (const boost::system::system_error& ended) {
            value.emplace(cojob::error_info(ended.code()));
        } catch (...) {
            failure = e;
        }
    };

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
