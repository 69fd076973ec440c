#ifndef COJOB_IMPL_OSAPI_JOBS_IPP
#define COJOB_IMPL_OSAPI_JOBS_IPP

#include <cojob/detail/body.hpp>
#include <cojob/detail/http_date.hpp>
#include <cojob/detail/share.hpp>
#include <cojob/impl/internal/client/call.hpp>
#include <cojob/impl/internal/job/service.hpp>
#include <cojob/impl/internal/osapi/decode.hpp>
#include <cojob/impl/internal/osapi/jobs_settings.hpp>
#include <cojob/impl/internal/osapi/queued_jobs.hpp>
#include <cojob/impl/internal/osapi/reconcile.hpp>
#include <cojob/impl/internal/osapi/running_retries.hpp>
#include <cojob/impl/internal/osapi/unfinished_jobs.hpp>
#include <cojob/osapi/jobs.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cojob::osapi {

namespace detail {

using cojob::detail::add_words;
using cojob::detail::call_record;
using cojob::detail::client_state;
using cojob::detail::decode_creation;
using cojob::detail::decode_response;
using cojob::detail::describe_undecodable;
using cojob::detail::is_created;
using cojob::detail::list_part;
using cojob::detail::note_created;
using cojob::detail::parse_http_date;
using cojob::detail::send;
using cojob::detail::throw_error;

/// Reads the page that begins `place` entries after the query's first. The first page uses the query unchanged, so that
/// an invalid one is reported.
inline asio::awaitable<list_part<job>> list_from(client c, settings_ptr settings, list_query query, std::size_t place)
{
    const std::int64_t before = query.offset;
    constexpr std::int64_t most = std::numeric_limits<int>::max();
    if (place > 0)
        query.offset = static_cast<int>(std::min(most, before + static_cast<std::int64_t>(place)));
    auto page = co_await list_jobs(std::move(c), std::move(settings), query);
    list_part<job> part;
    part.items = std::move(page.items);
    part.skipped = page.skipped;
    part.total = page.total_items > before ? static_cast<std::size_t>(page.total_items - before) : 0;
    co_return part;
}

inline asio::awaitable<node_receipt> create_job(client c, settings_ptr settings, node_operation operation)
{
    const auto call = node_call(c, *settings, operation);
    co_await send(call);
    co_return decode_creation(c, *call, jobs::api_name, settings->scope(), decode_node_receipt, "job_id");
}

inline asio::awaitable<job> get_job(client c, settings_ptr settings, std::string id)
{
    const auto call = job_call(c, *settings, "GET", std::move(id));
    co_await send(call);
    auto found = decode_response(*call, jobs::api_name, decode_job, "id");
    if (found.status == job_status::submitted)
        client_state::of(c)->extension<queued_jobs>()->note(settings->scope(), true);
    co_return found;
}

/// Checks a deletion whose first response was lost and whose retry got a 404. Returns why it may not have happened, or
/// null. While the server's store is unreachable, it responds 404 for every job, also to a GET, but its list fails.
inline asio::awaitable<const char*> doubt_deletion(client c, settings_ptr settings, std::string id)
{
    const auto looked = co_await as_result(get_job(c, settings, std::move(id)));
    if (looked)
        co_return "the job still exists";
    if (looked.error().code() != errc::not_found)
        co_return "the job could not be read";
    const list_query one{.limit = 1};
    const auto listed = co_await as_result(list_jobs(c, settings, one));
    co_return listed ? nullptr : "the server does not find the job, but cannot list jobs either";
}

inline asio::awaitable<void> delete_job(client c, settings_ptr settings, std::string id)
{
    c = with_one_deadline(c);
    const auto call = job_call(c, *settings, "DELETE", id);
    co_await send(call);
    if (call->response.status != 404)
        co_return;
    const auto* const doubt = co_await doubt_deletion(c, settings, std::move(id));
    if (doubt)
        throw_error(describe_undecodable(*call, {errc::outcome_unknown, doubt}));
}

/// Reads the original job just before a retry. Returns nothing if that fails: the retry itself then reports the
/// failure.
inline asio::awaitable<std::optional<job>> look_before(client c, settings_ptr settings, std::string id)
{
    auto looked = co_await as_result(get_job(client_state::for_one_attempt(std::move(c)), settings, std::move(id)));
    if (looked)
        co_return std::move(*looked);
    auto failure = looked.error();
    if (failure.code() == asio::error::operation_aborted || failure.code() == errc::deadline_exceeded ||
        failure.is_final)
        throw_error(std::move(failure));
    co_return std::nullopt;
}

/// Finds the retry in the original job's timeline. Requires a response with a valid `Date`.
inline std::optional<retry_receipt> read_timeline(const call_record& call, timestamp started, known_retries known)
{
    const auto received = call.client->time().wall_now();
    const auto date =
        parse_http_date(call.response.header("Date").value_or(""), std::chrono::floor<std::chrono::seconds>(received));
    const auto began = date ? at_server(started, *date, call.last.started, received) : std::nullopt;
    if (!began)
        return std::nullopt;
    known.began = *began;
    try {
        return find_retry(decode_response(call, jobs::api_name, decode_job, "id"), known);
    } catch (const api_error&) {
        return std::nullopt;
    }
}

/// Looks in the original job for a retry whose response was lost. Throws the retry's failure if it is not there.
inline asio::awaitable<retry_receipt> look_for_retry(client c, settings_ptr settings, std::string id,
                                                     error_info failure, std::optional<job> before,
                                                     std::shared_ptr<const overlapping_retries> running)
{
    const auto call = job_call(c, *settings, "GET", std::move(id));
    const auto looked = co_await as_result(send(call));
    known_retries known;
    // After several attempts, `before` is too old: others may have retried the job in between.
    known.before = before && failure.attempts.size() == 1 ? &*before : nullptr;
    known.is_known = [&](const std::string& other) { return is_created(c, jobs::api_name, settings->scope(), other); };
    const bool is_alone =
        running->is_last_unidentified(); // otherwise the entry in the timeline may belong to another retry
    auto found =
        looked && is_alone ? read_timeline(*call, failure.attempts.back().started, std::move(known)) : std::nullopt;
    if (!found) {
        add_words(failure.message, !looked     ? "the original job could not be read"
                                   : !is_alone ? "another retry of the original job ran at the same time"
                                               : "the original job does not show the retry");
        throw_error(std::move(failure));
    }
    co_return std::move(*found);
}

inline asio::awaitable<retry_receipt> retry_job(client c, settings_ptr settings, std::string id, std::string target)
{
    c = with_one_deadline(c);
    const auto call = retry_call(c, *settings, id, target);
    const auto running = client_state::of(c)->extension<running_retries>()->begin(settings->scope() + '\n' + id);
    auto before = co_await look_before(c, settings, id);
    retry_receipt receipt;
    std::optional<error_info> lost;
    try {
        co_await send(call);
        receipt = decode_creation(c, *call, jobs::api_name, settings->scope(), decode_receipt, {});
    } catch (const api_error& failure) {
        const auto& info = failure.info();
        if (!is_worth_a_look(info))
            throw;
        lost = info;
    }
    if (lost) {
        receipt = co_await look_for_retry(c, settings, std::move(id), std::move(*lost), std::move(before), running);
        note_created(c, jobs::api_name, settings->scope(), receipt.job_id);
    }
    running->note_identified();
    co_return receipt;
}

} // namespace detail

