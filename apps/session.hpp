#ifndef COJOB_APPS_SESSION_HPP
#define COJOB_APPS_SESSION_HPP

#include "arguments.hpp"

#include <cojob/client.hpp>
#include <cojob/mintlify/agent.hpp>
#include <cojob/mintlify/agent_v1.hpp>
#include <cojob/mintlify/deployments.hpp>
#include <cojob/mintlify/static_export.hpp>
#include <cojob/osapi/jobs.hpp>
#include <cojob/policy/quota.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace cli {

namespace asio = boost::asio;

/// Ctrl-C, or SIGTERM.
class interrupted : public std::exception {
  public:
    explicit interrupted(std::string text) : text_(std::move(text)) {}
    [[nodiscard]] const char* what() const noexcept override { return text_.c_str(); }

  private:
    std::string text_;
};

/// What a command runs on: one thread, one client, and the services that it needs. Signals end it.
class session {
  public:
    /// The observer is of no use with --verbose, which logs in its place.
    explicit session(const arguments&, cojob::observer_ptr = {});

    /// The services. Each throws `invalid_argument`, naming what is missing, before anything is sent.
    [[nodiscard]] cojob::mintlify::agent agent();
    [[nodiscard]] cojob::mintlify::agent_v1 agent_v1();
    [[nodiscard]] cojob::mintlify::deployments deployments();
    [[nodiscard]] cojob::mintlify::static_export exports();
    [[nodiscard]] cojob::osapi::jobs jobs();

    /// Runs operations until all have ended. \throws the first failure; interrupted after a signal
    void run(std::vector<asio::awaitable<void>>);
    void run(asio::awaitable<void>);

    /// Calls a function five times a second while operations run, and after a change of the terminal's size with true.
    void set_ticker(std::function<void(bool is_resized)> ticker) { ticker_ = std::move(ticker); }

    /// What to say when it is interrupted: the command line with which to go on.
    void set_farewell(std::function<std::string()> text) { farewell_ = std::move(text); }

    [[nodiscard]] const arguments& given() const noexcept { return given_; }

    /// Uses that are left, such as `97 of 100 uses left`; empty if nobody counts them.
    [[nodiscard]] std::string quota_left();

    /// Says that a use was spent, and how many are left.
    void say_spent(const std::string& what);

  private:
    [[nodiscard]] cojob::mintlify::agent_options mintlify_options();
    /// Sets key and server of a service of Mintlify.
    template <class Options>
    void set_server(Options&) const;
    /// The same, and the project.
    template <class Options>
    void set_project(Options&) const;
    [[nodiscard]] bool is_for(const char* family) const;
    [[nodiscard]] asio::awaitable<void> tick();
    void start(std::vector<asio::awaitable<void>>, std::function<void()> all_ended);
    [[noreturn]] void fail() const;
    [[nodiscard]] std::string count_left() const;

    const arguments& given_;
    asio::io_context context_{1};
    cojob::client client_;
    std::shared_ptr<cojob::quota> quota_;
    std::function<void(bool)> ticker_;
    std::function<std::string()> farewell_;
    std::unique_ptr<asio::steady_timer> tick_timer_;
    std::exception_ptr failure_;
    std::string left_;
    cojob::time_point count_again_{};
    std::size_t running_ = 0;
    bool is_interrupted_ = false;
};

/// The command line that waits for these jobs, with the options of this one.
[[nodiscard]] std::string command_to_go_on(const arguments&, const std::vector<std::string>& ids);

} // namespace cli

#endif
