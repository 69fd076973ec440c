#ifndef EXAMPLES_SERVICE_JOB_DESK_HPP
#define EXAMPLES_SERVICE_JOB_DESK_HPP

#include "board.hpp"
#include "metrics.hpp"
#include "row_file.hpp"
#include "settings.hpp"

#include <cojob/job/journal.hpp>
#include <cojob/mintlify/agent.hpp>
#include <cojob/observer.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace service {

/// Creates jobs through one client, and follows each to its end. Knows nothing of HTTP.
class job_desk {
  public:
    /// Opens the journal, the uses and the rows in the folder of the settings.
    job_desk(boost::asio::io_context&, const settings&, board&, std::shared_ptr<cojob::quota>, counters&);
    job_desk(const job_desk&) = delete;
    job_desk& operator=(const job_desk&) = delete;

    /// Takes up what the last run of the program left.
    void start();

    /// What became of a request for a creation.
    enum class answer {
        accepted, ///< its row is on the board
        known,    ///< there is a row with this key already: nothing is sent
        no_use,   ///< the hour has none left
        busy      ///< too many creations at once, or no room on the board
    };

    /// Creates a job unless there is one with this key, which the browser made for this press of the button.
    answer create(const std::string& key, const std::string& prompt);

    [[nodiscard]] cojob::client_stats stats() const { return client_.stats(); }

    /// Waits until no creation is in flight, but not longer than that; then cancels everything.
    [[nodiscard]] boost::asio::awaitable<void> stop(std::chrono::steady_clock::duration at_most);

  private:
    boost::asio::awaitable<void> run(row_ptr, std::string prompt);
    boost::asio::awaitable<bool> create_job(row_ptr, std::string prompt);
    boost::asio::awaitable<void> follow(row_ptr, cojob::job_handle);
    boost::asio::awaitable<void> not_found(row_ptr);
    void take_up(job_row);
    void take_up_without_row();
    void spawn(boost::asio::awaitable<void>);
    void save_uses();
    void saw_poll(const cojob::poll_event&);
    void lose(const row_ptr&, std::string note);
    void show(const row_ptr&, std::string_view state, std::string note);
    void end(const row_ptr&, std::string_view state, std::string note);

    boost::asio::io_context& context_;
    counters& count_;
    board& board_;
    std::shared_ptr<cojob::quota> quota_;
    std::filesystem::path uses_file_;
    cojob::job_journal journal_;
    row_file rows_;
    cojob::wait_options wait_;
    cojob::client client_;
    cojob::mintlify::agent agent_;
    std::size_t most_creations_, creating_ = 0;
    boost::asio::steady_timer idle_;
    bool is_stopping_ = false;
};

} // namespace service

#endif
