// beast_jobs PORT CA_FILE COUNT: the same by hand as Beast's examples show it: a coroutine for each job, with a
// connection of its own. Prints how many have completed.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/json.hpp>

#include <chrono>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

struct session {
    beast::ssl_stream<beast::tcp_stream> stream;
    std::string port;
    beast::flat_buffer buffer = {};
};

asio::awaitable<void> connect(session& s)
{
    auto& tcp = beast::get_lowest_layer(s.stream);
    SSL_set_tlsext_host_name(s.stream.native_handle(), "localhost");
    s.stream.set_verify_callback(asio::ssl::host_name_verification("localhost"));
    const asio::ip::tcp::endpoint server(asio::ip::address_v4::loopback(),
                                         static_cast<asio::ip::port_type>(std::stoi(s.port)));
    tcp.expires_after(30s);
    co_await tcp.async_connect(server, asio::use_awaitable);
    tcp.socket().set_option(asio::ip::tcp::no_delay(true));
    co_await s.stream.async_handshake(asio::ssl::stream_base::client, asio::use_awaitable);
}

asio::awaitable<json::value> exchange(session& s, http::request<http::string_body>& request)
{
    request.set(http::field::host, "localhost:" + s.port);
    request.set(http::field::user_agent, "loop");
    request.set(http::field::accept, "application/json");
    request.set(http::field::authorization, "Bearer mint_test_key");
    beast::get_lowest_layer(s.stream).expires_after(30s);
    co_await http::async_write(s.stream, request, asio::use_awaitable);
    http::response<http::string_body> response;
    co_await http::async_read(s.stream, s.buffer, response, asio::use_awaitable);
    if (response.result_int() / 100 != 2)
        throw std::runtime_error("HTTP " + std::to_string(response.result_int()));
    co_return json::parse(response.body());
}

asio::awaitable<void> run_job(asio::ssl::context& tls, std::string port, int& completed)
{
    const auto executor = co_await asio::this_coro::executor;
    session s{{executor, tls}, port};
    co_await connect(s);
    http::request<http::string_body> create(http::verb::post, "/v2/agent/p/job", 11);
    create.set(http::field::content_type, "application/json");
    create.body() = json::serialize(json::object{{"prompt", "Document the new /users endpoint"}});
    create.prepare_payload();
    auto job = co_await exchange(s, create);
    const auto target = "/v2/agent/p/job/" + std::string(job.at("id").as_string());
    asio::steady_timer timer(executor);
    while (job.at("status").as_string() == "active") {
        timer.expires_after(1s);
        co_await timer.async_wait(asio::use_awaitable);
        http::request<http::string_body> get(http::verb::get, target, 11);
        job = co_await exchange(s, get);
    }
    completed += job.at("status").as_string() == "completed" ? 1 : 0;
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
    int completed = 0;
    std::exception_ptr failure;
    for (int i = 0; i < std::atoi(argv[3]); ++i)
        asio::co_spawn(context, run_job(tls, argv[1], completed),
                       [&](std::exception_ptr e) { failure = e ? e : failure; });
    context.run();
    if (failure)
        std::rethrow_exception(failure);
    std::cout << completed << '\n';
}
