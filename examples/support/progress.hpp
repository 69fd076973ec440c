#ifndef EXAMPLES_SUPPORT_PROGRESS_HPP
#define EXAMPLES_SUPPORT_PROGRESS_HPP

#include <cojob/observer.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdio>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>

#if defined(_WIN32)
#include <io.h>
#else
#include <unistd.h>
#endif

namespace examples {

/// What a server sent, safe to print: no control characters.
inline std::string printable(std::string_view text)
{
    std::string clean;
    for (const char c : text)
        clean += static_cast<unsigned char>(c) < 0x20 || c == '\x7f' ? '?' : c;
    return clean;
}

inline bool is_terminal(std::FILE* file)
{
#if defined(_WIN32)
    return _isatty(_fileno(file)) != 0;
#else
    return isatty(fileno(file)) != 0;
#endif
}

/// Shows a wait: one line that is rewritten on a terminal, a line a poll elsewhere.
class progress final : public cojob::observer {
    using steady = std::chrono::steady_clock;

  public:
    void on_poll(const cojob::poll_event& e) noexcept override
    try {
        if (e.number != 0)
            state_ = e.error ? e.error.message() : printable(e.status);
        polls_ = e.number;
        next_poll_ = steady::now() + e.next_in;
        is_waiting_ = e.next_in > cojob::duration::zero();
        if (!is_terminal_ && e.number != 0)
            std::cout << line() << std::endl;
    } catch (...) { // an observer must not throw; a line less is no harm
    }

    /// Runs the context until the work in it has ended.
    void run(boost::asio::io_context& context)
    {
        while (!is_over_ && !context.stopped()) {
            if (is_terminal_)
                std::cout << '\r' << line() << "\x1b[K" << std::flush;
            context.run_for(std::chrono::milliseconds(200));
        }
        context.run();
        if (is_terminal_)
            std::cout << "\r\x1b[K" << std::flush;
    }

    /// A line of its own above the progress.
    void say(const std::string& text) const { std::cout << (is_terminal_ ? "\r\x1b[K" : "") << text << std::endl; }

    /// What is known of the job before the first poll.
    void state(std::string_view text) { state_ = printable(text); }

    void stop() noexcept { is_over_ = true; }

  private:
    static double seconds(steady::duration d) { return std::chrono::duration<double>(d).count(); }

    [[nodiscard]] std::string line() const
    {
        const auto now = steady::now();
        std::ostringstream out;
        out << std::fixed << std::setprecision(1) << state_ << " | " << seconds(now - start_) << " s | " << polls_
            << (polls_ == 1 ? " poll" : " polls");
        if (is_waiting_ && next_poll_ > now)
            out << " | next poll in " << seconds(next_poll_ - now) << " s";
        return out.str();
    }

    const bool is_terminal_ = is_terminal(stdout);
    const steady::time_point start_ = steady::now();
    steady::time_point next_poll_ = start_;
    std::string state_ = "starting";
    unsigned polls_ = 0;
    bool is_waiting_ = false, is_over_ = false;
};

} // namespace examples

#endif
