#ifndef COJOB_IMPL_JOB_PAGE_IPP
#define COJOB_IMPL_JOB_PAGE_IPP

#include <cojob/detail/body.hpp>
#include <cojob/job/page.hpp>

#include <string>
#include <utility>

namespace cojob::detail {

void page_failed(list_cursor& cursor, std::size_t first, const error_info& failure)
{
    if (failure.code() != errc::response_too_large)
        throw;
    const auto offset = first + cursor.offset();
    if (cursor.halve())
        return;
    auto named = failure;
    named.message += (named.message.empty() ? "" : "; ") + std::string("the job at offset ") + std::to_string(offset);
    throw_error(std::move(named));
}

void throw_no_progress(std::size_t offset)
{
    throw_error(error_info(errc::no_progress, "ten pages up to offset " + std::to_string(offset) + " had no new job"));
}

} // namespace cojob::detail

#endif
