#ifndef COJOB_IMPL_INTERNAL_BASE_BLOCKING_HPP
#define COJOB_IMPL_INTERNAL_BASE_BLOCKING_HPP

#include <cojob/detail/forks.hpp>
#include <cojob/detail/share.hpp>
#include <cojob/impl/internal/base/hop.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/execution/blocking.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>
#include <type_traits>
#include <utility>

namespace cojob::detail {

/// A function that blocks, and the completion of its caller.
class blocking_call {
  public:
    blocking_call() = default;
    blocking_call(const blocking_call&) = delete;
    blocking_call& operator=(const blocking_call&) = delete;
    virtual ~blocking_call() = default;

    /// Calls the function.
    virtual void run() noexcept = 0;
    /// Posts the completion. May throw `bad_alloc`, and be called again then.
    virtual void post() = 0;
};

/// The blocking calls of one execution context, on a few threads that end when there is nothing left to call: a thread
/// is made in a hundredth of the time of an fsync, and none is left behind. The context waits for all calls when it is
/// destroyed, because their callers live in it. A caller that is not reached in time is destroyed with its context.
class blocking_calls final : public asio::execution_context::service {
  public:
    static inline asio::execution_context::id id;
    static constexpr std::size_t most_threads = 4;

    explicit blocking_calls(asio::execution_context& context) : service(context) {}

    /// \throws system_error if no thread can be made, or the context is shutting down
    void start(std::shared_ptr<blocking_call> call)
    {
        if (made_in_.is_of_a_parent()) { // the parent's threads are not in this process
            running_ = share<threads>();
            made_in_.renew();
        }
        const auto here = running_;
        const std::lock_guard lock(here->mutex);
        if (here->is_shut)
            throw boost::system::system_error(asio::error::operation_aborted);
        here->calls.push_back(std::move(call));
        if (here->count < most_threads)
            add_thread(here);
    }

  private:
    struct threads {
        std::mutex mutex;
        std::condition_variable all_left;
        std::deque<std::shared_ptr<blocking_call>> calls; // that no thread has taken; empty if there is no thread
        std::size_t count = 0;
        bool is_shut = false;

        /// Returns nothing if there is no call: then the thread has left.
        [[nodiscard]] std::shared_ptr<blocking_call> take()
        {
            const std::lock_guard lock(mutex);
            if (!calls.empty()) {
                auto call = std::move(calls.front());
                calls.pop_front();
                return call;
            }
            if (--count == 0)
                all_left.notify_all();
            return {};
        }
        void wait()
        {
            std::unique_lock lock(mutex);
            is_shut = true;
            all_left.wait(lock, [this] { return count == 0; });
        }
        [[nodiscard]] bool is_shutting_down()
        {
            const std::lock_guard lock(mutex);
            return is_shut;
        }
    };

    /// For the call that was added last. Under the lock, so that no other call counts on a thread that cannot be made.
    static void add_thread(const std::shared_ptr<threads>& here)
    {
        try {
            std::thread([here] { work(*here); }).detach();
            ++here->count;
        } catch (const std::exception& failure) {
            if (here->count != 0)
                return; // a thread that runs will come to it
            here->calls.pop_back();
            if (const auto* const why = dynamic_cast<const std::system_error*>(&failure))
                throw boost::system::system_error(boost::system::error_code(why->code()),
                                                  "a thread for a call that blocks");
            throw;
        }
    }

    static void work(threads& here)
    {
        while (const auto call = here.take()) { // and lets go of it while the context is there
            call->run();
            while (!here.is_shutting_down())
                try {
                    call->post();
                    break;
                } catch (const std::bad_alloc&) { // the caller has to go on: it may hold what no other can give back
                    std::this_thread::sleep_for(std::chrono::milliseconds(1));
                }
        }
    }

    void shutdown() override
    {
        if (!made_in_.is_of_a_parent())
            running_->wait();
    }

    std::shared_ptr<threads> running_ = share<threads>();
    fork_mark made_in_;
};

template <class Handler>
class blocking_call_of final : public blocking_call, public std::enable_shared_from_this<blocking_call_of<Handler>> {
  public:
    blocking_call_of(std::function<void()> function, Handler&& handler)
        : function_(std::move(function)),
          executor_(asio::prefer(asio::get_associated_executor(handler), asio::execution::outstanding_work.tracked)),
          handler_(std::move(handler))
    {
    }

    void run() noexcept override
    {
        try {
            function_();
        } catch (...) {
            thrown_ = std::current_exception();
        }
        function_ = nullptr;
    }

    void post() override
    {
        // What is posted does not own the handler: it would be lost with what cannot be allocated.
        asio::require(executor_, asio::execution::blocking.never).execute([self = this->shared_from_this()] {
            auto handler = std::move(self->handler_);
            std::move(handler)(std::move(self->thrown_));
        });
    }

    void fail(std::exception_ptr thrown)
    {
        thrown_ = std::move(thrown);
        post();
    }

  private:
    using caller_executor = std::decay_t<decltype(asio::prefer(
        asio::get_associated_executor(std::declval<const Handler&>()), asio::execution::outstanding_work.tracked))>;

    std::function<void()> function_;
    caller_executor executor_;
    Handler handler_;
    std::exception_ptr thrown_{};
};

/// To be awaited: calls a function that blocks on a thread for such calls, and returns to the caller's executor with
/// what it threw, never before it has returned. The function owns what it uses.
///
/// It is not cancelled: a caller that is cancelled meanwhile goes on afterwards, and looks at its cancellation state
/// then. Where that state is set before, `throw_if_cancelled` decides, as always, and with `true` nothing is called.
/// The context keeps at work. It may be destroyed meanwhile: it then waits for the function, and the caller is
/// destroyed. In a forked child the caller does not go on, because the thread is the parent's.
[[nodiscard]] inline auto run_blocking(std::function<void()> function)
{
    auto initiation = [](auto handler, std::function<void()> call) {
        using handler_type = decltype(handler);
        std::shared_ptr<blocking_call_of<handler_type>> begun;
        try {
            auto& context = asio::query(asio::get_associated_executor(handler), asio::execution::context);
            auto& service = asio::use_service<blocking_calls>(context);
            begun = std::make_shared<blocking_call_of<handler_type>>(std::move(call), std::move(handler));
            service.start(begun);
        } catch (...) { // out of here it would end in `run()`, and the caller would never go on
            if (begun)
                begun->fail(std::current_exception());
            else
                return_to_caller<handler_type>(std::move(handler)).complete(std::current_exception());
        }
    };
    return asio::async_initiate<const asio::deferred_t, void(std::exception_ptr)>(initiation, asio::deferred,
                                                                                  std::move(function));
}

} // namespace cojob::detail

#endif
