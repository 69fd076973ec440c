#ifndef COJOB_DETAIL_LIST_CURSOR_HPP
#define COJOB_DETAIL_LIST_CURSOR_HPP

#include <cojob/detail/config.hpp>

#include <cstddef>
#include <optional>

namespace cojob::detail {

/// The counts of one page of a list.
struct page_count {
    std::size_t places = 0,             ///< places of the list on the page: jobs, and items that did not decode
        known = 0,                      ///< jobs that an earlier page had
        new_jobs = 0,                   ///< other jobs
        unread = 0;                     ///< items that did not decode
    std::optional<std::size_t> total{}; ///< places of the whole list; empty: the API reports no total
};

/// Decides where to continue reading a paged list that changes meanwhile. Pure: takes the counts of a page, returns the
/// next offset.
///
/// When jobs are deleted, the jobs after them move to lower offsets, so a page that begins where the previous one ended
/// could miss some. Therefore a page overlaps the end of the previous one. If it contains none of the known jobs, the
/// page is dropped and the cursor searches backwards for the end of the known jobs: first by as much as the list has
/// shrunk, then by halving the distance.
///
/// Items that do not decode cannot prove that two pages join. A page with at least as many of them as its overlap joins
/// unless the list has shrunk. So does the third page in a row that fails to join: otherwise the cursor could go back
/// and forth for ever.
class list_cursor {
  public:
    explicit list_cursor(std::size_t page_size) : size_(page_size) {}

    /// The offset and the size of the next page.
    [[nodiscard]] std::size_t offset() const noexcept { return offset_; }
    [[nodiscard]] std::size_t page_size() const noexcept { return size_; }
    /// Whether the list has ended.
    [[nodiscard]] bool is_over() const noexcept { return is_over_; }

    /// Counts the requested page. Returns whether it continues the pages so far; if not, drop its jobs.
    COJOB_DECL bool take(const page_count&);

    /// Halves the page size after a page that was too large. Returns false if the size was one already.
    COJOB_DECL bool halve();

  private:
    [[nodiscard]] COJOB_DECL bool continues(const page_count&) const;
    [[nodiscard]] COJOB_DECL std::size_t shrunk_by(const page_count&) const;
    COJOB_DECL void look_back(const page_count&);
    COJOB_DECL void search();
    COJOB_DECL void read_on(std::size_t from, std::size_t overlap);

    std::size_t size_, offset_ = 0;
    std::size_t end_ = 0;                     // end of the places that were read
    std::size_t reach_ = 0;                   // places on the previous page
    bool must_join_ = false;                  // the next page overlaps the previous one
    std::optional<std::size_t> total_{};      // as the previous page reported it
    std::size_t known_before_ = 0;            // while searching: everything up to here is known
    std::optional<std::size_t> unknown_at_{}; // while searching: a page from here on was unknown
    int in_vain_ = 0;                         // searches since the last new job
    bool is_over_ = false;
};

} // namespace cojob::detail

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/list_cursor.ipp>
#endif

#endif
