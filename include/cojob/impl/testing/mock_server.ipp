#ifndef COJOB_IMPL_TESTING_MOCK_SERVER_IPP
#define COJOB_IMPL_TESTING_MOCK_SERVER_IPP

#include <cojob/detail/body.hpp>
#include <cojob/testing/mock_server.hpp>

#include <cojob/impl/internal/testing/mock_address.ipp>
#include <cojob/impl/internal/testing/mock_certificate.ipp>
#include <cojob/impl/internal/testing/mock_connection.ipp>
#include <cojob/impl/internal/testing/mock_state.ipp>
#include <cojob/impl/internal/testing/mock_stream.ipp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstdint>
#include <future>
#include <optional>
#include <thread>
#include <utility>

namespace cojob::testing {

class mock_server::impl {
  public:
    explicit impl(const mock_server_options& given)
        : options(given), state(options), acceptor_(context_, detail::loopback_endpoint(options.address, options.port)),
          port(acceptor_.local_endpoint().port()),
          base_url((options.use_tls ? "https://" : "http://") + detail::host_of(options) + ':' + std::to_string(port))
    {
        if (options.use_tls) {
            auto identity = detail::make_identity(options.certificate);
            tls_ = detail::make_server_context(identity, options.versions);
            ca_pem = std::move(identity.ca_pem);
        }
        asio::co_spawn(context_, accept_all(), asio::detached);
        thread_ = std::thread([this] { context_.run(); });
    }

    /// Closing the sockets ends all coroutines: each waits for a socket or for a short time.
    ~impl()
    {
        asio::post(context_, [this] {
            is_stopping_ = true;
            error_code ec;
            acceptor_.close(ec);
            for (const auto& connection : connections())
                connection->drop();
        });
        thread_.join();
    }

    impl(const impl&) = delete;
    impl& operator=(const impl&) = delete;

    void close_idle_connections(idle_end how)
    {
        std::promise<std::vector<std::size_t>> leaving;
        asio::post(context_, [this, how, &leaving] {
            std::vector<std::size_t> numbers;
            for (const auto& connection : connections())
                if (connection->close_when_idle(how))
                    numbers.push_back(connection->number());
            leaving.set_value(std::move(numbers));
        });
        state.wait_until_closed(leaving.get_future().get());
    }

    const mock_server_options options;
    detail::mock_state state;

  private:
    [[nodiscard]] asio::awaitable<void> accept_all()
    {
        asio::steady_timer pause(context_);
        while (!is_stopping_) {
            error_code ec;
            auto socket = co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, ec));
            if (!ec && !is_stopping_) {
                start(std::move(socket));
                continue;
            }
            // Probably out of file descriptors: the client waits in the backlog until one is free.
            pause.expires_after(std::chrono::milliseconds(10));
            co_await pause.async_wait(asio::use_awaitable);
        }
    }

    void start(asio::ip::tcp::socket socket)
    {
        auto* context = tls_ ? &*tls_ : nullptr;
        auto connection = std::make_shared<detail::mock_connection>(std::move(socket), context, state);
        std::erase_if(connections_, [](const auto& weak) { return weak.expired(); });
        connections_.push_back(connection);
        asio::co_spawn(context_, detail::serve(std::move(connection)), asio::detached);
    }

    /// The open connections.
    [[nodiscard]] std::vector<std::shared_ptr<detail::mock_connection>> connections() const
    {
        std::vector<std::shared_ptr<detail::mock_connection>> alive;
        for (const auto& weak : connections_)
            if (auto connection = weak.lock())
                alive.push_back(std::move(connection));
        return alive;
    }

    std::optional<asio::ssl::context> tls_;
    asio::io_context context_;
    asio::ip::tcp::acceptor acceptor_;
    std::vector<std::weak_ptr<detail::mock_connection>> connections_;
    bool is_stopping_ = false;
    std::thread thread_;

  public:
    const std::uint16_t port;
    const std::string base_url;
    std::string ca_pem;
};

mock_server::mock_server(mock_server_options options) : impl_(std::make_unique<impl>(options)) {}

mock_server::~mock_server() = default;

std::string mock_server::base_url() const
{
    return impl_->base_url;
}

std::uint16_t mock_server::port() const noexcept
{
    return impl_->port;
}

const std::string& mock_server::ca_pem() const noexcept
{
    return impl_->ca_pem;
}

