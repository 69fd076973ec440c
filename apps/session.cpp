#include "session.hpp"

#include "output.hpp"

#include <cojob/log.hpp>
#include <cojob/policy/shared_quota.hpp>
#include <cojob/secret.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <iostream>
#include <string_view>
#include <utility>

namespace cli {

namespace {

using namespace std::chrono_literals;

cojob::client_options client_options(const arguments& given, cojob::observer_ptr observer)
{
    cojob::client_options options;
    options.threads = cojob::threading::single;
    options.tls.ca_file = given.ca_file;
    options.observer = given.is_verbose ? cojob::log_to(std::cerr, cojob::log_level::debug, cojob::time_stamps::utc)
                                        : std::move(observer);
    return options;
}

cojob::secret key_from(const std::string& file, const char* variable, const char* meaning)
{
    return file.empty() ? cojob::secret_from_environment(variable, meaning) : cojob::secret_from_file(file);
}

std::string base_url(const std::string& given, const char* variable, std::string otherwise)
{
    if (!given.empty())
        return given;
    auto url = cojob::detail::environment(variable);
    return url.empty() ? otherwise : url;
}

} // namespace

session::session(const arguments& given, cojob::observer_ptr observer)
    : given_(given), client_(context_, client_options(given, std::move(observer)))
{
    if (given.timeout && !given.command.ends_with("wait") && !given.command.ends_with("run") &&
        given.command != "watch" && !given.waits)
        client_ = client_.with_timeout(*given.timeout);
}

/// Whether --base-url and --key-file are meant for the services of this vendor.
bool session::is_for(const char* family) const
{
    return given_.api.starts_with(family);
}

template <class Options>
void session::set_server(Options& options) const
{
    const bool is_meant = is_for("mintlify");
    options.api_key = key_from(is_meant ? given_.key_file : "", "MINTLIFY_API_KEY", "an admin API key");
    options.base_url = base_url(is_meant ? given_.base_url : "", "MINTLIFY_BASE_URL", options.base_url);
}

template <class Options>
void session::set_project(Options& options) const
{
    options.project_id =
        given_.project.empty() ? cojob::detail::environment("MINTLIFY_PROJECT_ID", "the project id") : given_.project;
    set_server(options);
}

cojob::mintlify::agent_options session::mintlify_options()
{
    cojob::mintlify::agent_options options;
    set_project(options);
    if (!quota_) {
        auto limits = options.quota;
        if (given_.timeout)
            limits.max_wait = *given_.timeout;
        quota_ = given_.quota_file.empty() ? std::make_shared<cojob::quota>(limits)
                                           : cojob::open_shared_quota(given_.quota_file, limits);
    }
    options.shared_quota = quota_;
    return options;
}

cojob::mintlify::agent session::agent()
{
    return {client_, mintlify_options()};
}

cojob::mintlify::agent_v1 session::agent_v1()
{
    return {client_, mintlify_options()};
}

cojob::mintlify::deployments session::deployments()
{
    cojob::mintlify::deployments_options options;
    set_project(options);
    return {client_, options};
}

cojob::mintlify::static_export session::exports()
{
    cojob::mintlify::static_export_options options;
    set_server(options);
    return {client_, options};
}

cojob::osapi::jobs session::jobs()
{
    const bool is_meant = is_for("osapi");
    cojob::osapi::jobs_options options;
    options.token = key_from(is_meant ? given_.key_file : "", "COJOB_OSAPI_TOKEN", "a token");
    options.base_url = base_url(is_meant ? given_.base_url : "", "COJOB_OSAPI_URL", options.base_url);
    return {client_, options};
}

asio::awaitable<void> session::tick()
{
    tick_timer_ = std::make_unique<asio::steady_timer>(context_);
    while (running_ != 0) {
        ticker_(false);
        tick_timer_->expires_after(200ms);
        boost::system::error_code ignored;
        co_await tick_timer_->async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
}

void session::run(asio::awaitable<void> operation)
{
    std::vector<asio::awaitable<void>> one;
    one.push_back(std::move(operation));
    run(std::move(one));
}

void session::start(std::vector<asio::awaitable<void>> operations, std::function<void()> all_ended)
{
    context_.restart();
    running_ = operations.size();
    for (auto& operation : operations)
        asio::co_spawn(context_, std::move(operation), [this, all_ended](std::exception_ptr failure) {
            if (failure && !failure_)
                failure_ = failure;
            if (--running_ != 0)
                return;
            all_ended();
            if (tick_timer_)
                tick_timer_->cancel();
        });
    if (ticker_)
        asio::co_spawn(context_, tick(), [this](std::exception_ptr failure) {
            if (!failure)
                return;
            failure_ = failure; // the terminal is gone
            client_.close();
        });
}

void session::run(std::vector<asio::awaitable<void>> operations)
{
    asio::signal_set ends(context_, SIGINT, SIGTERM), sizes(context_);
    ends.async_wait([&](const boost::system::error_code& ec, int) {
        if (ec)
            return;
        is_interrupted_ = true;
        client_.close();
        ends.clear(); // the next one ends the process
    });
    std::function<void()> listen = [&] {
        sizes.async_wait([&](const boost::system::error_code& ec, int) {
            if (ec)
                return;
            ticker_(true);
            listen();
        });
    };
    if (ticker_) {
        sizes.add(SIGWINCH);
        listen();
    }
    start(std::move(operations), [&] {
        ends.cancel();
        sizes.cancel();
    });
    context_.run();
    if (failure_)
        fail();
}

void session::fail() const
{
    if (!is_interrupted_)
        std::rethrow_exception(failure_);
    try {
        std::rethrow_exception(failure_);
    } catch (const cojob::api_error& failure) {
        if (failure.code() == cojob::errc::outcome_unknown)
            throw interrupted("the server may have carried the request out; check before you repeat it");
    } catch (const boost::system::system_error&) { // cancelled: nothing else to say
    }
    throw interrupted(farewell_ ? farewell_() : std::string());
}

std::string session::count_left() const
try {
    return fmt::format("{} of {} uses left", cojob::free_slots(given_.quota_file, quota_->options()),
                       quota_->options().limit);
} catch (const std::exception&) { // only a remark: the job that it stands beside must not be lost for it
    return "the uses left could not be read";
}

std::string session::quota_left()
{
    if (!quota_ || given_.quota_file.empty())
        return {};
    if (const auto now = std::chrono::steady_clock::now(); now >= count_again_) {
        count_again_ = now + 2s;
        left_ = count_left();
    }
    return left_;
}

void session::say_spent(const std::string& what)
{
    count_again_ = {};
    const auto left = quota_left();
    print_note(given_, fmt::format("{}: one of the project's {} uses an hour; {}", what, quota_->options().limit,
                                   left.empty() ? "--quota-file counts those that are left" : left));
}

} // namespace cli
