#ifndef COJOB_JOB_PAGE_HPP
#define COJOB_JOB_PAGE_HPP

#include <cojob/detail/config.hpp>

#include <boost/asio/awaitable.hpp>

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

/// What a list has from an offset on, and how many there are in all.
template <class T>
struct list_part {
    std::vector<T> items{};
    std::size_t total = 0;
};

/// What a pager has seen of a list that is read page by page while it changes.
template <class T>
struct pager_state {
    std::function<asio::awaitable<list_part<T>>(std::size_t offset)> fetch{};
    std::size_t page_size = 0, offset = 0;
    std::deque<T> ready{};
    std::unordered_set<std::string> seen{};
    bool is_over = false;
    bool is_going_back = false, has_gone_back = false; ///< the latter: in vain, and nothing new was found since

    /// Each page begins with a part of the one before. Where nothing of it is there, jobs before it have vanished and
    /// the list has moved up: then it goes back, page by page, until it is where it was. A page may have fewer items
    /// than it has places: jobs vanish between the server's look for ids and its look at jobs.
    void take(list_part<T> page)
    {
        if (!joins(page.items)) {
            is_going_back = true;
            offset -= std::min(offset, page_size);
            return;
        }
        const auto places = std::max(page_size, page.items.size());
        const auto is_news = keep(std::move(page.items));
        has_gone_back = !is_news && (has_gone_back || is_going_back);
        is_going_back = false;
        is_over = places >= page.total || offset >= page.total - places;
        offset += places - std::min(places, std::max<std::size_t>(1, page_size / 10));
    }

  private:
    /// A list some of whose jobs cannot be read never joins; going back once is enough to know.
    [[nodiscard]] bool joins(const std::vector<T>& items) const
    {
        return offset == 0 || has_gone_back || std::any_of(items.begin(), items.end(), [this](const T& item) {
                   return seen.contains(std::string(job_id(item)));
               });
    }

    bool keep(std::vector<T> items)
    {
        const auto before = ready.size();
        for (auto& item : items)
            if (seen.insert(std::string(job_id(item))).second)
                ready.push_back(std::move(item));
        return ready.size() != before;
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

/// The jobs of a list, one after the other, whatever its pages: `while (auto job = co_await pages.next())`. Each job
/// once, although jobs come and go meanwhile; one that comes while the list is read may be missed.
template <class T>
class pager {
  public:
    /// Made by a service: `osapi::jobs::all_jobs`. Nothing is asked for yet.
    explicit pager(std::shared_ptr<detail::pager_state<T>> state) : state_(std::move(state)) {}

    /// The next job; nothing after the last. Errors and cancellation: those of the list; the next call goes on.
    /// Precondition: the call before has ended.
    [[nodiscard]] asio::awaitable<std::optional<T>> next() { return detail::next_item<T>(state_); }

  private:
    std::shared_ptr<detail::pager_state<T>> state_;
};

} // namespace cojob

#endif
