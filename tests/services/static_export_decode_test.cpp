#include "support/export_bench.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace static_export_decode_tests {

namespace json = boost::json;
using cojob::mintlify::export_job;
using cojob::mintlify::export_job_status;
using tests::export_answer;
using tests::export_bench;
using tests::export_sample;

cojob::result<export_job> outcome(const json::object& body)
{
    export_bench b(export_answer(body));
    return b.start(b.service.get_job("se_1")).get();
}

} // namespace static_export_decode_tests

BOOST_AUTO_TEST_SUITE(a_static_export)

using namespace static_export_decode_tests;

BOOST_AUTO_TEST_CASE(is_read_whole)
{
    const auto job = outcome(export_sample()).value();
    BOOST_TEST(job.unknown_members.empty());
    BOOST_TEST(job.progress.value() == 42.5);
    BOOST_TEST(job.page_count.value() == 128);
    BOOST_TEST(cojob::to_string(job.created_at.value()) == "2026-01-02T03:04:05Z");
    BOOST_TEST(cojob::to_string(job.updated_at.value()) == "2026-01-02T03:05:00Z");
    BOOST_TEST(job.error == "A page is broken");
}

BOOST_AUTO_TEST_CASE(has_the_states_of_the_vendors_document_and_keeps_any_other_as_text)
{
    using enum export_job_status;
    struct row {
        const char* text;
        export_job_status status;
        bool is_finished;
    };
    for (const auto& [text, status, finished] :
         {row{"queued", queued, false}, row{"running", running, false}, row{"completed", completed, true},
          row{"failed", failed, true}, row{"Failed", unknown, false}, row{"cancelled", unknown, false}}) {
        const auto job = outcome(export_sample(text)).value();
        BOOST_CHECK(job.status == status);
        BOOST_TEST(job.status_text == text);
        BOOST_TEST(is_finished(job) == finished);
        BOOST_TEST(is_unknown(job) == (status == unknown));
    }
}

BOOST_AUTO_TEST_CASE(needs_only_its_id_and_its_status)
{
    for (const auto& member : export_sample()) {
        const std::string name(member.key());
        const bool is_needed = name == "jobId" || name == "status";
        BOOST_TEST_CONTEXT(name)
        {
            auto body = export_sample();
            body.erase(name);
            const auto lacking = outcome(body);
            BOOST_TEST(lacking.has_value() == !is_needed);
            body[name] = true; // of no member the right type
            const auto odd = outcome(body);
            BOOST_TEST(odd.has_value() == !is_needed);
            if (is_needed)
                continue;
            BOOST_CHECK(*odd == *lacking);
            BOOST_CHECK(!(*odd == outcome(export_sample()).value()));
            BOOST_TEST(odd->unknown_members.size() == 1U);
        }
    }
    auto other = export_sample();
    other["jobId"] = "se_2";
    BOOST_TEST(outcome(other).error().message == "jobId: not the requested job");
}

BOOST_AUTO_TEST_SUITE_END()
