// The names of enumerators, and how they are printed.
#include <cojob/client.hpp>
#include <cojob/job/wait_options.hpp>
#include <cojob/log.hpp>
#include <cojob/mintlify/agent_job.hpp>
#include <cojob/mintlify/agent_session.hpp>
#include <cojob/mintlify/agent_stream.hpp>
#include <cojob/mintlify/deployment.hpp>
#include <cojob/mintlify/export_job.hpp>
#include <cojob/operation.hpp>
#include <cojob/osapi/job.hpp>
#include <cojob/policy/quota_options.hpp>
#include <cojob/testing/mock_server.hpp>

#include <boost/test/unit_test.hpp>

#include <sstream>
#include <string>
#include <string_view>

namespace enumerator_tests {

/// Whether the enumerator is called what was written, and printed so.
template <class Enumeration>
void expect(Enumeration value, std::string_view written)
{
    const auto name = written.substr(written.rfind(':') + 1);
    std::ostringstream out;
    out << value;
    BOOST_TEST(to_string(value) == name);
    BOOST_TEST(out.str() == name);
}

#define EXPECT_NAME(enumerator) expect(enumerator, #enumerator)

} // namespace enumerator_tests

BOOST_AUTO_TEST_SUITE(an_enumerator)

using namespace enumerator_tests;

