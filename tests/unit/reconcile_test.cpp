#include <cojob/impl/internal/osapi/reconcile.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
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

std::string found(const std::vector<std::pair<timestamp, std::string>>& retried, timestamp since)
{
    cojob::osapi::job original;
    for (const auto& [time, message] : retried)
        original.timeline.push_back({time, "retried", "_api", message, ""});
    const auto receipt = find_retry(original, since);
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

BOOST_AUTO_TEST_CASE(takes_the_only_one_at_or_after_a_time)
{
    BOOST_TEST(found({{noon, "Job retried as a"}}, noon) == "a");
    BOOST_TEST(found({{noon - 1ns, "Job retried as a"}}, noon) == "");
    BOOST_TEST(found({{noon - 1ns, "Job retried as a"}, {noon + 1s, "Job retried as b"}}, noon) == "b");
    BOOST_TEST(found({{noon, "Job retried as a"}, {noon + 1s, "Job retried as b"}}, noon) == "");
    BOOST_TEST(found({{noon, "Job retried as a\n"}}, noon) == "");
}

BOOST_AUTO_TEST_CASE(takes_times_by_the_servers_clock)
{
    const std::chrono::sys_seconds date(std::chrono::floor<std::chrono::seconds>(noon));
    BOOST_CHECK(at_server(noon, date, noon).value() == noon - 1s);
    BOOST_CHECK(at_server(noon, date + 5h, noon + 2s).value() == noon + 5h - 3s);
    BOOST_CHECK(at_server(noon, date - 5h, noon + 200ms).value() == noon - 5h - 1200ms);
    BOOST_CHECK(!at_server(noon, std::chrono::sys_days(std::chrono::year(9999) / 12 / 31), noon));
    BOOST_CHECK(!at_server(noon, std::chrono::sys_days(std::chrono::year(1) / 1 / 1), noon));
}

BOOST_AUTO_TEST_SUITE_END()
