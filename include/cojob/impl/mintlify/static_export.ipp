#ifndef COJOB_IMPL_MINTLIFY_STATIC_EXPORT_IPP
#define COJOB_IMPL_MINTLIFY_STATIC_EXPORT_IPP

#include <cojob/detail/body.hpp>
#include <cojob/detail/share.hpp>
#include <cojob/detail/text.hpp>
#include <cojob/impl/internal/job/service.hpp>
#include <cojob/impl/internal/mintlify/export_decode.hpp>
#include <cojob/impl/internal/mintlify/static_export_settings.hpp>
#include <cojob/mintlify/static_export.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace cojob::mintlify {

namespace detail {

using cojob::detail::decode_creation;
using cojob::detail::decode_response;
using cojob::detail::send;
using static_export_settings_ptr = std::shared_ptr<const static_export_settings>;

/// The arguments are checked when the operation is awaited: a call expression does not throw.
inline asio::awaitable<export_job> create_export(client c, static_export_settings_ptr settings, export_request request)
{
    auto body = export_body(request);
    const auto call = settings->make_call(c, "POST");
    call->request.quota_pool = settings->pool();
    cojob::detail::set_json(call->request.wire, std::move(body));
    co_await send(call);
    co_return decode_creation(c, *call, static_export::api_name, settings->scope(), decode_created_export, "jobId");
}

inline asio::awaitable<export_job> get_export(client c, static_export_settings_ptr settings, std::string id)
{
    check_segment(id, "id");
    const auto call = settings->make_call(c, "GET", {id});
    call->request.job_id = std::move(id);
    co_await send(call);
    co_return decode_response(*call, static_export::api_name, decode_export_job, "jobId");
}

inline asio::awaitable<export_bundle> create_bundle(client c, static_export_settings_ptr settings, std::string id)
{
    check_segment(id, "id");
    const auto call = settings->make_call(c, "POST", {id, "bundle"});
    call->request.effect = effect::idempotent;
    call->request.job_id = std::move(id);
    constexpr std::chrono::seconds least(90); // the server answers when it has packed the whole site
    call->request.attempt_timeout = std::max<duration>(call->client->options.timeouts.attempt, least);
    co_await send(call);
    co_return decode_response(*call, static_export::api_name, decode_export_bundle, "jobId");
}

} // namespace detail

static_export::static_export(asio::any_io_executor executor, static_export_options options)
    : static_export(client(std::move(executor)), std::move(options))
{
}

static_export::static_export(client c, static_export_options options)
    : client_(std::move(c)),
      settings_(cojob::detail::share<detail::static_export_settings>(client_, std::move(options)))
{
}

static_export::static_export(client c, std::shared_ptr<const detail::static_export_settings> settings)
    : client_(std::move(c)), settings_(std::move(settings))
{
}

static_export static_export::with(client c) const
{
    return {std::move(c), cojob::detail::in_use(settings_)};
}

asio::awaitable<std::size_t> static_export::warm(std::size_t connections) const
{
    return client_.warm(cojob::detail::in_use(settings_)->base_url(), connections);
}

std::string static_export::scope() const
{
    return cojob::detail::in_use(settings_)->scope();
}

job_handle static_export::handle(const export_job& job) const
{
    return cojob::detail::make_handle(client_, api_name, scope(), job.id);
}

asio::awaitable<export_job> static_export::create_job(std::string_view domain) const
{
    return create_job(export_request(std::string(domain)));
}

asio::awaitable<export_job> static_export::create_job(export_request request) const
{
    return detail::create_export(client_, cojob::detail::in_use(settings_), std::move(request));
}

asio::awaitable<export_job> static_export::get_job(std::string_view id) const
{
    return detail::get_export(client_, cojob::detail::in_use(settings_), std::string(id));
}

asio::awaitable<export_bundle> static_export::create_bundle(std::string_view id) const
{
    return detail::create_bundle(client_, cojob::detail::in_use(settings_), std::string(id));
}

} // namespace cojob::mintlify

#endif
