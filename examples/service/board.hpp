#ifndef EXAMPLES_SERVICE_BOARD_HPP
#define EXAMPLES_SERVICE_BOARD_HPP

#include "job_row.hpp"

#include <cojob/policy/quota.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace service {

using row_ptr = std::shared_ptr<job_row>;

/// The rows that the page shows, and the uses left. Tells of changes together: the first one at once, further ones not
/// before a fifth of a second has passed. A thousand jobs that are polled are then five events a second.
class board {
  public:
    /// \param tell called with what has changed, as JSON
    board(boost::asio::any_io_executor, std::shared_ptr<cojob::quota>, std::size_t most_rows,
          std::function<void(const std::string&)> tell);

    /// Adds a row for a creation. If there are too many, the oldest that have ended make room, and then the oldest that
    /// are lost. Empty, and no row is removed, if those are not enough.
    row_ptr add(job_row);
    /// Adds a row of an earlier run, however many there are: a job that has not ended must be watched.
    row_ptr restore(job_row);
    /// A row has changed.
    void changed(const row_ptr&);
    /// The row now has an id: `with_id` finds it.
    void has_id(const row_ptr&);

    [[nodiscard]] row_ptr with_key(const std::string&) const;
    [[nodiscard]] row_ptr with_id(std::string_view) const;
    /// All, oldest first.
    [[nodiscard]] const std::vector<row_ptr>& rows() const noexcept { return rows_; }
    /// How many rows are in each state.
    [[nodiscard]] std::map<std::string, std::size_t> states() const;
    /// Everything, as JSON.
    [[nodiscard]] std::string snapshot() const;

    /// Looks each second whether the uses left have changed, until `close`.
    void start();
    void close();

  private:
    void schedule();
    void flush();
    void look_at_uses();
    bool make_room();
    void remove_excess(bool (*may_go)(const job_row&));

    std::shared_ptr<cojob::quota> quota_;
    std::size_t most_rows_;
    std::function<void(const std::string&)> tell_;
    std::vector<row_ptr> rows_; // oldest first
    std::unordered_map<std::string, row_ptr> by_key_, by_id_;
    std::vector<row_ptr> dirty_;
    std::vector<std::string> gone_;
    boost::asio::steady_timer flush_timer_, second_;
    std::chrono::steady_clock::time_point next_flush_{};
    std::uint32_t uses_told_ = 0;
    bool is_scheduled_ = false, is_closed_ = false;
};

} // namespace service

#endif
