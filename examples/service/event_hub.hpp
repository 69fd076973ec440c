#ifndef EXAMPLES_SERVICE_EVENT_HUB_HPP
#define EXAMPLES_SERVICE_EVENT_HUB_HPP

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace service {

/// The last events, for any number of readers. A reader has a number and nothing else: the last event that it has. If
/// what it misses is not kept any more, it gets a snapshot. So a slow browser costs no memory, and one that comes back
/// goes on where it was.
class event_hub {
  public:
    /// One or more events as they are sent, made once for all readers.
    using text_ptr = std::shared_ptr<const std::string>;

    /// The place of a reader. The default is that of one who has nothing.
    struct place {
        std::uint64_t last = 0;
        bool has_all_before = false;
    };

    /// \param run a word for this run of the program: the ids of another run are of no use
    /// \param most_events that are kept
    /// \param snapshot returns everything as JSON
    event_hub(std::string run, std::size_t most_events, std::function<std::string()> snapshot);

    /// Publishes an event. The data is JSON on one line.
    void publish(std::string_view event, std::string_view json);
    /// No more events: readers that wait go on, and find the hub closed.
    void close();

    /// The place after the event with this id, as a browser sends it in `Last-Event-ID`.
    [[nodiscard]] place after(std::string_view id) const;
    /// What a reader at this place misses, and moves the place behind it.
    [[nodiscard]] std::vector<text_ptr> missing(place&) const;
    /// Waits until a reader at this place misses something, the time is over, or the hub is closed.
    [[nodiscard]] boost::asio::awaitable<void> wait(place, std::chrono::steady_clock::duration at_most);

    [[nodiscard]] bool is_closed() const noexcept { return is_closed_; }

  private:
    [[nodiscard]] bool is_kept(place) const noexcept;
    [[nodiscard]] text_ptr snapshot() const;
    [[nodiscard]] std::string event_text(std::string_view event, std::string_view json) const;

    std::string run_;
    std::size_t most_events_;
    std::function<std::string()> make_snapshot_;
    std::deque<text_ptr> kept_; // the last one has the number last_
    std::size_t kept_bytes_ = 0;
    std::uint64_t last_ = 0;
    bool is_closed_ = false;
    std::list<boost::asio::steady_timer*> waiting_;
    mutable text_ptr snapshot_;                                      // of the event last_, until the next one
    mutable std::chrono::steady_clock::time_point snapshot_until_{}; // it says what time it is
};

} // namespace service

#endif
