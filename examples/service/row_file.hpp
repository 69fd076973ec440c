#ifndef EXAMPLES_SERVICE_ROW_FILE_HPP
#define EXAMPLES_SERVICE_ROW_FILE_HPP

#include "job_row.hpp"

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <vector>

namespace service {

/// What the journal does not keep and the page shows: titles, ends and links. A line for each beginning and end of a
/// row; the last line of a row counts. Losing the file loses no job.
class row_file {
  public:
    /// Reads the file, if there is one, and writes it anew with at most so many rows.
    row_file(std::filesystem::path, std::size_t most_rows);

    /// The rows that were in it, oldest first.
    [[nodiscard]] const std::vector<job_row>& rows() const noexcept { return rows_; }

    void add(const job_row&);

  private:
    std::vector<job_row> rows_;
    std::ofstream file_;
};

} // namespace service

#endif
