// proxies_client TINYPROXY SQUID SQUID_TLS MICROSOCKS MICROSOCKS_OPEN REFUSED: requests through real proxies, given by
// their ports on this machine, to a mock server. Nobody listens on the last port. COJOB_CA_FILE has the authority of
// squid's certificate. tests/conformance/proxies starts what this needs.
//
// Exit status: 0 all was right, 1 something was not.

#include "support.hpp"

#include <cojob/mintlify/agent.hpp>
#include <cojob/testing/mock_server.hpp>

#include <boost/asio/io_context.hpp>

#include <cstdlib>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace asio = boost::asio;

namespace {

using cojob::errc;
using cojob::testing::mock_server;

struct expectation {
    cojob::error_code code{};
    int status = 0; ///< the proxy's
    std::size_t attempts = 1;
};

std::string text_of(const char* file)
{
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
}

cojob::testing::mock_server_options named_elsewhere()
{
    cojob::testing::mock_server_options o;
    o.certificate.names = {"elsewhere.test"};
    o.certificate.addresses = {};
    return o;
}

/// Makes calls and prints a line of each.
class table {
  public:
    explicit table(std::string refused) : refused_(std::move(refused)) {}

    /// What every proxy must do, with a password.
    void proxy(const std::string& name, const std::string& scheme, const std::string& address, int refused, int wrong)
    {
        const auto with = [&](const std::string& login) { return scheme + "://" + login + address; };
        const int absent = scheme.starts_with("http") ? 407 : 0;
        const std::string host = scheme == "socks5" ? "127.0.0.1:" : "localhost:"; // without a lookup to two addresses
        row(name, "right password", with("user:hunter2@"), here(), {});
        row(name, "wrong password", with("user:hunter3@"), here(), {errc::proxy_failed, wrong});
        row(name, "no password", with(""), here(), {errc::proxy_failed, absent});
        row(name, "certificate of another name", with("user:hunter2@"), "https://" + host + port_of(other_),
            {errc::certificate_rejected});
        row(name, "server refuses connections", with("user:hunter2@"), "https://" + host + refused_,
            {errc::proxy_failed, refused, 3});
        row(name, "http:// server", with("user:hunter2@"), "http://localhost:" + port_of(server_),
            {errc::invalid_argument});
    }

    void row(const std::string& name, const std::string& what, const std::string& proxy, const std::string& server,
             const expectation& expected, bool trusts_proxy = true)
    {
        const auto failure = call(proxy, server, trusts_proxy);
        const auto is_right = failure.code() == expected.code && failure.http_status == expected.status &&
                              (!expected.code || failure.attempts.size() == expected.attempts);
        const auto words = failure.code() ? cojob::to_string(failure) : "a job was created and read";
        std::cout << (is_right ? "ok    " : "WRONG ") << std::left << std::setw(18) << name << std::setw(30) << what
                  << failure.attempts.size() << "  " << words << '\n';
        all_are_right_ = all_are_right_ && is_right && words.find("hunter") == words.npos;
    }

    [[nodiscard]] std::string here() const { return "https://localhost:" + port_of(server_); }
    [[nodiscard]] bool all_are_right() const { return all_are_right_; }

  private:
    static std::string port_of(const mock_server& s) { return std::to_string(s.port()); }

    /// Creates a job, reads it twice, and fails if that took more than one connection.
    static asio::awaitable<void> create_and_read(cojob::mintlify::agent agent)
    {
        const auto job = co_await agent.create_job("Document it");
        for (int i = 0; i < 2; ++i)
            (void)co_await agent.get_job(job.id);
        if (agent.get_client().stats().connections_opened != 1)
            throw std::runtime_error("the tunnel was not used again");
    }

    cojob::error_info call(const std::string& proxy, const std::string& server, bool trusts_proxy)
    {
        asio::io_context context;
        auto options = server_.client_options();
        options.tls.ca_pem += other_.ca_pem() + (trusts_proxy ? squid_ca_ : std::string());
        options.proxy.url = proxy;
        options.retry.max_attempts = 3;
        options.retry.base_delay = std::chrono::milliseconds(10);
        auto credentials = server_.agent_options();
        credentials.base_url = server;
        const cojob::mintlify::agent agent(cojob::client(context, options), credentials);
        auto ended = tests::run(context, create_and_read(agent));
        return ended.error();
    }

    std::string refused_, squid_ca_ = text_of(std::getenv("COJOB_CA_FILE"));
    mock_server server_, other_{named_elsewhere()};
    bool all_are_right_ = true;
};

} // namespace

int main(int argc, char** argv)
try {
    if (argc != 7 || !std::getenv("COJOB_CA_FILE"))
        throw std::invalid_argument("wants six ports and COJOB_CA_FILE");
    const auto at = [argv](int i) { return std::string("localhost:") + argv[i]; };
    table t(argv[6]);
    t.proxy("tinyproxy", "http", at(1), 500, 401);
    t.proxy("squid", "http", at(2), 503, 407);
    t.row("squid", "forbidden port", "http://user:hunter2@" + at(2), "https://localhost:1", {errc::proxy_failed, 403});
    t.proxy("squid over TLS", "https", at(3), 503, 407);
    t.row("squid over TLS", "unknown authority", "https://user:hunter2@" + at(3), t.here(),
          {errc::certificate_rejected}, false);
    t.row("squid over TLS", "as http://", "http://user:hunter2@" + at(3), t.here(), {errc::proxy_failed});
    t.proxy("microsocks, names", "socks5h", at(4), 0, 0);
    t.proxy("microsocks", "socks5", at(4), 0, 0);
    t.row("microsocks", "::1, then 127.0.0.1", "socks5://user:hunter2@" + at(4), t.here(), {});
    t.row("open microsocks", "no password", "socks5h://" + at(5), t.here(), {});
    t.row("open microsocks", "password not asked for", "socks5h://user:hunter2@" + at(5), t.here(), {});
    t.row("open microsocks", "as http://", "http://" + at(5), t.here(), {errc::proxy_failed});
    setenv("HTTPS_PROXY", ("http://user:hunter2@localhost:" + std::string(argv[6])).c_str(), 1);
    t.row("environment", "never for this machine", "", t.here(), {});
    return t.all_are_right() ? 0 : 1;
} catch (const std::exception& e) {
    std::cerr << e.what() << '\n';
    return 1;
}
