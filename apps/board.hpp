#ifndef COJOB_APPS_BOARD_HPP
#define COJOB_APPS_BOARD_HPP

#include <cojob/clock.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace cli {

/// What is known of a job's end.
enum class job_end {
    none,      ///< it has not ended
    completed, ///< as its user wanted
    failed,    ///< failed, archived, or ended in another way
    lost       ///< its wait has failed, so nobody knows
};

/// A job that is followed. Texts are printable.
struct board_row {
    std::string id{}, status = "starting", link{};
    job_end end = job_end::none;
    unsigned polls = 0;
    cojob::time_point since{}, until{};              ///< `until` is when it ended
    std::optional<cojob::time_point> next_poll = {}; ///< empty: none is planned
};

/// The screen that lines are made for.
struct board_size {
    std::size_t width = 80, height = 24;
    bool has_colours = false;
};

/// The jobs of a watch as lines for a terminal. No I/O.
class board {
  public:
    std::vector<board_row> rows;
    std::string quota{}; ///< such as `97 of 100 uses left`; empty: unknown

    /// A line for each job, and below them, if there are several, one about all. No line is wider than the screen, and
    /// they are fewer than it has. If the jobs are too many, those that have not ended come first.
    [[nodiscard]] std::vector<std::string> lines(cojob::time_point now, board_size) const;

    /// One line about all: `3 of 12 ended, 1 failed`.
    [[nodiscard]] std::string summary() const;

  private:
    [[nodiscard]] std::vector<const board_row*> visible(std::size_t most) const;
};

} // namespace cli

#endif
