#ifndef COJOB_DETAIL_STARTED_OPERATION_HPP
#define COJOB_DETAIL_STARTED_OPERATION_HPP

#include <cojob/detail/config.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_allocator.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>

#include <atomic>
#include <concepts>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace cojob::detail {

/// An operation that `start` runs. Owned by its coroutine, not by the caller's cancellation slot.
class BOOST_SYMBOL_VISIBLE started_operation : public std::enable_shared_from_this<started_operation> {
  public:
    /// The operation runs on a strand of this executor, because a cancellation must not run concurrently with one of
    /// its steps.
    COJOB_DECL explicit started_operation(asio::any_io_executor);
    started_operation(const started_operation&) = delete;
    started_operation& operator=(const started_operation&) = delete;
    virtual ~started_operation() = default;

    COJOB_DECL void run(asio::awaitable<void> operation);
    /// May be called from any executor; the signal is emitted on the strand.
    COJOB_DECL void cancel(asio::cancellation_type);

    /// Posts the completion handler. Called at least once, on the strand or by `start` itself.
    virtual void complete(std::exception_ptr) = 0;

  protected:
    [[nodiscard]] const asio::any_io_executor& executor() const noexcept { return executor_; }

  private:
    COJOB_DECL static asio::awaitable<void> run_all(std::shared_ptr<started_operation>, asio::awaitable<void>);
    COJOB_DECL void emit(asio::cancellation_type);

    asio::any_io_executor executor_, strand_;
    asio::cancellation_signal signal_;
    std::atomic<unsigned> asked_{0}; ///< types of cancellation requested so far
    bool has_begun_ = false, is_over_ = false;
};

template <class T>
class started_with_result : public started_operation {
  public:
    using started_operation::started_operation;

    std::optional<T> result;
};

template <>
class started_with_result<void> : public started_operation {
  public:
    using started_operation::started_operation;
};

template <class T>
asio::awaitable<void> keep_result(asio::awaitable<T> operation, std::shared_ptr<started_with_result<T>> started)
{
    started->result.emplace(co_await std::move(operation));
}

/// Holds the completion handler, and outstanding work of its executor until it is invoked.
template <class T, class Handler>
class start_completion final : public started_with_result<T> {
  public:
    start_completion(const asio::any_io_executor& executor, Handler handler)
        : started_with_result<T>(executor), waiting_(std::in_place, executor, std::move(handler))
    {
    }

    void complete(std::exception_ptr thrown) override
    {
        if (std::exchange(is_complete_, true))
            return;
        waiting_->thrown = std::move(thrown);
        auto self = std::static_pointer_cast<start_completion>(this->shared_from_this());
        asio::post(this->executor(), invocation(std::move(self)));
    }

  private:
    using handler_executor = asio::associated_executor_t<Handler, asio::any_io_executor>;
    using work = std::decay_t<decltype(asio::prefer(std::declval<const handler_executor&>(),
                                                    asio::execution::outstanding_work.tracked))>;

    struct waiting {
        waiting(const asio::any_io_executor& executor, Handler h)
            : at_work(
                  asio::prefer(asio::get_associated_executor(h, executor), asio::execution::outstanding_work.tracked)),
              handler(std::move(h))
        {
        }

        work at_work;
        Handler handler;
        std::exception_ptr thrown{};
    };

    /// The posted function object. Frees everything of the operation before it invokes the handler.
    class invocation {
      public:
        using executor_type = handler_executor;
        using allocator_type = asio::associated_allocator_t<Handler>;

        explicit invocation(std::shared_ptr<start_completion> of) noexcept : of_(std::move(of)) {}

        [[nodiscard]] executor_type get_executor() const noexcept
        {
            return asio::get_associated_executor(of_->waiting_->handler, of_->executor());
        }
        [[nodiscard]] allocator_type get_allocator() const noexcept
        {
            return asio::get_associated_allocator(of_->waiting_->handler);
        }

        void operator()()
        {
            auto waiting = std::move(*of_->waiting_);
            of_->waiting_.reset(); // the strand may be the last owner of the rest
            const auto slot = asio::get_associated_cancellation_slot(waiting.handler);
            if (slot.is_connected())
                asio::cancellation_slot(slot).clear();
            if constexpr (std::is_void_v<T>) {
                of_.reset();
                std::move(waiting.handler)(std::move(waiting.thrown));
            } else {
                auto result = std::move(of_->result);
                of_.reset();
                std::move(waiting.handler)(std::move(waiting.thrown), result ? std::move(*result) : T());
            }
        }

      private:
        std::shared_ptr<start_completion> of_;
    };

    std::optional<waiting> waiting_;
    bool is_complete_ = false;
};

template <class T>
struct start_initiation {
    template <class Handler>
    void operator()(Handler&& handler, const asio::any_io_executor& executor, asio::awaitable<T> operation) const
    {
        using completion_type = start_completion<T, std::decay_t<Handler>>;
        const auto slot = asio::get_associated_cancellation_slot(handler);
        const auto started = std::make_shared<completion_type>(executor, std::forward<Handler>(handler));
        try {
            if (slot.is_connected())
                // Not an owner: the caller's signal may outlive the context, and the operation must not.
                asio::cancellation_slot(slot).assign(
                    [weak = std::weak_ptr<started_operation>(started)](asio::cancellation_type type) {
                        if (const auto live = weak.lock())
                            live->cancel(type);
                    });
            if constexpr (std::is_void_v<T>)
                started->run(std::move(operation));
            else
                started->run(detail::keep_result<T>(std::move(operation), started));
        } catch (...) {
            started->complete(std::current_exception());
        }
    }
};

template <class T>
struct start_signature {
    using type = void(std::exception_ptr, T);
};

template <>
struct start_signature<void> {
    using type = void(std::exception_ptr);
};

template <class T>
using start_signature_t = typename start_signature<T>::type;

/// A result type that `start` can complete with after a failure, next to the exception.
template <class T>
concept startable = std::is_void_v<T> || (std::default_initializable<T> && std::move_constructible<T>);

} // namespace cojob::detail

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/started_operation.ipp>
#endif

#endif
