// The events of the page, in the order in which all browsers see them.

#include "event_hub.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <charconv>
#include <utility>

namespace service {

namespace asio = boost::asio;

namespace {

constexpr std::size_t most_kept_bytes = 4 << 20; // of the events that are kept

} // namespace

event_hub::event_hub(std::string run, std::size_t most_events, std::function<std::string()> snapshot)
    : run_(std::move(run)), most_events_(most_events), make_snapshot_(std::move(snapshot))
{
}

std::string event_hub::event_text(std::string_view event, std::string_view json) const
{
    std::string text = "id: " + run_ + '-' + std::to_string(last_) + "\nevent: ";
    text.append(event).append("\ndata: ").append(json).append("\n\n");
    return text;
}

void event_hub::publish(std::string_view event, std::string_view json)
{
    ++last_;
    snapshot_.reset();
    kept_.push_back(std::make_shared<const std::string>(event_text(event, json)));
    kept_bytes_ += kept_.back()->size();
    while (kept_.size() > most_events_ || kept_bytes_ > most_kept_bytes) {
        kept_bytes_ -= kept_.front()->size();
        kept_.pop_front();
    }
    for (auto* timer : waiting_)
        timer->cancel();
}

void event_hub::close()
{
    is_closed_ = true;
    for (auto* timer : waiting_)
        timer->cancel();
}

event_hub::place event_hub::after(std::string_view id) const
{
    std::uint64_t number = 0;
    if (!id.starts_with(run_ + '-'))
        return {};
    id.remove_prefix(run_.size() + 1);
    const auto [end, failure] = std::from_chars(id.data(), id.data() + id.size(), number);
    if (failure != std::errc() || end != id.data() + id.size() || number > last_)
        return {};
    return {number, true};
}

bool event_hub::is_kept(place at) const noexcept
{
    return at.has_all_before && last_ - at.last <= kept_.size();
}

event_hub::text_ptr event_hub::snapshot() const
{
    const auto now = std::chrono::steady_clock::now();
    if (!snapshot_ || now > snapshot_until_) {
        snapshot_ = std::make_shared<const std::string>(event_text("snapshot", make_snapshot_()));
        snapshot_until_ = now + std::chrono::seconds(1);
    }
    return snapshot_;
}

std::vector<event_hub::text_ptr> event_hub::missing(place& at) const
{
    std::vector<text_ptr> texts;
    if (is_kept(at))
        texts.assign(kept_.end() - static_cast<std::ptrdiff_t>(last_ - at.last), kept_.end());
    else
        texts.push_back(snapshot());
    at = {last_, true};
    return texts;
}

asio::awaitable<void> event_hub::wait(place at, std::chrono::steady_clock::duration at_most)
{
    if (is_closed_ || !at.has_all_before || at.last != last_)
        co_return;
    asio::steady_timer timer(co_await asio::this_coro::executor, at_most);
    const auto mine = waiting_.insert(waiting_.end(), &timer);
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    waiting_.erase(mine);
}

} // namespace service
