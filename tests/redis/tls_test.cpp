#include "redis/redis_bench.hpp"
#include "support/scratch_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdlib>
#include <string>

namespace redis_tls_tests {

using namespace std::chrono_literals;
using tests::redis_process;

/// Makes a key and a certificate for localhost with the command line of OpenSSL.
struct identity {
    identity()
    {
        const auto command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj "
                             "/CN=redis -addext subjectAltName=DNS:localhost -keyout " +
                             key + " -out " + certificate + " 2>/dev/null";
        BOOST_TEST_REQUIRE(std::system(command.c_str()) == 0);
    }

    const tests::scratch_folder folder;
    const std::string key = (folder / "key.pem").string(), certificate = (folder / "certificate.pem").string();
};

} // namespace redis_tls_tests

BOOST_AUTO_TEST_SUITE(a_ledger_behind_tls)

using namespace redis_tls_tests;

BOOST_AUTO_TEST_CASE(is_reached_if_its_certificate_is_trusted_and_has_its_name)
{
    const identity its;
    const tests::redis_server server({"--tls-auth-clients", "no", "--tls-cert-file", its.certificate, "--tls-key-file",
                                      its.key, "--tls-ca-cert-file", its.certificate},
                                     true);
    auto where = tests::ledger_at(server.port());
    where.use_tls = true;
    where.host = "localhost";
    where.tls.ca_file = its.certificate;
    redis_process process(where, {.limit = 2});
    redis_process::call granted(process);
    BOOST_TEST(granted.take(), granted.failure());
    BOOST_TEST(redis_process::call(process).use());

    where.host = "127.0.0.1"; // a name that the certificate does not have
    redis_process elsewhere(where, {.limit = 2});
    redis_process::call refused(elsewhere);
    BOOST_TEST(!refused.take());
    BOOST_TEST(refused.failure().find("certificate verify failed") != std::string::npos, refused.failure());

    where.host = "localhost";
    where.tls.ca_file.clear();
    redis_process untrusting(where, {.limit = 2});
    redis_process::call untrusted(untrusting);
    BOOST_TEST(!untrusted.take());

    where.tls.insecure_skip_verify = true;
    redis_process careless(where, {.limit = 2});
    BOOST_TEST(careless.finish());
    redis_process::call any(careless);
    BOOST_TEST(!any.take(200ms)); // both slots are taken
    BOOST_TEST(any.failure() == "");
}

BOOST_AUTO_TEST_SUITE_END()
