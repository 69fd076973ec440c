// A client in a company's network: it reaches the server through a proxy with a password, trusts the company's own
// authority, and shows a client certificate (mutual TLS). If the first argument is empty, the proxy is
// that of HTTPS_PROXY.
//
//     ./behind_proxy http://user:password@proxy:3128 ca.pem client.pem client.key
//     tests/conformance/proxies     # without an account: through squid to nginx, which wants a certificate

#include <cojob/mintlify/agent.hpp>
#include <cojob/result.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <iostream>

namespace asio = boost::asio;

asio::awaitable<void> document(cojob::mintlify::agent agent)
{
    const auto job = co_await cojob::as_result(agent.create_job("Document the new /users endpoint"));
    if (job)
        std::cout << "Created " << job->id << '\n';
    else if (job.error().code() == cojob::errc::proxy_failed)
        std::cout << (job.error().is_final ? "Look at the proxy's settings: " : "The proxy fails: ")
                  << job.error().message << '\n';
    else
        std::cout << to_string(job.error()) << '\n';
}

int main(int argc, char** argv)
try {
    if (argc != 5) {
        std::cerr << "usage: behind_proxy PROXY CA_FILE CERTIFICATE_FILE KEY_FILE\n";
        return 2;
    }
    asio::io_context context;
    cojob::client_options options;
    options.proxy.url = argv[1]; // empty: as the environment says
    options.tls.ca_file = argv[2];
    options.tls.client_certificate_file = argv[3];
    options.tls.client_key_file = argv[4];
    const cojob::client client(context, options);
    const cojob::mintlify::agent agent(client, cojob::mintlify::agent_options_from_environment());
    asio::co_spawn(context, document(agent), [](std::exception_ptr failure) {
        if (failure)
            std::rethrow_exception(failure);
    });
    context.run();
} catch (const std::exception& failure) {
    std::cerr << failure.what() << '\n';
    return 1;
}
