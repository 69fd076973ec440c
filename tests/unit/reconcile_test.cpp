#include <cojob/impl/internal/osapi/reconcile.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace reconcile_tests {

using namespace std::chrono_literals;
using cojob::errc;
using cojob::timestamp;
using namespace cojob::osapi::detail;

const timestamp noon = std::chrono::sys_days(std::chrono::year(2026) / 1 / 2) + 12h;

cojob::error_info failure(cojob::error_code code, cojob::error_code last)
{
    cojob::error_info info(code);
    info.attempts.resize(2);
    info.attempts.front().ended = boost::asio::error::operation_aborted; // what went before does not matter
    info.attempts.back().ended = last;
    return info;
}

using events = std::vector<std::pair<timestamp, std::string>>;

cojob::osapi::job job_with(const events& retried)
{
    cojob::osapi::job j;
    for (const auto& [time, message] : retried)
        j.timeline.push_back({time, "retried", "_api", message, ""});
    return j;
}

/// For an attempt that began at noon or within a second of it; "given" is an id the client has from another answer.
std::string found(const events& retried, const std::optional<events>& before = events())
{
    const auto earlier = job_with(before.value_or(events()));
    known_retries known;
    known.began = {noon, noon + 1s};
    known.before = before ? &earlier : nullptr;
    known.is_known = [](const std::string& id) { return id == "given"; };
    const auto receipt = find_retry(job_with(retried), known);
    return receipt ? receipt->job_id : "";
}

} // namespace reconcile_tests

BOOST_AUTO_TEST_SUITE(a_look_for_a_retry)

using namespace reconcile_tests;

BOOST_AUTO_TEST_CASE(is_worth_it_when_only_the_answer_is_missing)
{
    BOOST_TEST(is_worth_a_look(failure(errc::outcome_unknown, errc::connection_lost)));
    BOOST_TEST(is_worth_a_look(failure(errc::outcome_unknown, errc::request_timeout)));
    BOOST_TEST(is_worth_a_look(failure(errc::outcome_unknown, errc::server_error)));
    BOOST_TEST(!is_worth_a_look(failure(errc::outcome_unknown, boost::asio::error::operation_aborted)));
    BOOST_TEST(!is_worth_a_look(failure(errc::outcome_unknown, errc::deadline_exceeded)));
    BOOST_TEST(!is_worth_a_look(failure(errc::connection_lost, errc::connection_lost)));
    BOOST_TEST(!is_worth_a_look(failure(errc::not_found, errc::not_found)));
    BOOST_TEST(!is_worth_a_look(cojob::error_info(errc::outcome_unknown)));
}

BOOST_AUTO_TEST_CASE(takes_the_only_one_since_the_attempt_began)
{
    const std::string a = "Job retried as a", b = "Job retried as b", given = "Job retried as given";
    const events none;
    const auto unread = std::nullopt;
    BOOST_TEST(found({}) == "");
    BOOST_TEST(found({{noon - 1s, a}}) == "a"); // an event of this second may have been at its end
    BOOST_TEST(found({{noon - 1s - 1ns, a}}) == "");
    BOOST_TEST(found({{noon - 2s, a}, {noon + 1s, b}}) == "b");
    BOOST_TEST(found({{noon, a}, {noon + 1s, b}}) == "");
    BOOST_TEST(found({{noon, "Job retried as a\n"}}) == "");
    // what was there before
    BOOST_TEST(found({{noon, a}}, events{{noon, a}}) == "");
    BOOST_TEST(found({{noon, a}, {noon, b}}, events{{noon, a}}) == "b");
    BOOST_TEST(found({{noon, "Job retried"}, {noon, b}}, events{{noon, "Job retried"}}) == "b");
    // where nobody looked before, the attempt's own second proves nothing, nor do later ones beside it
    BOOST_TEST(found({{noon, a}}, unread) == "");
    BOOST_TEST(found({{noon + 1s - 1ns, a}}, unread) == "");
    BOOST_TEST(found({{noon + 1s, a}}, unread) == "a");
    BOOST_TEST(found({{noon, a}, {noon + 2s, b}}, unread) == "");
    // what the client has from another answer
    BOOST_TEST(found({{noon, given}}) == "");
    BOOST_TEST(found({{noon, given}, {noon + 1s, b}}) == "b");
    BOOST_TEST(found({{noon, given}, {noon + 1s, b}}, unread) == "b");
}

BOOST_AUTO_TEST_CASE(takes_times_by_the_servers_clock)
{
    const std::chrono::sys_seconds date(std::chrono::floor<std::chrono::seconds>(noon));
    const auto is = [](const std::optional<server_span>& span, timestamp earliest, timestamp latest) {
        return span && span->earliest == earliest && span->latest == latest;
    };
    BOOST_CHECK(is(at_server(noon, date, noon, noon), noon, noon + 1s));
    BOOST_CHECK(is(at_server(noon, date + 5h, noon + 1s, noon + 2s), noon + 5h - 2s, noon + 5h));
    BOOST_CHECK(is(at_server(noon, date - 5h, noon, noon + 200ms), noon - 5h - 200ms, noon - 5h + 1s));
    BOOST_CHECK(!at_server(noon, std::chrono::sys_days(std::chrono::year(9999) / 12 / 31), noon, noon));
    BOOST_CHECK(!at_server(noon, std::chrono::sys_days(std::chrono::year(1) / 1 / 1), noon, noon));
}

BOOST_AUTO_TEST_SUITE_END()
