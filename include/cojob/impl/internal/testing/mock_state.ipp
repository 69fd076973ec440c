#ifndef COJOB_IMPL_INTERNAL_TESTING_MOCK_STATE_IPP
#define COJOB_IMPL_INTERNAL_TESTING_MOCK_STATE_IPP

#include <cojob/impl/internal/testing/mock_apis.ipp>
#include <cojob/impl/internal/testing/mock_output.ipp>
#include <cojob/impl/internal/testing/mock_router.ipp>
#include <cojob/testing/mock_server.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <deque>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace cojob::testing::detail {

/// Faults or responses that a test has ordered for the next connections or requests.
template <class T>
class mock_orders {
  public:
    void add(T what, std::size_t times, std::string method)
    {
        if (times != 0)
            waiting_.push_back({std::move(what), times, std::move(method)});
    }

    /// Takes the first order that `fits` and is for this method or for any.
    template <class Predicate>
    [[nodiscard]] std::optional<T> take(std::string_view method, Predicate fits)
    {
        const auto found = std::find_if(waiting_.begin(), waiting_.end(), [&](const order& o) {
            return fits(o.what) && (o.method.empty() || o.method == method);
        });
        if (found == waiting_.end())
            return std::nullopt;
        auto what = found->what;
        if (--found->times == 0)
            waiting_.erase(found);
        return what;
    }

  private:
    struct order {
        T what;
        std::size_t times;
        std::string method;
    };
    std::deque<order> waiting_;
};

/// A replacement for the regular response: another response, or raw bytes.
struct ordered_response {
    http::response response{};
    std::optional<mock_output> raw{};
};

inline bool is_connection_fault(fault f)
{
    return f == fault::close_at_accept || f == fault::stall_handshake || f == fault::garbage_handshake;
}

/// RFC 9110, 5.6.7. Not by the standard library, whose output depends on the locale.
inline std::string format_http_date(timestamp when)
{
    constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto day = std::chrono::floor<std::chrono::days>(when);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(when - day));
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
                  days[std::chrono::weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
                  months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                  static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                  static_cast<int>(time.seconds().count()));
    return text.data();
}

inline void add_missing_header(http::response& answer, std::string name, std::string value)
{
    if (!answer.header(name))
        answer.headers.emplace_back(std::move(name), std::move(value));
}

/// The state and the decisions of a mock server, without sockets. Shared by the server's thread and the test's.
class mock_state {
  public:
    explicit mock_state(const mock_server_options& options)
        : clock_(options.clock ? options.clock : machine_clock()), apis_(options)
    {
    }

    /// Calls `change` with the APIs under the lock.
    template <class Change>
    auto change(Change change)
    {
        const std::lock_guard lock(mutex_);
        return change(apis_, clock_->wall_now());
    }

    void order_fault(fault f, std::size_t times, std::string method)
    {
        const std::lock_guard lock(mutex_);
        faults_.add(f, times, std::move(method));
    }

    void order_response(ordered_response answer, std::size_t times, std::string method)
    {
        const std::lock_guard lock(mutex_);
        answers_.add(std::move(answer), times, std::move(method));
    }

    /// Records an accepted connection. Returns its number.
    [[nodiscard]] std::size_t open_connection()
    {
        const std::lock_guard lock(mutex_);
        open_.insert(accepted_);
        changed_.notify_all();
        return accepted_++;
    }

    void close_connection(std::size_t number)
    {
        const std::lock_guard lock(mutex_);
        open_.erase(number);
        changed_.notify_all();
    }

    /// The fault for a connection that has just been accepted.
    [[nodiscard]] std::optional<fault> take_connection_fault()
    {
        const std::lock_guard lock(mutex_);
        return faults_.take({}, is_connection_fault);
    }

    /// Handles a complete request. A fault affects only the response: the job is created anyway, which is the worst
    /// case for a client.
    [[nodiscard]] mock_output answer(recorded_request request, bool keeps_alive)
    {
        const std::lock_guard lock(mutex_);
        requests_.push_back(std::move(request));
        changed_.notify_all();
        const auto& arrived = requests_.back();
        const auto ordered = answers_.take(arrived.method, [](const ordered_response&) { return true; });
        if (ordered && ordered->raw)
            return *ordered->raw;
        auto right =
            ordered ? mock_response(ordered->response) : apis_.answer(arrived, clock_->now(), clock_->wall_now());
        complete(right.response);
        throttled_ += right.response.status == 429 ? 1 : 0;
        if (const auto broken = faults_.take(arrived.method, [](fault f) { return !is_connection_fault(f); }))
            return break_response(*broken, right.response);
        return unbroken(right, keeps_alive);
    }

    [[nodiscard]] std::vector<recorded_request> requests() const
    {
        const std::lock_guard lock(mutex_);
        return requests_;
    }

    [[nodiscard]] std::size_t accepted() const
    {
        const std::lock_guard lock(mutex_);
        return accepted_;
    }

    [[nodiscard]] std::size_t open() const
    {
        const std::lock_guard lock(mutex_);
        return open_.size();
    }

    [[nodiscard]] std::size_t throttled() const
    {
        const std::lock_guard lock(mutex_);
        return throttled_;
    }

    bool wait_for_requests(std::size_t count) const
    {
        return wait([&] { return requests_.size() >= count; });
    }

    bool wait_for_open(std::size_t count) const
    {
        return wait([&] { return open_.size() == count; });
    }

    bool wait_until_closed(const std::vector<std::size_t>& numbers) const
    {
        return wait([&] {
            return std::none_of(numbers.begin(), numbers.end(), [&](std::size_t n) { return open_.contains(n); });
        });
    }

  private:
    template <class Predicate>
    bool wait(Predicate holds) const
    {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(10), holds);
    }

    void complete(http::response& answer)
    {
        if (!answer.body.empty())
            add_missing_header(answer, "Content-Type", "application/json");
        add_missing_header(answer, "Date", format_http_date(clock_->wall_now()));
        add_missing_header(answer, "X-Request-Id", "req_" + std::to_string(++answers_given_));
    }

    clock_ptr clock_;
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    mock_apis apis_;
    mock_orders<fault> faults_;
    mock_orders<ordered_response> answers_;
    std::vector<recorded_request> requests_;
    std::set<std::size_t> open_;
    std::size_t accepted_ = 0;
    std::size_t answers_given_ = 0;
    std::size_t throttled_ = 0;
};

} // namespace cojob::testing::detail

#endif
