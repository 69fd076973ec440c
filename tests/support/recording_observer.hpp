#ifndef TESTS_SUPPORT_RECORDING_OBSERVER_HPP
#define TESTS_SUPPORT_RECORDING_OBSERVER_HPP

#include <cojob/observer.hpp>

#include <chrono>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace tests {

/// Records each event with all its members as a line.
class recording_observer final : public cojob::observer {
  public:
    void on_attempt(const cojob::attempt_event& e) noexcept override
    {
        add("attempt ", e.number, ' ', e.method, ' ', e.path, e.is_poll ? " poll" : "");
    }
    void on_response(const cojob::response_event& e) noexcept override
    {
        add("response ", e.method, ' ', e.path, ' ', e.status, ' ', e.error ? e.error.message() : "ok", ", ",
            to_string(e.reached), " after ", seconds(e.elapsed), " s");
    }
    void on_retry(const cojob::retry_event& e) noexcept override
    {
        add("retry ", e.number, ' ', e.method, ' ', e.path, ' ', e.error.message(), " in ", seconds(e.wait), " s",
            e.is_hinted ? " as told" : "");
    }
    void on_throttled(const cojob::throttled_event& e) noexcept override
    {
        add("throttled ", e.method, ' ', e.path, e.scope, ' ', e.error.message(), " for ", seconds(e.wait), " s");
    }
    void on_connection(const cojob::connection_event& e) noexcept override
    {
        add("connection ", e.host, ' ', static_cast<int>(e.change));
    }
    void on_poll(const cojob::poll_event& e) noexcept override { add("poll ", e.api, ' ', e.job_id, ' ', e.status); }
    void on_job_changed(const cojob::poll_event& e) noexcept override { add("changed ", e.job_id, ' ', e.status); }
    void on_polls_stretched(const cojob::stretched_event& e) noexcept override
    {
        add("stretched ", e.overdue, " overdue, ", e.in_flight, " in flight, ", seconds(e.late), " s late");
    }
    void on_unknown_status(const cojob::unknown_status_event& e) noexcept override { add("unknown ", e.status); }

    std::vector<std::string> lines;

  private:
    static double seconds(cojob::duration d) { return std::chrono::duration<double>(d).count(); }

    template <class... Parts>
    void add(const Parts&... parts)
    {
        std::ostringstream line;
        (line << ... << parts);
        lines.push_back(line.str());
    }
};

} // namespace tests

#endif
