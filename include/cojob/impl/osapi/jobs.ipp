#ifndef COJOB_IMPL_OSAPI_JOBS_IPP
#define COJOB_IMPL_OSAPI_JOBS_IPP

#include <cojob/detail/http_date.hpp>
#include <cojob/detail/text.hpp>
#include <cojob/http/url.hpp>
#include <cojob/impl/internal/call.hpp>
#include <cojob/impl/internal/job/job_memory.hpp>
#include <cojob/impl/internal/osapi/decode.hpp>
#include <cojob/impl/internal/osapi/reconcile.hpp>
#include <cojob/impl/internal/service.hpp>
#include <cojob/osapi/jobs.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <chrono>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cojob::osapi {

namespace detail {

using cojob::detail::answered;
using cojob::detail::check_header_value;
using cojob::detail::check_plaintext;
using cojob::detail::check_segment;
using cojob::detail::client_state;
using cojob::detail::decode_response;
using cojob::detail::is_valid_utf8;
using cojob::detail::job_memory;
using cojob::detail::send;
using cojob::detail::throw_error;
using cojob::detail::throw_invalid_argument;

/// The options, checked.
class jobs_settings {
  public:
    explicit jobs_settings(jobs_options o) : options(std::move(o))
    {
        if (options.token.empty())
            throw_invalid_argument("jobs_options::token: must not be empty");
        if (options.token.is_fixed())
            check_header_value(options.token.fixed().reveal(), "jobs_options::token");
        base_url = http::parse_url(options.base_url, "jobs_options::base_url");
        check_plaintext(base_url, options.allow_plaintext, "jobs_options::base_url");
        split_path();
    }

    jobs_options options;
    http::url base_url;
    std::vector<std::string> path;

    [[nodiscard]] std::string scope() const
    {
        auto text = http::to_string(base_url);
        for (const auto& segment : path)
            text.append("/").append(http::encode_segment(segment));
        return text;
    }

    [[nodiscard]] api_request request(std::string method, std::vector<std::string> below = {}) const
    {
        api_request r;
        r.base_url = base_url;
        r.authorization = options.token;
        r.allow_plaintext = options.allow_plaintext;
        r.method = std::move(method);
        r.segments = path;
        r.segments.insert(r.segments.end(), std::make_move_iterator(below.begin()),
                          std::make_move_iterator(below.end()));
        return r;
    }

