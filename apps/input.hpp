#ifndef COJOB_APPS_INPUT_HPP
#define COJOB_APPS_INPUT_HPP

#include "arguments.hpp"

#include <string>
#include <vector>

namespace cli {

/// The prompt; of `-`, all of standard input. \throws usage_error if it is too long or cannot be read
[[nodiscard]] std::string prompt_of(const arguments&);

/// The ids and handles; of `-`, the lines of standard input: ids, handles, or objects of --json with a `handle` or
/// `id`. Each one once. \throws usage_error if there are none, or too many, or they cannot be read
[[nodiscard]] std::vector<std::string> names_of(const arguments&);

/// What a line of standard input names; empty for an empty line. \throws usage_error
[[nodiscard]] std::string name_in(const std::string& line);

} // namespace cli

#endif
