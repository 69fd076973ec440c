#include "support/mock_agent.hpp"
#include "support/raw_client.hpp"

#include <cojob/job/wait.hpp>
#include <cojob/mintlify/static_export.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

namespace mock_static_export_tests {

using cojob::errc;
using cojob::mintlify::export_job_status;
using cojob::mintlify::static_export;

const char* const bad_bodies[] = {"",
                                  "[]",
                                  "{}",
                                  R"({"domain":""})",
                                  R"({"domain":7})",
                                  R"({"domain":"docs.example.com","version":1})",
                                  R"({"domain":"docs.example.com","paths":"index"})",
                                  R"({"domain":"docs.example.com","paths":[1]})"};

} // namespace mock_static_export_tests

BOOST_AUTO_TEST_SUITE(a_mock_server_of_static_exports)

using namespace mock_static_export_tests;

BOOST_AUTO_TEST_CASE(exports_a_site_and_packs_it_when_it_has_completed)
{
    tests::mock_agent b;
    const static_export service(b.client(), b.server.static_export_options());
    const auto made = b.run(service.create_job("docs.example.com")).get().value();
    BOOST_CHECK(made.status == export_job_status::queued);
    BOOST_TEST(b.run(service.create_bundle(made.id)).code() == errc::conflict);
    const auto wait = b.start(cojob::wait_for_job(service, made));
    while (!wait.is_done())
        b.clock->advance(std::chrono::seconds(5));
    BOOST_CHECK(wait.get().value().status == export_job_status::completed);
    BOOST_TEST(wait.get().value().progress.value() == 100.0);
    BOOST_TEST(wait.get().value().unknown_members.empty());
    BOOST_TEST(b.run(service.create_bundle(made.id)).get().value().size_bytes.value() == 18432000);
    const auto failing = b.server.add_export({{"failed"}});
    BOOST_TEST(b.run(service.get_job(failing)).get().value().error == "A page could not be rendered");
    b.server.set_life(failing, {{"running"}});
    BOOST_CHECK(b.run(service.get_job(failing)).get().value().status == export_job_status::running);
}

BOOST_AUTO_TEST_CASE(refuses_what_the_vendor_refuses)
{
    const cojob::testing::mock_server server(tests::plain_http());
    cojob::tests::raw_client client(server);
    for (const auto* body : bad_bodies)
        BOOST_TEST_CONTEXT(body)
    BOOST_TEST(client.call("POST", "/v1/static-export/jobs", body).result_int() == 400U);
    BOOST_TEST(client.call("GET", "/v1/static-export/jobs/export_1").result_int() == 404U);
    BOOST_TEST(client.call("POST", "/v1/static-export/jobs/export_1/bundle").result_int() == 404U);
    const auto whole = R"({"domain":"docs.example.com","version":"1","paths":["index"]})";
    BOOST_TEST(client.call("POST", "/v1/static-export/jobs", whole).result_int() == 202U);
}

BOOST_AUTO_TEST_SUITE_END()
