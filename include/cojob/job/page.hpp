#ifndef COJOB_JOB_PAGE_HPP
#define COJOB_JOB_PAGE_HPP

#include <cojob/detail/config.hpp>
#include <cojob/detail/list_cursor.hpp>
#include <cojob/detail/share.hpp>
#include <cojob/error.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace cojob {

namespace detail {

/// One page of a list.
template <class T>
struct list_part {
    std::vector<T> items{};
    std::size_t skipped = 0;            ///< items that could not be decoded; they count in offsets
    std::optional<std::size_t> total{}; ///< length of the whole list; empty: the API does not report it
};

/// Handles a failed page: halves the page size if the response was too large, otherwise rethrows the current exception.
COJOB_DECL void page_failed(list_cursor&, std::size_t first, const error_info&);
[[noreturn]] COJOB_DECL void throw_no_progress(std::size_t offset);

/// A pager's state: what it has read of the list so far.
template <class T>
struct pager_state {
    using fetch_type = std::function<asio::awaitable<list_part<T>>(std::size_t place, std::size_t size)>;

    /// `first_place` is the offset at which this pager starts, for error messages: `fetch` counts from there.
    pager_state(fetch_type f, std::size_t page_size, std::size_t first_place)
        : fetch(std::move(f)), cursor(page_size), first(first_place)
    {
    }

    fetch_type fetch;
    list_cursor cursor;
    std::size_t first;
    std::deque<T> ready{};
    std::unordered_set<std::string> seen{};

    void take(list_part<T> page)
    {
        page_count count{.places = page.items.size() + page.skipped, .unread = page.skipped, .total = page.total};
        for (const auto& item : page.items)
            (seen.contains(std::string(job_id(item))) ? count.known : count.new_jobs) += 1;
        if (!cursor.take(count))
            return;
        for (auto& item : page.items)
            if (seen.insert(std::string(job_id(item))).second)
                ready.push_back(std::move(item));
    }
};

/// Reads one page.
template <class T>
asio::awaitable<void> read_page(std::shared_ptr<pager_state<T>> state)
{
    try {
        auto page = co_await state->fetch(state->cursor.offset(), state->cursor.page_size());
        state->take(std::move(page));
    } catch (const api_error& failure) {
        page_failed(state->cursor, state->first, failure.info());
    }
}

template <class T>
asio::awaitable<std::optional<T>> next_item(std::shared_ptr<pager_state<T>> state)
{
    constexpr int most_in_vain = 10; // an endless list must not block its reader
    for (int pages = 0; state->ready.empty() && !state->cursor.is_over(); ++pages) {
        if (pages == most_in_vain)
            throw_no_progress(state->first + state->cursor.offset());
        co_await read_page(state);
    }
    if (state->ready.empty())
        co_return std::nullopt;
    std::optional<T> item(std::move(state->ready.front()));
    state->ready.pop_front();
    co_return item;
}

} // namespace detail

/// The jobs of a paged list, one by one: `while (auto job = co_await pages.next())`. Returns each job once, even if
/// jobs are added or deleted meanwhile; may miss a job that is added while the list is read.
///
/// If a page exceeds `limit_options::body_bytes`, the pager requests it again with half the page size, and keeps that
/// size. A server may return fewer jobs than requested: the list ends where the server says so, or where no more jobs
/// follow.
template <class T>
class pager {
  public:
    /// Made by a service: `osapi::jobs::all_jobs`, `mintlify::agent_v1::all_jobs`. Sends nothing yet.
    explicit pager(std::shared_ptr<detail::pager_state<T>> state) : state_(std::move(state)) {}

    /// Returns the next job; an empty optional after the last. Reads at most ten pages.
    ///
    /// Errors: those of the list; `response_too_large` if a single job exceeds the limit (the message names its
    /// offset); `no_progress` if ten pages contain nothing new although the list should continue. After an error the
    /// next call continues where this one stopped. Cancellation: that of the list. Precondition: the previous call has
    /// completed.
    [[nodiscard]] asio::awaitable<std::optional<T>> next() { return detail::next_item<T>(detail::in_use(state_)); }

  private:
    std::shared_ptr<detail::pager_state<T>> state_;
};

} // namespace cojob

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/job/page.ipp>
#endif

#endif
