#ifndef COJOB_APPS_WORDS_HPP
#define COJOB_APPS_WORDS_HPP

#include <string>
#include <string_view>

namespace cli {

/// The word as a POSIX shell reads it, in single quotes if it needs them.
[[nodiscard]] std::string shell_quoted(std::string_view word);

/// Whether an argument looks like a key: Mintlify's begin with `mint_`, OSAPI's are JSON web tokens. Alone, after
/// `--option=` or after `Bearer`.
[[nodiscard]] bool looks_like_key(std::string_view argument);

} // namespace cli

#endif
