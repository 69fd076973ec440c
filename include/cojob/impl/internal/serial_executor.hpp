#ifndef COJOB_IMPL_INTERNAL_SERIAL_EXECUTOR_HPP
#define COJOB_IMPL_INTERNAL_SERIAL_EXECUTOR_HPP

#include <cojob/detail/config.hpp>
#include <cojob/detail/share.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution/blocking.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>
#include <boost/asio/strand.hpp>

#include <memory>
#include <type_traits>
#include <utility>
#include <variant>

namespace cojob::detail {

/// A strand, with no more properties than its users ask for. It stays one type whatever is required of it, and fits
/// into an `any_io_executor`: a strand itself is stored there as one type for each set of properties, each with a table
/// for the compiler to make. It does not count work: `at_work` does, for what is spawned on it.
class serial_executor {
    template <class Strand>
    using that_never_blocks =
        std::decay_t<decltype(asio::require(std::declval<const Strand&>(), asio::execution::blocking.never))>;

    /// A strand, twice.
    template <class Inner>
    struct strand_on {
        explicit strand_on(const Inner& inner)
            : at_once(asio::prefer(inner, asio::execution::blocking.possibly)),
              later(asio::require(at_once, asio::execution::blocking.never))
        {
        }

        asio::strand<Inner> at_once;
        that_never_blocks<asio::strand<Inner>> later;
    };

    /// One of an `any_io_executor` allocates what the other has in place.
    using any_strand = std::variant<strand_on<asio::io_context::executor_type>, strand_on<asio::any_io_executor>>;

    /// As `std::visit`, without its table for each function.
    template <class Function>
    decltype(auto) with_strand(Function f) const
    {
        const auto* const own = std::get_if<0>(strand_.get());
        return own ? f(*own) : f(*std::get_if<1>(strand_.get()));
    }

  public:
    /// No constructor: `any_io_executor` would ask whether it can be made of itself.
    [[nodiscard]] static serial_executor on(const asio::any_io_executor& inner)
    {
        if (const auto* const own = inner.target<asio::io_context::executor_type>())
            return {share<const any_strand>(std::in_place_index<0>, *own), false};
        return {share<const any_strand>(std::in_place_index<1>, inner), false};
    }

    [[nodiscard]] asio::execution_context& query(asio::execution::context_t property) const
    {
        return with_strand([&](const auto& s) -> asio::execution_context& { return asio::query(s.at_once, property); });
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
        with_strand([&](const auto& s) {
            if (is_later_)
                s.later.execute(std::forward<Function>(f));
            else
                s.at_once.execute(std::forward<Function>(f));
        });
    }

    /// What the strand hands its work to.
    [[nodiscard]] asio::any_io_executor inner() const
    {
        return with_strand([](const auto& s) { return asio::any_io_executor(s.at_once.get_inner_executor()); });
    }

    /// The same strand with all of Asio's properties.
    [[nodiscard]] asio::strand<asio::any_io_executor> full() const
    {
        return with_strand([](const auto& s) { return asio::strand<asio::any_io_executor>(s.at_once); });
    }

    friend bool operator==(const serial_executor&, const serial_executor&) = default;

  private:
    serial_executor(std::shared_ptr<const any_strand> s, bool is_later) noexcept
        : strand_(std::move(s)), is_later_(is_later)
    {
    }

    std::shared_ptr<const any_strand> strand_;
    bool is_later_ = false;
};

/// An executor that keeps the context of this one at work while it is there.
inline asio::any_io_executor at_work(const asio::any_io_executor& executor)
{
    const auto* const serial = executor.target<serial_executor>();
    return asio::prefer(serial ? serial->inner() : executor, asio::execution::outstanding_work.tracked);
}

} // namespace cojob::detail

#endif
