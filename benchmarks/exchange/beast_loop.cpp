// beast_loop PORT CA_FILE COUNT [IN_FLIGHT]: COUNT GETs of a job, on so many kept-alive HTTPS connections, written by
// hand as Beast's examples show it: what a service has without a library. Prints the last job's status.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/json.hpp>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace {

struct job {
    std::string id, status, repository, model;
};

job decode(const std::string& body)
{
    const auto json = boost::json::parse(body);
    const auto text = [](const boost::json::value& v) { return std::string(v.as_string()); };
    return {text(json.at("id")), text(json.at("status")), text(json.at("source").at("repository")),
            text(json.at("model"))};
}

asio::awaitable<void> get_jobs(asio::ssl::context& tls, std::string port, int count, job& last)
{
    const auto executor = co_await asio::this_coro::executor;
    asio::ip::tcp::resolver resolver(executor);
    beast::ssl_stream<beast::tcp_stream> stream(executor, tls);
    SSL_set_tlsext_host_name(stream.native_handle(), "localhost");
    stream.set_verify_callback(asio::ssl::host_name_verification("localhost"));
    auto& tcp = beast::get_lowest_layer(stream);
    tcp.expires_after(std::chrono::seconds(30));
    co_await tcp.async_connect(co_await resolver.async_resolve("127.0.0.1", port, asio::use_awaitable),
                               asio::use_awaitable);
    tcp.socket().set_option(asio::ip::tcp::no_delay(true));
    co_await stream.async_handshake(asio::ssl::stream_base::client, asio::use_awaitable);

    beast::flat_buffer buffer;
    for (int i = 0; i < count; ++i) {
        http::request<http::empty_body> request(http::verb::get, "/v2/agent/p/job/job_1", 11);
        request.set(http::field::host, "localhost:" + port);
        request.set(http::field::user_agent, "loop");
        request.set(http::field::accept, "application/json");
        request.set(http::field::authorization, "Bearer mint_test_key");
        tcp.expires_after(std::chrono::seconds(30));
        co_await http::async_write(stream, request, asio::use_awaitable);
        http::response<http::string_body> response;
        co_await http::async_read(stream, buffer, response, asio::use_awaitable);
        if (response.result_int() != 200)
            throw std::runtime_error("HTTP " + std::to_string(response.result_int()));
        last = decode(response.body());
    }
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 4)
        return 2;
    asio::io_context context;
    asio::ssl::context tls(asio::ssl::context::tls_client);
    tls.load_verify_file(argv[2]);
    tls.set_verify_mode(asio::ssl::verify_peer);
    job last;
    std::exception_ptr failure;
    const auto in_flight = argc > 4 ? std::atoi(argv[4]) : 1;
    for (int i = 0; i < in_flight; ++i)
        asio::co_spawn(context, get_jobs(tls, argv[1], std::atoi(argv[3]) / in_flight, last),
                       [&](std::exception_ptr e) { failure = e ? e : failure; });
    context.run();
    if (failure)
        std::rethrow_exception(failure);
    std::cout << last.status << '\n';
}
