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

/// What a list has from an offset on.
template <class T>
struct list_part {
    std::vector<T> items{};
    std::size_t skipped = 0;            ///< items that could not be read; they have places all the same
    std::optional<std::size_t> total{}; ///< places of the whole list; empty: the API does not tell
};

/// For a page that could not be read: asks for a smaller one if it was too large, else throws what is being handled.
COJOB_DECL void page_failed(list_cursor&, std::size_t first, const error_info&);
[[noreturn]] COJOB_DECL void throw_no_progress(std::size_t offset);

/// What a pager has read of a list.
template <class T>
struct pager_state {
    using fetch_type = std::function<asio::awaitable<list_part<T>>(std::size_t place, std::size_t size)>;

    /// `first_place` is where the list begins for this pager, for errors: `fetch` counts from there.
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
            (seen.contains(std::string(job_id(item))) ? count.known : count.news) += 1;
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
    constexpr int most_in_vain = 10; // a list that goes on for ever must not keep its reader
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

/// The jobs of a list, one after the other, whatever its pages: `while (auto job = co_await pages.next())`. Each job
/// once, although jobs come and go meanwhile; one that comes while the list is read may be missed.
///
/// A page that is over `limit_options::body_bytes` is asked for again with half as many places, and so are all pages
/// after it. A server may give fewer jobs than it is asked for; the list is over where it says so, or has no more.
template <class T>
class pager {
  public:
    /// Made by a service: `osapi::jobs::all_jobs`, `mintlify::agent_v1::all_jobs`. Nothing is asked for yet.
    explicit pager(std::shared_ptr<detail::pager_state<T>> state) : state_(std::move(state)) {}

    /// The next job; nothing after the last. Makes at most ten requests.
    ///
    /// Errors: those of the list, `response_too_large` for a job that is too large by itself (the message names its
    /// offset), and `no_progress` when ten pages had nothing new although there should be more. After an error the
    /// next call goes on where this one stopped. Cancellation: that of the list. Precondition: the call before has
    /// ended.
    [[nodiscard]] asio::awaitable<std::optional<T>> next() { return detail::next_item<T>(detail::in_use(state_)); }

  private:
    std::shared_ptr<detail::pager_state<T>> state_;
};

} // namespace cojob

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/job/page.ipp>
#endif

#endif
