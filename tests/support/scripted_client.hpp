#ifndef TESTS_SUPPORT_SCRIPTED_CLIENT_HPP
#define TESTS_SUPPORT_SCRIPTED_CLIENT_HPP

#include "support/one_attempt.hpp"
#include "support/run.hpp"

#include <cojob/client.hpp>
#include <cojob/testing/manual_clock.hpp>
#include <cojob/testing/scripted_transport.hpp>

#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tests {

/// A request with the given method.
inline cojob::api_request make_request(const std::string& method = "GET")
{
    cojob::api_request r;
    r.base_url = cojob::http::parse_url("https://jobs.example/api", "base_url");
    r.method = method;
    return r;
}

/// A client in virtual time. All its requests get the same response.
class scripted_client {
  public:
    explicit scripted_client(cojob::testing::scripted_reply r = {200, "{}"},
                             cojob::client_options options = one_attempt())
        : reply(std::move(r)), client(make(std::move(options)))
    {
    }
    scripted_client(const scripted_client&) = delete;
    scripted_client& operator=(const scripted_client&) = delete;

    asio::io_context context;
    cojob::testing::scripted_reply reply;
    std::shared_ptr<cojob::testing::manual_clock> clock = std::make_shared<cojob::testing::manual_clock>(context);
    std::shared_ptr<cojob::testing::scripted_transport> transport =
        std::make_shared<cojob::testing::scripted_transport>([this](const cojob::http::request&) { return reply; });
    cojob::client client;

    /// Another client on the same context, clock and transport.
    cojob::client make(cojob::client_options options)
    {
        options.clock = clock;
        return cojob::client(context.get_executor(), std::move(options), transport);
    }

    [[nodiscard]] const std::vector<cojob::http::request>& sent() const { return transport->requests(); }

    template <class T>
    started<T> start(asio::awaitable<T> operation)
    {
        auto s = tests::start(context, std::move(operation));
        clock->settle();
        return s;
    }
    started<cojob::http::response> send(cojob::api_request r) { return start(client.send(std::move(r))); }
};

} // namespace tests

#endif
