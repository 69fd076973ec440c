#ifndef EXAMPLES_SUPPORT_RUN_SERVICE_HPP
#define EXAMPLES_SUPPORT_RUN_SERVICE_HPP

#include <cojob/client.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>

namespace asio = boost::asio;

/// Runs an example with a service at SERVICE_URL, with the key SERVICE_KEY. Returns the exit status.
template <class Service>
int run_service(asio::awaitable<void> (*use)(Service))
try {
    const char* url = std::getenv("SERVICE_URL");
    const cojob::api_base base(cojob::http::parse_url(url ? url : "", "SERVICE_URL"),
                               cojob::secret_from_environment("SERVICE_KEY"));
    asio::io_context context;
    asio::co_spawn(context, use(Service(cojob::client(context), base)), [](std::exception_ptr failure) {
        if (failure)
            std::rethrow_exception(failure);
    });
    context.run();
    return 0;
} catch (const std::exception& failure) {
    std::cout << failure.what() << '\n';
    return 1;
}

#endif
