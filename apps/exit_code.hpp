#ifndef COJOB_APPS_EXIT_CODE_HPP
#define COJOB_APPS_EXIT_CODE_HPP

#include <stdexcept>

namespace cli {

/// How the command ends. Documented in --help and docs/guide/command_line.md; scripts depend on the numbers.
enum class exit_code {
    completed = 0,    ///< the call succeeded; of a job that was waited for: it completed
    failed = 1,       ///< a job that was waited for has failed, or was archived
    usage = 2,        ///< the command line or the configuration is wrong; nothing was sent
    error = 3,        ///< no answer, or one that says no
    timed_out = 4,    ///< a job had not ended when the time was up
    quota = 5,        ///< the quota is used up, or the server says so
    interrupted = 130 ///< Ctrl-C
};

/// Why a command line cannot be carried out. The message contains no value that may be a key.
class usage_error : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

} // namespace cli

#endif
