#ifndef COJOB_APPS_FOLLOW_STATE_HPP
#define COJOB_APPS_FOLLOW_STATE_HPP

#include "follow.hpp"
#include "terminal.hpp"

#include <map>

namespace cli {

/// What is known of all jobs, and how it is shown.
class follow_state final : public cojob::observer {
  public:
    follow_state(const arguments&, shown);

    void begin(std::vector<followed_job> jobs);
    void changed(std::size_t job, job_view);
    void failed(std::size_t job, const cojob::error_info&);
    void redraw(bool is_resized, std::string quota_left);

    /// The last picture and the results.
    void finish(std::string quota_left);

    [[nodiscard]] bool is_live() const noexcept { return is_live_; }
    [[nodiscard]] exit_code result() const noexcept { return result_; }
    [[nodiscard]] const std::vector<followed_job>& jobs() const noexcept { return jobs_; }
    /// The names of the jobs that have not ended.
    [[nodiscard]] std::vector<std::string> unfinished() const;

    void on_poll(const cojob::poll_event&) noexcept override;

  private:
    [[nodiscard]] static cojob::time_point now() { return std::chrono::steady_clock::now(); }
    void show_change(const job_view&) const;
    void ended(std::size_t job, job_end);
    void worse(exit_code);

    const arguments& given_;
    const shown shown_;
    std::FILE* const terminal_;
    const bool is_live_;
    live_lines lines_;
    board board_;
    std::vector<followed_job> jobs_;
    std::vector<std::optional<job_view>> views_;
    std::multimap<std::pair<std::string, std::string>, std::size_t> places_; ///< by API and id
    exit_code result_ = exit_code::completed;
};

} // namespace cli

#endif
