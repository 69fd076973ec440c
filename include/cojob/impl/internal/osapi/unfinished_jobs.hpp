#ifndef COJOB_IMPL_INTERNAL_OSAPI_UNFINISHED_JOBS_HPP
#define COJOB_IMPL_INTERNAL_OSAPI_UNFINISHED_JOBS_HPP

#include <cojob/impl/internal/client/call.hpp>
#include <cojob/impl/internal/client/client_state.hpp>
#include <cojob/impl/internal/job/poll_failure.hpp>
#include <cojob/impl/internal/job/service.hpp>
#include <cojob/impl/internal/osapi/decode.hpp>
#include <cojob/impl/internal/osapi/jobs_settings.hpp>
#include <cojob/impl/internal/osapi/queued_jobs.hpp>
#include <cojob/osapi/jobs.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

namespace cojob::osapi::detail {

inline asio::awaitable<job_page> list_jobs(client c, settings_ptr settings, list_query query)
{
    const auto call = list_call(c, *settings, query);
    co_await cojob::detail::send(call);
    co_return cojob::detail::decode_response(*call, jobs::api_name, decode_page);
}

/// Limits several calls together to the timeout of one call.
inline client with_one_deadline(const client& c)
{
    return cojob::detail::client_state::until(
        c, cojob::detail::after(cojob::detail::client_state::of(c)->time().now(),
                                cojob::detail::client_state::settings_of(c).timeout));
}

/// What a wait reads of the lists of unfinished jobs.
struct unfinished_jobs {
    std::vector<job> jobs{};
    std::size_t pages_left = 1; ///< how many more may be read
    time_point until{};         ///< no later page is requested after that
};

/// Whether the server has said when it wants the next request.
inline bool is_told_to_wait(const client& c)
{
    const auto& trace = cojob::detail::client_state::settings_of(c).poll;
    return trace && trace->retry_after;
}

/// Reads a list of one status to its end, if it has no more pages than may be read; otherwise its first page. Pages do
/// not overlap: a job that moves from one to another meanwhile is polled by itself, and an overlap would cost a page in
/// ten. A later page that fails in passing ends the list, because what was read is true; unless the server asks to be
/// left alone: then all jobs wait for that, not only those on the list.
inline asio::awaitable<void> read_pages(client c, settings_ptr settings, job_status status, unfinished_jobs& read)
{
    const auto& time = cojob::detail::client_state::of(c)->time();
    constexpr int limit = 100;
    list_query query{.status = status, .limit = limit};
    std::size_t longest = 1; // a server may have a limit of its own
    for (auto pays = true; pays;) {
        job_page page;
        try {
            page = co_await list_jobs(c, settings, query);
        } catch (const api_error& failure) {
            if (query.offset == 0 || failure.code() == errc::rate_limited || is_told_to_wait(c) ||
                !cojob::detail::may_pass(failure.info()))
                throw;
            co_return;
        }
        read.pages_left -= std::min<std::size_t>(1, read.pages_left);
        const auto places = page.items.size() + page.skipped;
        read.jobs.insert(read.jobs.end(), std::make_move_iterator(page.items.begin()),
                         std::make_move_iterator(page.items.end()));
        longest = std::max(longest, places);
        if (places == 0 || places > limit) // such a server may have any number of them
            co_return;
        query.offset += static_cast<int>(places);
        pays = page.total_items > query.offset &&
               static_cast<std::size_t>(page.total_items - query.offset - 1) / longest < read.pages_left &&
               time.now() < read.until && !is_told_to_wait(c);
    }
}

/// Lists queued jobs first: a job that starts in between appears in both lists, and the later entry counts.
inline asio::awaitable<std::vector<job>> list_unfinished(client c, settings_ptr settings, std::size_t most_pages)
{
    constexpr std::size_t most = 1'000;                // their jobs are kept until the last page was read
    constexpr auto interval = std::chrono::seconds(5); // jobs on later pages are waiting to be polled
    c = with_one_deadline(c);
    const auto now = cojob::detail::client_state::of(c)->time().now();
    unfinished_jobs read{.pages_left = std::min(most_pages, most), .until = now + interval};
    const auto queued = cojob::detail::client_state::of(c)->extension<queued_jobs>();
    if (queued->are_at(settings->scope())) {
        co_await read_pages(c, settings, job_status::submitted, read);
        queued->note(settings->scope(), !read.jobs.empty());
    }
    co_await read_pages(c, settings, job_status::processing, read);
    co_return std::move(read.jobs);
}

} // namespace cojob::osapi::detail

#endif