mintlify::agent_options mock_server::agent_options() const
{
    const auto& made_with = impl_->options;
    mintlify::agent_options o;
    o.base_url = impl_->base_url;
    o.project_id = made_with.project_id;
    o.api_key = secret(made_with.token);
    o.quota.limit = made_with.rate_limit;
    o.quota.window = made_with.rate_window;
    return o;
}

mintlify::deployments_options mock_server::deployments_options() const
{
    const auto& made_with = impl_->options;
    mintlify::deployments_options o;
    o.base_url = impl_->base_url;
    o.project_id = made_with.project_id;
    o.api_key = secret(made_with.token);
    o.update_quota.limit = made_with.update_rate_limit;
    o.preview_quota.limit = made_with.preview_rate_limit;
    return o;
}

mintlify::static_export_options mock_server::static_export_options() const
{
    mintlify::static_export_options o;
    o.base_url = impl_->base_url;
    o.api_key = secret(impl_->options.token);
    return o;
}

osapi::jobs_options mock_server::jobs_options() const
{
    osapi::jobs_options o;
    o.base_url = impl_->base_url;
    o.base_path = impl_->options.osapi_path;
    o.token = secret(impl_->options.token);
    return o;
}

cojob::client_options mock_server::client_options(clock_ptr clock) const
{
    cojob::client_options o;
    o.tls.ca_pem = impl_->ca_pem;
    o.clock = std::move(clock);
    return o;
}

std::string mock_server::add_job(std::vector<lifecycle_step> life)
{
    return impl_->state.change([&](auto& apis, timestamp now) { return apis.mintlify.add_job(std::move(life), now); });
}

void mock_server::set_life(const std::string& id, std::vector<lifecycle_step> life)
{
    impl_->state.change([&](auto& apis, timestamp) { apis.set_life(id, std::move(life)); });
}

std::string mock_server::add_session(std::vector<lifecycle_step> life)
{
    return impl_->state.change(
        [&](auto& apis, timestamp now) { return apis.sessions.add_session(std::move(life), now); });
}

std::string mock_server::add_deployment(std::vector<lifecycle_step> life)
{
    return impl_->state.change(
        [&](auto& apis, timestamp now) { return apis.deployments.add_deployment(std::move(life), now); });
}

std::string mock_server::add_export(std::vector<lifecycle_step> life)
{
    return impl_->state.change(
        [&](auto& apis, timestamp now) { return apis.exports.add_export(std::move(life), now); });
}

std::string mock_server::add_osapi_job(std::vector<lifecycle_step> life)
{
    return impl_->state.change([&](auto& apis, timestamp now) { return apis.osapi.add_job(std::move(life), now); });
}

void mock_server::set_lifecycle(std::vector<lifecycle_step> life)
{
    impl_->state.change([&](auto& apis, timestamp) { apis.mintlify.set_lifecycle(std::move(life)); });
}

void mock_server::inject(fault f, std::size_t times, std::string method)
{
    impl_->state.order_fault(f, times, std::move(method));
}

void mock_server::answer_next(int status, std::string body, http::header_list headers, std::size_t times,
                              std::string method)
{
    detail::ordered_response replacement;
    replacement.response = {status, std::move(headers), std::move(body)};
    impl_->state.order_response(std::move(replacement), times, std::move(method));
}

void mock_server::send_next(std::string bytes, bool then_close)
{
    detail::ordered_response replacement;
    replacement.raw = detail::mock_output{std::move(bytes), then_close ? detail::ending::close : detail::ending::keep};
    impl_->state.order_response(std::move(replacement), 1, {});
}

std::vector<recorded_request> mock_server::requests() const
{
    return impl_->state.requests();
}

bool mock_server::wait_for_requests(std::size_t count) const
{
    return impl_->state.wait_for_requests(count);
}

std::size_t mock_server::connections() const
{
    return impl_->state.accepted();
}

std::size_t mock_server::open_connections() const
{
    return impl_->state.open();
}

bool mock_server::wait_for_open_connections(std::size_t count) const
{
    return impl_->state.wait_for_open(count);
}

void mock_server::close_idle_connections(idle_end how)
{
    impl_->close_idle_connections(how);
}

std::size_t mock_server::throttled() const
{
    return impl_->state.throttled();
}

} // namespace cojob::testing

#endif
