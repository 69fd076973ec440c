// cojob, the command: docs/guide/command_line.md.

#include "cells.hpp"
#include "command_line.hpp"
#include "output.hpp"
#include "session.hpp"

#include <cojob/error.hpp>

#include <csignal>
#include <exception>

#include <fcntl.h>
#include <unistd.h>

namespace cli {

namespace {

exit_code exit_code_of(const cojob::error_code& code)
{
    if (code == cojob::errc::invalid_argument)
        return exit_code::usage;
    if (code == cojob::errc::quota_exhausted || code == cojob::errc::rate_limited)
        return exit_code::quota;
    if (code == cojob::errc::wait_timeout)
        return exit_code::timed_out;
    return exit_code::error;
}

exit_code carry_out(int argc, const char* const* argv)
{
    command_line line;
    try {
        line.parse(argc, argv);
    } catch (const CLI::ParseError& end) { // --help and --version, too
        return line.app.exit(end) == 0 ? exit_code::completed : exit_code::usage;
    }
    return line.chosen(line.given);
}

exit_code run(int argc, const char* const* argv)
try {
    return carry_out(argc, argv);
} catch (const usage_error& error) {
    print_error(error.what());
    return exit_code::usage;
} catch (const interrupted& end) {
    print_interrupted(end.what());
    return exit_code::interrupted;
} catch (const cojob::api_error& error) {
    print_error(explain(error));
    return exit_code_of(error.code());
} catch (const std::exception& error) {
    print_error(error.what());
    return exit_code::error;
}

/// Puts something in the place of standard streams that are closed, which a socket would take: the stream's text would
/// be sent to a server. It is opened for the other direction, so that using the stream is an error as before.
void fill_closed_streams()
{
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        if (::fcntl(stream, F_GETFD) == -1)
            (void)::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

} // namespace

} // namespace cli

int main(int argc, char** argv)
{
    // A reader that goes away, such as head, ends the command quietly, even if the parent ignores the signal.
    std::signal(SIGPIPE, SIG_DFL);
    cli::fill_closed_streams();
    cli::use_utf8_widths();
    return static_cast<int>(cli::run(argc, argv));
}
