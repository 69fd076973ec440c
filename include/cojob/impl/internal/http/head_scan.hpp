#ifndef COJOB_IMPL_INTERNAL_HTTP_HEAD_SCAN_HPP
#define COJOB_IMPL_INTERNAL_HTTP_HEAD_SCAN_HPP

#include <cstddef>
#include <string_view>

namespace cojob::detail {

/// Finds the end of a message head that arrives in any number of parts. Beast's result depends on how the head is
/// split: the same bytes may be an error in one part, but incomplete or over a limit in several.
class head_scan {
  public:
    enum class verdict { incomplete, whole, malformed };

    /// Scans `received`, which holds everything received of the message so far. Continues where the last call stopped.
    verdict look(std::string_view received)
    {
        constexpr std::string_view begin = "HTTP/1.";
        if (line_begin_ == 0 && received.substr(0, begin.size()) != begin.substr(0, received.size()))
            return verdict::malformed;
        for (; (at_ = received.find('\n', at_)) != received.npos; line_begin_ = ++at_) {
            if (at_ == 0 || received[at_ - 1] != '\r')
                return verdict::malformed;
            if (line_begin_ == 0)
                ends_with_status_ = at_ - 1 == status_end;
            if (at_ == line_begin_ + 1) {
                size_ = at_ + 1;
                return verdict::whole;
            }
        }
        at_ = received.size();
        return verdict::incomplete;
    }

    /// The size of a whole head, including the empty line.
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    /// Returns whether the status line has neither a reason phrase nor the space before it. RFC 9112, section 4,
    /// requires the space. Some servers omit it, and Beast rejects such a line.
    [[nodiscard]] bool ends_with_status() const noexcept { return ends_with_status_; }

    /// The offset of that space.
    static constexpr std::size_t status_end = std::string_view("HTTP/1.1 200").size();

  private:
    std::size_t at_ = 0;
    std::size_t line_begin_ = 0;
    std::size_t size_ = 0;
    bool ends_with_status_ = false;
};

} // namespace cojob::detail

#endif
