// openssl_loop PORT CA_FILE COUNT: the same with OpenSSL on a blocking socket, one request at a time: no timeout, and
// of HTTP only what this one response needs. What nobody can do without. Prints the last job's status.

#include <boost/json.hpp>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

namespace {

int connected_socket(std::uint16_t port)
{
    const auto s = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(s, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
        std::exit(1);
    return s;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 4)
        return 2;
    auto* const context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_load_verify_locations(context, argv[2], nullptr);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    auto* const tls = SSL_new(context);
    SSL_set_tlsext_host_name(tls, "localhost");
    SSL_set1_host(tls, "localhost");
    SSL_set_fd(tls, connected_socket(static_cast<std::uint16_t>(std::atoi(argv[1]))));
    if (SSL_connect(tls) != 1) {
        ERR_print_errors_fp(stderr);
        return 1;
    }
    const auto request =
        "GET /v2/agent/p/job/job_1 HTTP/1.1\r\nHost: localhost:" + std::string(argv[1]) +
        "\r\nUser-Agent: loop\r\nAccept: application/json\r\nAuthorization: Bearer mint_test_key\r\n\r\n";
    std::string status;
    for (int i = 0; i < std::atoi(argv[3]); ++i) {
        if (SSL_write(tls, request.data(), static_cast<int>(request.size())) <= 0)
            return 1;
        std::string response;
        std::size_t body = 0;
        for (auto size = std::string::npos; response.size() < size;) {
            std::array<char, 16384> part;
            const auto got = SSL_read(tls, part.data(), static_cast<int>(part.size()));
            if (got <= 0)
                return 1;
            response.append(part.data(), static_cast<std::size_t>(got));
            const auto head = response.find("\r\n\r\n"), length = response.find("Content-Length: ");
            if (head == std::string::npos)
                continue;
            body = head + 4;
            size = body + static_cast<std::size_t>(std::atoi(response.c_str() + length + 16));
        }
        status = boost::json::parse(std::string_view(response).substr(body)).at("status").as_string();
    }
    std::cout << status << '\n';
    SSL_free(tls);
    SSL_CTX_free(context);
}
