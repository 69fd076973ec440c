#ifndef COJOB_IMPL_LIST_CURSOR_IPP
#define COJOB_IMPL_LIST_CURSOR_IPP

#include <cojob/detail/body.hpp>
#include <cojob/detail/list_cursor.hpp>

#include <algorithm>

namespace cojob::detail {

/// The number of jobs that a page shares with the previous one: one in ten, at least one, and none if a page has a
/// single entry.
inline std::size_t overlap_of(std::size_t places)
{
    return places < 2 ? 0 : std::max<std::size_t>(1, places / 10);
}

bool list_cursor::take(const page_count& page)
{
    if (!continues(page)) {
        look_back(page);
        return false;
    }
    total_ = page.total;
    if (page.new_jobs > 0)
        in_vain_ = 0;
    // A page that is shorter than requested covers only its own entries: a server may return fewer.
    const auto end = offset_ + (page.places == 0 ? size_ : page.places);
    if (unknown_at_ && page.new_jobs == 0 && end < *unknown_at_) {
        known_before_ = end;
        search();
        return true;
    }
    const auto is_searching = unknown_at_.has_value();
    const auto has_gone_on = page.new_jobs > 0 || end > end_ || is_searching;
    is_over_ = page.total ? end >= *page.total : page.places == 0 || !has_gone_on;
    reach_ = page.places;
    // If the page repeats only the end of the previous one, the entries after that end are unreadable: continue without
    // an overlap.
    read_on(has_gone_on ? end : end_, has_gone_on ? overlap_of(std::min(size_, reach_)) : 0);
    return true;
}

bool list_cursor::halve()
{
    if (size_ == 1)
        return false;
    size_ /= 2;
    if (!unknown_at_ && must_join_)
        read_on(end_, overlap_of(std::min(size_, reach_)));
    return true;
}

bool list_cursor::continues(const page_count& page) const
{
    if (offset_ == 0)
        return true;
    if (page.known > 0 && must_join_)
        return true;
    if (unknown_at_ || shrunk_by(page) > 0)
        return false;
    constexpr int enough = 2; // the list may have changed before the first, and once more before the second
    return !must_join_ || page.unread >= end_ - offset_ || in_vain_ >= enough;
}

std::size_t list_cursor::shrunk_by(const page_count& page) const
{
    return total_ && page.total && *page.total < *total_ ? *total_ - *page.total : 0;
}

void list_cursor::look_back(const page_count& page)
{
    const auto is_first = !unknown_at_;
    if (is_first)
        ++in_vain_;
    unknown_at_ = offset_;
    must_join_ = true;
    if (is_first)
        offset_ -= std::min(offset_, std::max(size_, shrunk_by(page)));
    else
        search();
}

void list_cursor::search()
{
    const auto distance = *unknown_at_ - known_before_;
    if (distance > size_)
        offset_ = known_before_ + distance / 2;
    else
        read_on(known_before_, overlap_of(size_));
}

void list_cursor::read_on(std::size_t from, std::size_t overlap)
{
    overlap = std::min(overlap, from);
    end_ = from;
    offset_ = from - overlap;
    must_join_ = overlap > 0;
    known_before_ = 0;
    unknown_at_.reset();
}

} // namespace cojob::detail

#endif