  private:
    void split_path()
    {
        std::string_view rest = options.base_path;
        if (!rest.starts_with('/'))
            throw_invalid_argument("jobs_options::base_path: must begin with a slash");
        while (!rest.empty()) {
            rest.remove_prefix(1);
            auto segment = rest.substr(0, rest.find('/'));
            rest.remove_prefix(segment.size());
            if (segment.empty() && rest.empty() && !path.empty()) // a slash at the end
                break;
            check_segment(segment, "jobs_options::base_path");
            path.emplace_back(segment);
        }
    }
};

using settings_ptr = std::shared_ptr<const jobs_settings>;

/// \throws api_error invalid_argument
inline api_request list_request(const jobs_settings& settings, const list_query& query)
{
    if (query.limit < 1 || query.limit > 100)
        throw_invalid_argument("list_query::limit: must be from 1 to 100");
    if (query.offset < 0)
        throw_invalid_argument("list_query::offset: must not be negative");
    auto r = settings.request("GET");
    if (query.status) {
        if (*query.status == job_status::skipped || *query.status == job_status::unknown)
            throw_invalid_argument("list_query::status: no server lists these");
        for (const auto& [name, status] : statuses)
            if (status == *query.status)
                r.query.emplace_back("status", name);
    }
    r.query.emplace_back("limit", std::to_string(query.limit));
    r.query.emplace_back("offset", std::to_string(query.offset));
    return r;
}

inline asio::awaitable<job_page> list_jobs(client c, settings_ptr settings, list_query query)
{
    const auto request = list_request(*settings, query);
    const auto answer = co_await send(c, request);
    co_return decode_response(c, request, answer, decode_page);
}

inline asio::awaitable<std::vector<job>> list_items(client c, settings_ptr settings, list_query query)
{
    auto page = co_await list_jobs(std::move(c), std::move(settings), query);
    co_return std::move(page.items);
}

inline api_request job_request(const jobs_settings& settings, std::string method, std::string id)
{
    check_segment(id, "id");
    auto r = settings.request(std::move(method), {id});
    r.job_id = std::move(id);
    return r;
}

inline asio::awaitable<job> get_job(client c, settings_ptr settings, std::string id)
{
    const auto request = job_request(*settings, "GET", std::move(id));
    const auto answer = co_await send(c, request);
    co_return decode_response(c, request, answer, decode_job);
}

inline asio::awaitable<void> delete_job(client c, settings_ptr settings, std::string id)
{
    const auto request = job_request(*settings, "DELETE", std::move(id));
    co_await send(c, request);
}

inline api_request retry_request(const jobs_settings& settings, std::string id, const std::string& target)
{
    auto r = job_request(settings, "POST", std::move(id));
    r.segments.emplace_back("retry");
    if (!target.empty()) {
        if (!is_valid_utf8(target))
            throw_invalid_argument("target_hostname: not valid UTF-8");
        r.json = boost::json::serialize(boost::json::object{{"target_hostname", target}});
    }
    return r;
}

/// What the original says of a retry whose answer was lost. Throws the first failure where it does not tell.
inline asio::awaitable<retry_receipt> look_for_retry(client c, settings_ptr settings, error_info failure)
{
    const auto request = job_request(*settings, "GET", failure.job_id);
    auto answer = co_await as_result(send(c, request));
    if (!answer)
        throw_error(std::move(failure));
    const auto received = client_state::of(c)->time().wall_now();
    const auto date = cojob::detail::parse_http_date(
        answer->response.header("Date").value_or(""), std::chrono::floor<std::chrono::seconds>(received));
    const auto started = failure.attempts.back().started;
    const auto since = at_server(started, date ? timestamp(*date) : received, received);
    std::optional<retry_receipt> found;
    try {
        found = find_retry(decode_response(c, request, *answer, decode_job), since);
    } catch (const api_error&) {
        found.reset();
    }
    if (!found)
        throw_error(std::move(failure));
    co_return std::move(*found);
}

inline asio::awaitable<retry_receipt> retry_job(client c, settings_ptr settings, std::string id, std::string target)
{
    const auto request = retry_request(*settings, std::move(id), target);
    auto answer = co_await as_result(send(c, request));
    retry_receipt receipt;
    if (answer)
        receipt = decode_response(c, request, *answer, decode_receipt);
    else if (is_worth_a_look(answer.error()))
        receipt = co_await look_for_retry(c, settings, answer.error());
    else
        throw_error(answer.error());
    const auto& state = client_state::of(c);
    state->extension<job_memory>()->created({std::string(jobs::api_name), settings->scope(), receipt.job_id},
                                            state->time().now());
    co_return receipt;
}

} // namespace detail

jobs::jobs(asio::any_io_executor executor, jobs_options options) : jobs(client(std::move(executor)), std::move(options))
{
}

jobs::jobs(client c, jobs_options options)
    : client_(std::move(c)), settings_(std::make_shared<detail::jobs_settings>(std::move(options)))
{
}

jobs::jobs(client c, std::shared_ptr<const detail::jobs_settings> settings)
    : client_(std::move(c)), settings_(std::move(settings))
{
}

jobs jobs::with(client c) const
{
    return {std::move(c), settings_};
}

std::string jobs::scope() const
{
    return settings_->scope();
}

job_handle jobs::handle(const job& j) const
{
    return cojob::detail::make_handle(client_, api_name, settings_->scope(), j.id);
}

asio::awaitable<job_page> jobs::list_jobs(list_query query) const
{
    return detail::list_jobs(client_, settings_, query);
}

pager<job> jobs::all_jobs(list_query query) const
{
    constexpr int page_size = 100;
    auto state = std::make_shared<cojob::detail::pager_state<job>>();
    state->page_size = page_size;
    state->fetch = [c = client_, settings = settings_, query](std::size_t offset) {
        auto page = query;
        page.limit = page_size;
        page.offset = query.offset < 0 ? query.offset : query.offset + static_cast<int>(offset);
        return detail::list_items(c, settings, page);
    };
    return pager<job>(std::move(state));
}

asio::awaitable<job> jobs::get_job(std::string id) const
{
    return detail::get_job(client_, settings_, std::move(id));
}

asio::awaitable<void> jobs::delete_job(std::string id) const
{
    return detail::delete_job(client_, settings_, std::move(id));
}

asio::awaitable<retry_receipt> jobs::retry_job(std::string id, std::string target_hostname) const
{
    return detail::retry_job(client_, settings_, std::move(id), std::move(target_hostname));
}

asio::awaitable<std::vector<job>> jobs::list_unfinished() const
{
    return detail::list_items(client_, settings_, {.status = job_status::processing, .limit = 100});
}

} // namespace cojob::osapi

#endif
