// by_hand HOST PORT CA_FILE: creates a job and asks for it every 5 s until it has ended, written by hand
// as Beast's examples show it: what user.cpp does, without a library. Prints the job's status.

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
    std::string host, port;
    beast::flat_buffer buffer = {};
};

asio::awaitable<void> connect(session& s)
{
    auto& tcp = beast::get_lowest_layer(s.stream);
    if (!SSL_set_tlsext_host_name(s.stream.native_handle(), s.host.c_str()))
        throw std::runtime_error("no server name");
    s.stream.set_verify_callback(asio::ssl::host_name_verification(s.host));
    asio::ip::tcp::resolver resolver(co_await asio::this_coro::executor);
    tcp.expires_after(30s);
    co_await tcp.async_connect(co_await resolver.async_resolve(s.host, s.port, asio::use_awaitable),
                               asio::use_awaitable);
    co_await s.stream.async_handshake(asio::ssl::stream_base::client, asio::use_awaitable);
}

template <class Body>
asio::awaitable<json::value> exchange(session& s, http::request<Body>& request)
{
    request.set(http::field::host, s.host + ":" + s.port);
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

asio::awaitable<void> document(session& s)
{
    co_await connect(s);
    http::request<http::string_body> create(http::verb::post, "/v2/agent/test-project/job", 11);
    create.set(http::field::content_type, "application/json");
    create.body() = json::serialize(json::object{{"prompt", "Document the new /users endpoint"}});
    create.prepare_payload();
    const auto created = co_await exchange(s, create);

    const auto target = "/v2/agent/test-project/job/" + std::string(created.at("id").as_string());
    const auto until = std::chrono::steady_clock::now() + 15min;
    asio::steady_timer timer(co_await asio::this_coro::executor);
    while (std::chrono::steady_clock::now() < until) {
        timer.expires_after(5s);
        co_await timer.async_wait(asio::use_awaitable);
        http::request<http::empty_body> get(http::verb::get, target, 11);
        const auto job = co_await exchange(s, get);
        const std::string status(job.at("status").as_string());
        if (status == "active")
            continue;
        const auto* const link = job.as_object().if_contains("prLink");
        std::cout << status << ' '
                  << (link && link->is_string() ? std::string(link->as_string()) : "without a pull request") << '\n';
        co_return;
    }
    throw std::runtime_error("the job has not ended in time");
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 4)
        return 2;
    asio::io_context context;
    try {
        asio::ssl::context tls(asio::ssl::context::tls_client);
        tls.load_verify_file(argv[3]);
        tls.set_verify_mode(asio::ssl::verify_peer);
        session s{{context, tls}, argv[1], argv[2]};
        asio::co_spawn(context, document(s), [](std::exception_ptr e) {
            if (e)
                std::rethrow_exception(e);
        });
        context.run();
    } catch (const std::exception& e) {
        std::cerr << e.what() << '\n';
        return 1;
    }
}
