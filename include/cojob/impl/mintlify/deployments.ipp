#ifndef COJOB_IMPL_MINTLIFY_DEPLOYMENTS_IPP
#define COJOB_IMPL_MINTLIFY_DEPLOYMENTS_IPP

#include <cojob/detail/body.hpp>
#include <cojob/detail/share.hpp>
#include <cojob/detail/text.hpp>
#include <cojob/impl/internal/job/service.hpp>
#include <cojob/impl/internal/mintlify/deployment_decode.hpp>
#include <cojob/impl/internal/mintlify/deployments_settings.hpp>
#include <cojob/mintlify/deployments.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace cojob::mintlify {

namespace detail {

using cojob::detail::decode_creation;
using cojob::detail::decode_response;
using cojob::detail::send;
using deployments_settings_ptr = std::shared_ptr<const deployments_settings>;

/// The arguments are checked when the operation is awaited: a call expression does not throw.
inline asio::awaitable<deployment_receipt> queue_deployment(client c, deployments_settings_ptr settings, call_ptr call)
{
    co_await send(call);
    co_return decode_creation(c, *call, deployments::api_name, settings->scope(), decode_deployment_receipt,
                              "statusId");
}

inline asio::awaitable<deployment_receipt> update(client c, deployments_settings_ptr settings)
{
    const auto call = settings->post_update(c, {"project", "update", settings->project()});
    co_return co_await queue_deployment(std::move(c), std::move(settings), call);
}

inline asio::awaitable<deployment_receipt> preview(client c, deployments_settings_ptr settings, std::string branch)
{
    check_text(branch, "branch");
    const auto call = settings->post_preview(c, {"project", "preview", settings->project()});
    cojob::detail::set_json(call->request.wire, boost::json::serialize(boost::json::object{{"branch", branch}}));
    co_return co_await queue_deployment(std::move(c), std::move(settings), call);
}

inline asio::awaitable<deployment> get_deployment(client c, deployments_settings_ptr settings, std::string id)
{
    check_segment(id, "id");
    const auto call = settings->get(c, {"project", "update-status", id});
    call->request.job_id = std::move(id);
    co_await send(call);
    co_return decode_response(*call, deployments::api_name, decode_deployment, "_id");
}

inline asio::awaitable<workflow_run> trigger_workflow(client c, deployments_settings_ptr settings, std::string id)
{
    check_segment(id, "workflow_id");
    const auto call = settings->post_update(c, {"workflow", settings->project(), id, "trigger"});
    co_await send(call);
    workflow_run queued;
    if (call->response.body.empty())
        co_return queued;
    co_return decode_response(*call, deployments::api_name, decode_workflow_run);
}

} // namespace detail

deployments::deployments(asio::any_io_executor executor, deployments_options options)
    : deployments(client(std::move(executor)), std::move(options))
{
}

deployments::deployments(client c, deployments_options options)
    : client_(std::move(c)), settings_(cojob::detail::share<detail::deployments_settings>(client_, std::move(options)))
{
}

deployments::deployments(client c, std::shared_ptr<const detail::deployments_settings> settings)
    : client_(std::move(c)), settings_(std::move(settings))
{
}

deployments deployments::with(client c) const
{
    return {std::move(c), cojob::detail::in_use(settings_)};
}

asio::awaitable<std::size_t> deployments::warm(std::size_t connections) const
{
    return client_.warm(cojob::detail::in_use(settings_)->base_url(), connections);
}

std::string deployments::scope() const
{
    return cojob::detail::in_use(settings_)->scope();
}

job_handle deployments::handle(const deployment& d) const
{
    return cojob::detail::make_handle(client_, api_name, scope(), d.id);
}

job_handle deployments::handle(const deployment_receipt& r) const
{
    return cojob::detail::make_handle(client_, api_name, scope(), r.id);
}

asio::awaitable<deployment_receipt> deployments::update() const
{
    return detail::update(client_, cojob::detail::in_use(settings_));
}

asio::awaitable<deployment_receipt> deployments::preview(std::string_view branch) const
{
    return detail::preview(client_, cojob::detail::in_use(settings_), std::string(branch));
}

asio::awaitable<deployment> deployments::get_job(std::string_view id) const
{
    return detail::get_deployment(client_, cojob::detail::in_use(settings_), std::string(id));
}

asio::awaitable<workflow_run> deployments::trigger_workflow(std::string_view workflow_id) const
{
    return detail::trigger_workflow(client_, cojob::detail::in_use(settings_), std::string(workflow_id));
}

} // namespace cojob::mintlify

#endif