jobs::jobs(asio::any_io_executor executor, jobs_options options) : jobs(client(std::move(executor)), std::move(options))
{
}

jobs::jobs(client c, jobs_options options)
    : client_(std::move(c)), settings_(cojob::detail::share<detail::jobs_settings>(std::move(options)))
{
}

jobs::jobs(client c, std::shared_ptr<const detail::jobs_settings> settings)
    : client_(std::move(c)), settings_(std::move(settings))
{
}

jobs jobs::with(client c) const
{
    return {std::move(c), cojob::detail::in_use(settings_)};
}

asio::awaitable<std::size_t> jobs::warm(std::size_t connections) const
{
    return client_.warm(cojob::detail::in_use(settings_)->base_url(), connections);
}

std::string jobs::scope() const
{
    return cojob::detail::in_use(settings_)->scope();
}

job_handle jobs::handle(const job& j) const
{
    return cojob::detail::make_handle(client_, api_name, cojob::detail::in_use(settings_)->scope(), j.id);
}

asio::awaitable<node_receipt> jobs::create_job(node_operation operation) const
{
    return detail::create_job(client_, cojob::detail::in_use(settings_), std::move(operation));
}

asio::awaitable<job_page> jobs::list_jobs(list_query query) const
{
    return detail::list_jobs(client_, cojob::detail::in_use(settings_), query);
}

pager<job> jobs::all_jobs(list_query query) const
{
    query.limit = query.limit.value_or(100);
    const auto size = static_cast<std::size_t>(std::max(1, *query.limit));
    const auto first = static_cast<std::size_t>(std::max(0, query.offset));
    auto fetch = [c = client_, settings = cojob::detail::in_use(settings_), query, size](std::size_t place,
                                                                                         std::size_t smaller) {
        auto next = query;
        if (smaller < size)
            next.limit = static_cast<int>(smaller);
        return detail::list_from(c, settings, next, place);
    };
    return pager<job>(cojob::detail::share<cojob::detail::pager_state<job>>(std::move(fetch), size, first));
}

asio::awaitable<job> jobs::get_job(std::string_view id) const
{
    return detail::get_job(client_, cojob::detail::in_use(settings_), std::string(id));
}

asio::awaitable<void> jobs::delete_job(std::string_view id) const
{
    return detail::delete_job(client_, cojob::detail::in_use(settings_), std::string(id));
}

asio::awaitable<retry_receipt> jobs::retry_job(std::string_view id, std::string_view target_hostname) const
{
    return detail::retry_job(client_, cojob::detail::in_use(settings_), std::string(id), std::string(target_hostname));
}

asio::awaitable<std::vector<job>> jobs::list_unfinished(std::size_t most_pages) const
{
    return detail::list_unfinished(client_, cojob::detail::in_use(settings_), most_pages);
}

} // namespace cojob::osapi

#endif
