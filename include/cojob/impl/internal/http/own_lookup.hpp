#ifndef COJOB_IMPL_INTERNAL_HTTP_OWN_LOOKUP_HPP
#define COJOB_IMPL_INTERNAL_HTTP_OWN_LOOKUP_HPP

#include <cojob/http/options.hpp>
#include <cojob/impl/internal/base/event.hpp>
#include <cojob/impl/internal/base/hop.hpp>
#include <cojob/operation.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace cojob::detail {

/// One call of a user's lookup function. The function runs in a coroutine of its own, so one that ignores cancellation
/// does not delay the operation that was cancelled.
struct own_lookup {
    explicit own_lookup(const asio::any_io_executor& executor) : run(nullptr, executor), over(executor) {}

    static void start(const std::shared_ptr<own_lookup>& self, const name_lookup& look_up, const std::string& host)
    {
        detail::spawn({self, &self->run}, ask(self, look_up, host), nullptr);
    }

    operation run; ///< has no deadline, so it needs no clock
    event over;
    std::vector<asio::ip::address> addresses;
    std::string why = "no address"; ///< or the text of the exception that the function threw

  private:
    static asio::awaitable<void> ask(std::shared_ptr<own_lookup> self, name_lookup look_up, std::string host)
    {
        co_await asio::this_coro::throw_if_cancelled(false);
        self->run.begin();
        try {
            co_await asio::this_coro::throw_if_cancelled(true);
            self->addresses = co_await look_up(std::move(host));
        } catch (...) {
            self->why = words_of(std::current_exception());
        }
        // The function may have changed this state, and the last step of co_spawn must not throw.
        co_await asio::this_coro::throw_if_cancelled(false);
        self->over.set();
    }

    static std::string words_of(const std::exception_ptr& thrown)
    {
        try {
            std::rethrow_exception(thrown);
        } catch (const boost::system::system_error& e) { // its `what` may contain a source location
            return e.code().message();
        } catch (const std::exception& e) {
            return e.what();
        } catch (...) {
            return "the function threw no std::exception";
        }
    }
};

} // namespace cojob::detail

#endif
