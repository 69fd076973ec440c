#ifndef COJOB_APPS_OUTPUT_HPP
#define COJOB_APPS_OUTPUT_HPP

#include "arguments.hpp"
#include "view.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace cli {

/// A JSON object as one line, safe for a terminal: control characters that JSON allows, and those that change the
/// direction of text, are escaped.
[[nodiscard]] std::string json_line(const boost::json::object&);

/// The command has created this job. If standard output then fails, the error names it: with --quiet nothing else does.
void note_created(std::string_view id);

/// Prints a line to standard output. \throws std::runtime_error if it cannot be written
void print_line(std::string_view);

/// Prints one job: a record, or with --json a line.
void print_job(const arguments&, const job_view&);

/// Prints jobs: a table, or with --json a line for each.
void print_jobs(const arguments&, const std::vector<job_view>&);

/// Prints a note to standard error, unless --quiet. The text is printable. Here and below: what standard error does not
/// take is dropped.
void print_note(const arguments&, std::string_view);

/// Prints an error to standard error: `cojob: ` and the text, made printable.
void print_error(std::string_view);

/// Says that a signal ended the command, and what follows, which may have lines.
void print_interrupted(std::string_view what_follows);

} // namespace cli

#endif
