// httplib_loop PORT CA_FILE COUNT: the same with cpp-httplib, which blocks, on one kept-alive connection. Prints the
// last job's status.

#define CPPHTTPLIB_OPENSSL_SUPPORT
#include <httplib.h>

#include <boost/json.hpp>

#include <cstdlib>
#include <iostream>
#include <string>

int main(int argc, char** argv)
{
    if (argc < 4)
        return 2;
    httplib::SSLClient client("localhost", std::atoi(argv[1]));
    client.set_ca_cert_path(argv[2]);
    client.enable_server_certificate_verification(true);
    client.set_keep_alive(true);
    client.set_tcp_nodelay(true);
    client.set_default_headers({{"Accept", "application/json"}, {"Authorization", "Bearer mint_test_key"}});
    std::string status;
    for (int i = 0; i < std::atoi(argv[3]); ++i) {
        const auto response = client.Get("/v2/agent/p/job/job_1");
        if (!response || response->status != 200) {
            std::cerr << "error " << to_string(response.error()) << '\n';
            return 1;
        }
        status = boost::json::parse(response->body).at("status").as_string();
    }
    std::cout << status << '\n';
}