BOOST_AUTO_TEST_CASE(is_called_what_it_is_called)
{
    using cojob::stop_reason;
    EXPECT_NAME(stop_reason::none);
    EXPECT_NAME(stop_reason::cancelled);
    EXPECT_NAME(stop_reason::closed);
    EXPECT_NAME(stop_reason::deadline);
    EXPECT_NAME(stop_reason::limit);
    EXPECT_NAME(stop_reason::forked);
    using cojob::threading;
    EXPECT_NAME(threading::safe);
    EXPECT_NAME(threading::single);
    using cojob::unknown_status;
    EXPECT_NAME(unknown_status::keep_waiting);
    EXPECT_NAME(unknown_status::stop);
    using cojob::effect;
    EXPECT_NAME(effect::none);
    EXPECT_NAME(effect::idempotent);
    EXPECT_NAME(effect::once);
    using cojob::when_exhausted;
    EXPECT_NAME(when_exhausted::wait);
    EXPECT_NAME(when_exhausted::fail);
    using cojob::quota_scope;
    EXPECT_NAME(quota_scope::project);
    EXPECT_NAME(quota_scope::organization);
    using cojob::errc;
    EXPECT_NAME(errc::invalid_argument);
    EXPECT_NAME(errc::quota_exhausted);
    EXPECT_NAME(errc::rate_limited);
    EXPECT_NAME(errc::unauthorized);
    EXPECT_NAME(errc::forbidden);
    EXPECT_NAME(errc::not_found);
    EXPECT_NAME(errc::conflict);
    EXPECT_NAME(errc::rejected);
    EXPECT_NAME(errc::server_error);
    EXPECT_NAME(errc::unexpected_status);
    EXPECT_NAME(cojob::tls_version::tls_1_2);
    EXPECT_NAME(cojob::tls_version::tls_1_3);
    EXPECT_NAME(errc::outcome_unknown);
    EXPECT_NAME(errc::connect_failed);
    EXPECT_NAME(errc::connect_timeout);
    EXPECT_NAME(errc::tls_failed);
    EXPECT_NAME(errc::certificate_rejected);
    EXPECT_NAME(errc::proxy_failed);
    EXPECT_NAME(errc::request_timeout);
    EXPECT_NAME(errc::deadline_exceeded);
    EXPECT_NAME(errc::wait_timeout);
    EXPECT_NAME(errc::connection_lost);
    EXPECT_NAME(errc::response_too_large);
    EXPECT_NAME(errc::malformed_response);
    EXPECT_NAME(errc::invalid_response);
    EXPECT_NAME(errc::no_progress);
    using cojob::condition;
    EXPECT_NAME(condition::retryable);
    EXPECT_NAME(condition::client_error);
    EXPECT_NAME(condition::server_error);
    EXPECT_NAME(condition::timeout);
    EXPECT_NAME(condition::throttled);
    EXPECT_NAME(condition::transport);
    using cojob::testing::tls_versions;
    EXPECT_NAME(tls_versions::modern);
    EXPECT_NAME(tls_versions::only_1_1);
    EXPECT_NAME(tls_versions::only_1_2);
    using cojob::testing::fault;
    EXPECT_NAME(fault::close_at_accept);
    EXPECT_NAME(fault::stall_handshake);
    EXPECT_NAME(fault::garbage_handshake);
    EXPECT_NAME(fault::drop_after_request);
    EXPECT_NAME(fault::reset_after_request);
    EXPECT_NAME(fault::stall);
    EXPECT_NAME(fault::truncate_head);
    EXPECT_NAME(fault::truncate_body);
    EXPECT_NAME(fault::stall_in_body);
    EXPECT_NAME(fault::garbage);
    EXPECT_NAME(fault::garbage_first);
    EXPECT_NAME(fault::slow_drip);
    EXPECT_NAME(fault::endless_headers);
    EXPECT_NAME(fault::many_headers);
    EXPECT_NAME(fault::endless_informational);
    EXPECT_NAME(fault::huge_content_length);
    EXPECT_NAME(fault::endless_chunks);
    EXPECT_NAME(fault::long_chunk_extension);
    EXPECT_NAME(fault::two_answers);
    EXPECT_NAME(fault::close_after_answer);
    EXPECT_NAME(fault::announce_close);
    EXPECT_NAME(fault::chunked);
    EXPECT_NAME(fault::until_close);
    EXPECT_NAME(fault::empty_body);
    EXPECT_NAME(fault::html);
    EXPECT_NAME(fault::deep_json);
    EXPECT_NAME(fault::invalid_utf8);
    EXPECT_NAME(fault::status_999);
    using cojob::mintlify::message_role;
    EXPECT_NAME(message_role::system);
    EXPECT_NAME(message_role::user);
    EXPECT_NAME(message_role::assistant);
    using cojob::mintlify::agent_job_status;
    EXPECT_NAME(agent_job_status::active);
    EXPECT_NAME(agent_job_status::completed);
    EXPECT_NAME(agent_job_status::failed);
    EXPECT_NAME(agent_job_status::archived);
    EXPECT_NAME(agent_job_status::unknown);
    using cojob::mintlify::deployment_status;
    EXPECT_NAME(deployment_status::queued);
    EXPECT_NAME(deployment_status::in_progress);
    EXPECT_NAME(deployment_status::success);
    EXPECT_NAME(deployment_status::failure);
    EXPECT_NAME(deployment_status::unknown);
    using cojob::mintlify::export_job_status;
    EXPECT_NAME(export_job_status::queued);
    EXPECT_NAME(export_job_status::running);
    EXPECT_NAME(export_job_status::completed);
    EXPECT_NAME(export_job_status::failed);
    EXPECT_NAME(export_job_status::unknown);
    using cojob::mintlify::halt_reason;
    EXPECT_NAME(halt_reason::completed);
    EXPECT_NAME(halt_reason::github_misconfigured);
    EXPECT_NAME(halt_reason::error);
    EXPECT_NAME(halt_reason::processing);
    EXPECT_NAME(halt_reason::interrupted);
    EXPECT_NAME(halt_reason::unknown);
    using cojob::connection_change;
    EXPECT_NAME(connection_change::opened);
    EXPECT_NAME(connection_change::reused);
    EXPECT_NAME(connection_change::closed);
    using cojob::log_level;
    EXPECT_NAME(log_level::error);
    EXPECT_NAME(log_level::warning);
    EXPECT_NAME(log_level::info);
    EXPECT_NAME(log_level::debug);
    using cojob::osapi::job_status;
    EXPECT_NAME(job_status::submitted);
    EXPECT_NAME(job_status::processing);
    EXPECT_NAME(job_status::completed);
    EXPECT_NAME(job_status::failed);
    EXPECT_NAME(job_status::partial_failure);
    EXPECT_NAME(job_status::skipped);
    EXPECT_NAME(job_status::unknown);
}

BOOST_AUTO_TEST_CASE(without_a_name_says_so)
{
    BOOST_TEST(to_string(static_cast<cojob::threading>(2)) == "(no enumerator)");
    for (const auto value : {-1, 0, 1000})
        BOOST_TEST(to_string(static_cast<cojob::errc>(value)) == "(no enumerator)");
}

BOOST_AUTO_TEST_CASE(is_found_by_its_name)
{
    using cojob::mintlify::deployment_status;
    const auto named = [](std::string_view name) {
        return cojob::detail::enumerator_named(name, deployment_status::unknown);
    };
    BOOST_TEST(named("queued") == deployment_status::queued);
    BOOST_TEST(named("failure") == deployment_status::failure);
    for (const auto* other : {"", "Queued", "queued ", "unknown", "(no enumerator)"})
        BOOST_TEST(named(other) == deployment_status::unknown);
}

BOOST_AUTO_TEST_CASE(of_a_phase_is_printed_in_words)
{
    std::ostringstream out;
    out << cojob::phase::awaiting_response;
    BOOST_TEST(out.str() == to_string(cojob::phase::awaiting_response));
}

BOOST_AUTO_TEST_SUITE_END()
