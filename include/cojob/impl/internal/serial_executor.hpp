#ifndef COJOB_IMPL_INTERNAL_SERIAL_EXECUTOR_HPP
#define COJOB_IMPL_INTERNAL_SERIAL_EXECUTOR_HPP

#include <cojob/detail/config.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution/blocking.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>
#include <boost/asio/strand.hpp>

#include <memory>
#include <utility>

namespace cojob::detail {

/// A strand, with no more properties than its users ask for. It stays one type whatever is required of it, and fits
/// into an `any_io_executor`: a strand itself is stored there as one type for each set of properties, and allocated at
/// each change of one. What is suspended on it has a socket, a timer or a caller that keeps the context at work.
class serial_executor {
  public:
    /// No constructor: `any_io_executor` would ask whether it can be made of itself.
    [[nodiscard]] static serial_executor on(const asio::any_io_executor& inner)
    {
        return {std::make_shared<const strands>(inner), false};
    }

    [[nodiscard]] asio::execution_context& query(asio::execution::context_t property) const
    {
        return asio::query(strand_->any_time, property);
    }
    [[nodiscard]] asio::execution::blocking_t query(asio::execution::blocking_t) const noexcept
    {
        return is_later_ ? asio::execution::blocking_t(asio::execution::blocking.never)
                         : asio::execution::blocking_t(asio::execution::blocking.possibly);
    }
    [[nodiscard]] serial_executor require(asio::execution::blocking_t::never_t) const noexcept
    {
        return {strand_, true};
    }
    [[nodiscard]] serial_executor require(asio::execution::blocking_t::possibly_t) const noexcept
    {
        return {strand_, false};
    }

    /// From inside, at once, unless `blocking.never` is required.
    template <class Function>
    void execute(Function&& f) const
    {
        (is_later_ ? strand_->later : strand_->any_time).execute(std::forward<Function>(f));
    }

    friend bool operator==(const serial_executor&, const serial_executor&) = default;

  private:
    using strand = asio::strand<asio::any_io_executor>;

    /// The same strand twice.
    struct strands {
        explicit strands(const asio::any_io_executor& inner)
            : any_time(inner), later(asio::require(any_time, asio::execution::blocking.never))
        {
        }

        strand any_time, later;
    };

    serial_executor(std::shared_ptr<const strands> s, bool is_later) noexcept
        : strand_(std::move(s)), is_later_(is_later)
    {
    }

    std::shared_ptr<const strands> strand_;
    bool is_later_ = false;
};

} // namespace cojob::detail

#endif
