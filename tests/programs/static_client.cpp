// A client that is a static object keeps a TLS connection and is destroyed after main(), when other static objects are
// gone: what it needs then must not be one of them. CMake lets malloc() overwrite what is freed.

#include <cojob/client.hpp>
#include <cojob/mintlify/agent.hpp>
#include <cojob/secret.hpp>
#include <cojob/testing/mock_server.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdlib>
#include <exception>
#include <iostream>

namespace asio = boost::asio;

namespace {

cojob::mintlify::agent make_agent(asio::io_context& context, const cojob::testing::mock_server& server)
{
    cojob::client_options options;
    options.tls.ca_pem = server.ca_pem();
    const cojob::testing::mock_server_options accepted;
    cojob::mintlify::agent_options credentials;
    credentials.project_id = accepted.project_id;
    credentials.api_key = cojob::secret(accepted.token);
    credentials.base_url = server.base_url();
    return {cojob::client(context.get_executor(), options), credentials};
}

struct service {
    explicit service(const cojob::testing::mock_server& server) : agent(make_agent(context, server)) {}

    asio::io_context context;
    cojob::mintlify::agent agent;
};

service& the_service(const cojob::testing::mock_server& server)
{
    static service s(server);
    return s;
}

} // namespace

int main()
{
    cojob::testing::mock_server server;
    const auto id = server.add_job({{"active"}});
    auto& s = the_service(server);
    asio::co_spawn(s.context, s.agent.get_job(id), [](const std::exception_ptr& e, const auto&) {
        if (e)
            std::rethrow_exception(e);
    });
    s.context.run();
    const auto opened = s.agent.get_client().stats().connections_opened;
    std::cout << "connections: " << opened << '\n';
    return opened == 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}
