#ifndef COJOB_APPS_TERMINAL_HPP
#define COJOB_APPS_TERMINAL_HPP

#include "board.hpp"

#include <cstddef>
#include <cstdio>
#include <string>
#include <vector>

namespace cli {

/// Whether a stream is a terminal that understands escape sequences.
[[nodiscard]] bool is_terminal(std::FILE*);

/// The size of the terminal now, and whether it wants colours: see no-color.org.
[[nodiscard]] board_size size_of(std::FILE*);

/// The width that lines for a stream may have: the terminal's, and without one any.
[[nodiscard]] std::size_t width_of_lines(std::FILE*);

/// Lines at the bottom of a terminal that are drawn again in place.
class live_lines {
  public:
    explicit live_lines(std::FILE* terminal) : file_(terminal) {}

    /// Replaces the lines drawn before. None may be wider than the terminal.
    void draw(const std::vector<std::string>&);

    /// Removes them, for other output; the next `draw` begins where the cursor is.
    void clear();

    /// The terminal has another size. Nobody knows where its lines are now, so the next `draw` begins with an empty
    /// screen.
    void resized() noexcept { is_resized_ = true; }

  private:
    std::FILE* file_;
    std::size_t drawn_ = 0;
    bool is_resized_ = false;
};

} // namespace cli

#endif
