#ifndef COJOB_IMPL_INTERNAL_BASE_SERIAL_EXECUTOR_HPP
#define COJOB_IMPL_INTERNAL_BASE_SERIAL_EXECUTOR_HPP

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
/// for the compiler to make. It counts work only where that was asked for by `for_users`: inside, `at_work` does, for
/// what is spawned on it.
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
    static any_strand strand_of(const asio::any_io_executor& executor)
    {
        if (const auto* const own = executor.target<asio::io_context::executor_type>())
            return strand_on<asio::io_context::executor_type>(*own);
        return strand_on<asio::any_io_executor>(executor);
    }

    struct shared_strand {
        explicit shared_strand(const asio::any_io_executor& executor)
            : inner(executor), context(asio::query(executor, asio::execution::context)), strand(strand_of(executor))
        {
        }

        asio::any_io_executor inner; ///< what the strand hands its work to
        asio::execution_context& context;
        any_strand strand;
        std::weak_ptr<const shared_strand> self{};
    };

    /// Owns a strand, and keeps its context at work.
    struct work {
        explicit work(std::shared_ptr<const shared_strand> s)
            : inner(asio::prefer(s->inner, asio::execution::outstanding_work.tracked)), strand(std::move(s))
        {
        }

        asio::any_io_executor inner;
        std::shared_ptr<const shared_strand> strand;
    };

  public:
    /// No constructor: `any_io_executor` would ask whether it can be made of itself.
    [[nodiscard]] static serial_executor on(const asio::any_io_executor& inner)
    {
        auto made = share<shared_strand>(inner);
        made->self = made;
        return {std::move(made), false, counting::never};
    }

    /// The same strand, which keeps its context at work for whoever asks for that.
    [[nodiscard]] serial_executor for_users() const noexcept { return {strand_, is_later_, counting::on_request}; }

    [[nodiscard]] asio::execution_context& query(asio::execution::context_t) const noexcept { return strand_->context; }
    [[nodiscard]] asio::execution::blocking_t query(asio::execution::blocking_t) const noexcept
    {
        return is_later_ ? asio::execution::blocking_t(asio::execution::blocking.never)
                         : asio::execution::blocking_t(asio::execution::blocking.possibly);
    }
    [[nodiscard]] serial_executor require(asio::execution::blocking_t::never_t) const noexcept
    {
        return {strand_, true, counts_};
    }
    [[nodiscard]] serial_executor require(asio::execution::blocking_t::possibly_t) const noexcept
    {
        return {strand_, false, counts_};
    }
    [[nodiscard]] asio::execution::outstanding_work_t query(asio::execution::outstanding_work_t) const noexcept
    {
        return counts_ == counting::now
                   ? asio::execution::outstanding_work_t(asio::execution::outstanding_work.tracked)
                   : asio::execution::outstanding_work_t(asio::execution::outstanding_work.untracked);
    }
    [[nodiscard]] serial_executor require(asio::execution::outstanding_work_t::tracked_t) const
    {
        if (counts_ != counting::on_request)
            return *this;
        return {std::shared_ptr<const shared_strand>(share<work>(strand_), strand_.get()), is_later_, counting::now};
    }
    [[nodiscard]] serial_executor require(asio::execution::outstanding_work_t::untracked_t) const noexcept
    {
        return {strand_->self.lock(), is_later_, counts_ == counting::never ? counts_ : counting::on_request};
    }

    /// From inside, at once, unless `blocking.never` is required.
    template <class Function>
    void execute(Function&& f) const
    {
        const auto go = [&](const auto& s) {
            if (is_later_)
                s.later.execute(std::forward<Function>(f));
            else
                s.at_once.execute(std::forward<Function>(f));
        };
        const auto* const own = std::get_if<0>(&strand_->strand); // `std::visit` makes a table for each function
        own ? go(*own) : go(*std::get_if<1>(&strand_->strand));
    }

    /// What the strand hands its work to.
    [[nodiscard]] const asio::any_io_executor& inner() const noexcept { return strand_->inner; }

    friend bool operator==(const serial_executor& a, const serial_executor& b) noexcept
    {
        return a.strand_.get() == b.strand_.get() && a.is_later_ == b.is_later_;
    }

  private:
    enum class counting : char { never, on_request, now };

    serial_executor(std::shared_ptr<const shared_strand> s, bool is_later, counting counts) noexcept
        : strand_(std::move(s)), is_later_(is_later), counts_(counts)
    {
    }

    std::shared_ptr<const shared_strand> strand_;
    bool is_later_;
    counting counts_;
};

/// What this executor hands its work to if it is a strand; otherwise the executor itself.
inline const asio::any_io_executor& unserialized(const asio::any_io_executor& executor) noexcept
{
    const auto* const serial = executor.target<serial_executor>();
    return serial ? serial->inner() : executor;
}

/// An executor that keeps the context of this one at work while it is there.
inline asio::any_io_executor at_work(const asio::any_io_executor& executor)
{
    return asio::prefer(unserialized(executor), asio::execution::outstanding_work.tracked);
}

} // namespace cojob::detail

#endif
