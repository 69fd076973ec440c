#ifndef EXAMPLES_SERVICE_JOB_ROW_HPP
#define EXAMPLES_SERVICE_JOB_ROW_HPP

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace service {

/// Milliseconds since 1970, as a browser counts them; 0: never.
using milliseconds = std::int64_t;

[[nodiscard]] inline milliseconds now()
{
    using namespace std::chrono;
    return duration_cast<std::chrono::milliseconds>(system_clock::now().time_since_epoch()).count();
}

/// A job as the page shows it. The key is the journal's tag. Id, state and link are the server's.
struct job_row {
    std::string key{}, title{}, id{}, link{};
    std::string state{}; ///< `creating`, the job's status, or how the creation or the wait failed
    std::string note{};  ///< why something failed, in the library's words
    milliseconds began = 0, ended = 0, next_poll = 0;
    milliseconds gone = 0; ///< when the server first said that there is no such job; 0: it knows it
    bool is_lost = false;  ///< has not ended, and is not watched any more in this run
    bool is_dirty = false; ///< has changed since the pages were told
};

/// Whether the state is this program's word, such as `unknown` or `lost`, and not the server's status.
[[nodiscard]] inline bool has_own_state(const job_row& row) noexcept
{
    return row.id.empty() || row.is_lost || (row.gone != 0 && row.ended != 0);
}

[[nodiscard]] boost::json::object to_json(const job_row&);

/// Empty if it is not what `to_json` makes.
[[nodiscard]] std::optional<job_row> row_from(const boost::json::value&);

/// The address, if a browser may follow it: an http(s) URL without control characters. Otherwise empty.
[[nodiscard]] std::string safe_link(std::string_view address);

/// The first line of a text, at most so many bytes of whole characters.
[[nodiscard]] std::string first_line(std::string_view text, std::size_t most_bytes);

} // namespace service

#endif
