#ifndef COJOB_JOB_PAGE_HPP
#define COJOB_JOB_PAGE_HPP

#include <boost/asio/awaitable.hpp>

#include <cojob/error.hpp>

#include <algorithm>
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

/// What a pager has seen of a list that is read page by page while it changes.
template <class T>
struct pager_state {
    std::function<asio::awaitable<std::vector<T>>(std::size_t offset)> fetch{};
    std::size_t page_size = 0, offset = 0;
    std::deque<T> ready{};
    std::unordered_set<std::string> seen{};
    bool is_over = false;

    /// Each page begins with a part of the one before. Where nothing of it is there, jobs before it have vanished and
    /// the list has moved up: then it goes back a page.
    void take(std::vector<T> items)
    {
        const auto count = items.size();
        std::size_t repeats = 0;
        for (auto& item : items) {
            if (seen.insert(std::string(job_id(item))).second)
                ready.push_back(std::move(item));
            else
                ++repeats;
        }
        const auto overlap = std::max<std::size_t>(1, page_size / 10);
        if (offset > 0 && repeats == 0) {
            offset -= std::min(offset, page_size);
            return;
        }
        is_over = count < page_size;
        offset += count - std::min(count, overlap);
    }
};

template <class T>
asio::awaitable<std::optional<T>> next_item(std::shared_ptr<pager_state<T>> state)
{
    while (state->ready.empty() && !state->is_over) {
        auto page = co_await state->fetch(state->offset);
        state->take(std::move(page));
    }
    if (state->ready.empty())
        co_return std::nullopt;
    std::optional<T> item(std::move(state->ready.front()));
    state->ready.pop_front();
    co_return item;
}

} // namespace detail

/// The jobs of a list, one after the other, whatever its pages: `while (auto job = co_await pages.next())`. Each job once,
/// although jobs come and go meanwhile; one that comes while the list is read may be missed.
template <class T>
class pager {
  public:
    explicit pager(std::shared_ptr<detail::pager_state<T>> state) : state_(std::move(state)) {}

    /// The next job; nothing after the last. Errors and cancellation: those of the list; the next call goes on.
    /// Precondition: the call before has ended.
    [[nodiscard]] asio::awaitable<std::optional<T>> next() { return detail::next_item<T>(state_); }

  private:
    std::shared_ptr<detail::pager_state<T>> state_;
};

} // namespace cojob

#endif
