#ifndef EXAMPLES_SERVICE_ROW_FILE_HPP
#define EXAMPLES_SERVICE_ROW_FILE_HPP

#include "job_row.hpp"

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <memory>
#include <utility>
#include <vector>

namespace service {

/// What the journal does not keep and the page shows: titles, ends and links. A line for each beginning and end of a
/// row; the last line of a row counts. Losing the file loses no job.
class row_file {
  public:
    /// Reads the file, if there is one, and writes it anew. If it has more rows than that, the oldest that have ended
    /// are left out. The others stay, however many they are.
    row_file(std::filesystem::path, std::size_t most_rows);

    /// The rows that were in it, oldest first. To be called once.
    [[nodiscard]] std::vector<job_row> take_rows() { return std::move(rows_); }

    void add(const job_row&);

    /// Whether most of its lines are old: it should be written anew.
    [[nodiscard]] bool is_long() const noexcept { return lines_ > 2 * most_rows_ + 1'000; }
    /// Replaces the file with one of these rows, and those that made room for them without an end: the next start asks
    /// for their jobs. Nothing is lost if that fails.
    void replace(const std::vector<std::shared_ptr<job_row>>&);

  private:
    std::filesystem::path path_;
    std::size_t most_rows_, lines_ = 0;
    std::vector<job_row> rows_;
    std::ofstream file_;
};

} // namespace service

#endif
