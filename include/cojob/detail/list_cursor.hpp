#ifndef COJOB_DETAIL_LIST_CURSOR_HPP
#define COJOB_DETAIL_LIST_CURSOR_HPP

#include <cojob/detail/config.hpp>

#include <cstddef>
#include <optional>

namespace cojob::detail {

/// What one page of a list held, counted.
struct page_count {
    std::size_t places = 0,             ///< of the list that the page covers: its jobs, and what could not be read
        known = 0,                      ///< of its jobs, those that an earlier page had
        news = 0,                       ///< of its jobs, the others
        unread = 0;                     ///< of its places, those whose jobs did not decode
    std::optional<std::size_t> total{}; ///< places of the whole list; empty: the API does not count them
};

/// Where to read on in a list that changes while it is read page by page. Pure: the count of a page in, the next offset
/// out.
///
/// A list that loses jobs moves up, so a page at the end of what was read could begin too late. Therefore a page begins
/// with the last jobs of the one before. If none of them is on it, the page is dropped and the cursor searches
/// backwards for the place where what is known ends: first by as much as the list has shrunk, then by halving the
/// distance.
///
/// Jobs that do not decode cannot join two pages. A page with enough of them to fill what it shares with the one before
/// joins unless the list has shrunk, and so does the third page in vain: else the cursor would go back and forth for
/// ever.
class list_cursor {
  public:
    explicit list_cursor(std::size_t page_size) : size_(page_size) {}

    /// Where the next page begins, and how many places it is to cover.
    [[nodiscard]] std::size_t offset() const noexcept { return offset_; }
    [[nodiscard]] std::size_t page_size() const noexcept { return size_; }
    /// Whether the last page was the end of the list.
    [[nodiscard]] bool is_over() const noexcept { return is_over_; }

    /// Counts the page that was asked for. Whether it continues what was read; if not, its jobs are to be dropped.
    COJOB_DECL bool take(const page_count&);

    /// A page was too large to be read: asks for half as many places from now on. False when it was a single one.
    COJOB_DECL bool halve();

  private:
    [[nodiscard]] COJOB_DECL bool continues(const page_count&) const;
    [[nodiscard]] COJOB_DECL std::size_t shrunk_by(const page_count&) const;
    COJOB_DECL void look_back(const page_count&);
    COJOB_DECL void search();
    COJOB_DECL void read_on(std::size_t from, std::size_t overlap);

    std::size_t size_, offset_ = 0;
    std::size_t end_ = 0;                     // of what was read
    std::size_t reach_ = 0;                   // places of the page before
    bool must_join_ = false;                  // the next page begins with jobs of the one before
    std::optional<std::size_t> total_{};      // by the page before
    std::size_t known_before_ = 0;            // while it searches: everything up to here is known
    std::optional<std::size_t> unknown_at_{}; // while it searches: a page from here on was not
    int in_vain_ = 0;                         // searches since there was news
    bool is_over_ = false;
};

} // namespace cojob::detail

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/list_cursor.ipp>
#endif

#endif
