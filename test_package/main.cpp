// The smallest program that links everything a package of cojob brings with it: Boost.JSON and OpenSSL too.
#include <cojob/job/handle.hpp>
#include <cojob/version.hpp>

#include <boost/json/parse.hpp>
#include <openssl/ssl.h>

#include <iostream>

int main()
{
    const cojob::job_handle handle("mintlify.agent.v2", "docs", "job_1");
    const auto is_parsed = cojob::parse_job_handle(to_string(handle)).id == "job_1";
    const auto json = boost::json::parse(R"({"id":"job_1"})");
    SSL_CTX* const tls = SSL_CTX_new(TLS_client_method());
    std::cout << "cojob " << cojob::version() << ", " << OpenSSL_version(OPENSSL_VERSION) << '\n';
    SSL_CTX_free(tls);
    return is_parsed && json.is_object() && tls != nullptr ? 0 : 1;
}
