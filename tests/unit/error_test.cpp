#include <cojob/error.hpp>
#include <cojob/result.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <new>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace error_tests {

using cojob::api_error;
using cojob::condition;
using cojob::errc;
using cojob::error_info;
namespace asio = boost::asio;

constexpr int last_errc = static_cast<int>(errc::no_progress);

constexpr condition all_conditions[] = {condition::retryable, condition::client_error, condition::server_error,
                                        condition::timeout,   condition::throttled,    condition::transport};

struct errc_row {
    errc code;
    std::vector<condition> conditions;
};

/// Semantics, section 4.
const std::vector<errc_row>& table()
{
    using enum condition;
    static const std::vector<errc_row> rows = {
        {errc::invalid_argument, {client_error}},
        {errc::quota_exhausted, {retryable, throttled}},
        {errc::rate_limited, {retryable, throttled}},
        {errc::unauthorized, {client_error}},
        {errc::forbidden, {client_error}},
        {errc::not_found, {client_error}},
        {errc::conflict, {client_error}},
        {errc::rejected, {client_error}},
        {errc::server_error, {retryable, condition::server_error}},
        {errc::unexpected_status, {}},
        {errc::outcome_unknown, {}},
        {errc::connect_failed, {retryable, transport}},
        {errc::connect_timeout, {retryable, timeout, transport}},
        {errc::tls_failed, {retryable, transport}},
        {errc::certificate_rejected, {transport}},
        {errc::proxy_failed, {retryable, transport}},
        {errc::request_timeout, {retryable, timeout, transport}},
        {errc::deadline_exceeded, {timeout}},
        {errc::wait_timeout, {timeout}},
        {errc::connection_lost, {retryable, transport}},
        {errc::response_too_large, {}},
        {errc::malformed_response, {transport}},
        {errc::invalid_response, {}},
        {errc::no_progress, {}},
    };
    return rows;
}

error_info full_info()
{
    error_info info(errc::rejected, "prompt: too long");
    info.http_status = 413;
    info.method = "POST";
    info.path = "/v2/agent/acme/job?token=path-secret";
    info.server_message = "server-secret";
    info.request_id = "request-secret";
    info.job_id = "job-secret";
    info.job_status = "status-secret";
    info.attempts.resize(1);
    info.attempts[0].why = "why-secret";
    return info;
}

asio::awaitable<int> give(int value)
{
    co_return value;
}

asio::awaitable<void> give_nothing()
{
    co_return;
}

template <class T, class Failure>
asio::awaitable<T> fail(Failure failure)
{
    throw failure;
    co_return T();
}

template <class T>
cojob::result<T> run(asio::awaitable<T> operation)
{
    asio::io_context context;
    auto outcome = asio::co_spawn(context, cojob::as_result(std::move(operation)), asio::use_future);
    context.run();
    return outcome.get();
}

} // namespace error_tests

BOOST_AUTO_TEST_SUITE(errors)

using namespace error_tests;

BOOST_AUTO_TEST_CASE(every_code_meets_its_conditions_and_no_other)
{
    BOOST_TEST(table().size() == static_cast<std::size_t>(last_errc));
    std::set<errc> seen;
    for (const auto& row : table()) {
        seen.insert(row.code);
        const cojob::error_code code = row.code;
        for (const auto c : all_conditions) {
            const bool is_expected = std::count(row.conditions.begin(), row.conditions.end(), c) != 0;
            BOOST_TEST_CONTEXT(code.message() << " / " << make_error_condition(c).message())
            {
                BOOST_TEST((code == c) == is_expected);
                BOOST_TEST((c == code) == is_expected);
            }
        }
    }
    BOOST_TEST(seen.size() == table().size());
}

BOOST_AUTO_TEST_CASE(codes_of_others_meet_no_condition)
{
    const cojob::error_code others[] = {{},
                                        asio::error::operation_aborted,
                                        asio::error::timed_out,
                                        {static_cast<int>(errc::server_error), boost::system::system_category()}};
    for (const auto& code : others)
        for (const auto c : all_conditions)
            BOOST_TEST((code != c));
    const cojob::error_code no_errc(last_errc + 1, cojob::error_category());
    for (const auto c : all_conditions)
        BOOST_TEST((no_errc != c));
}

BOOST_AUTO_TEST_CASE(every_code_has_words_of_its_own)
{
    std::set<std::string> messages;
    for (const auto& row : table())
        messages.insert(make_error_code(row.code).message());
    BOOST_TEST(messages.size() == table().size());
    BOOST_TEST(messages.count("unknown error") == 0U);
    for (const int value : {0, -1, last_errc + 1})
        BOOST_TEST(cojob::error_category().message(value) == "unknown error");

    std::set<std::string> conditions;
    for (const auto c : all_conditions)
        conditions.insert(make_error_condition(c).message());
    BOOST_TEST(conditions.size() == std::size(all_conditions));
    BOOST_TEST(cojob::condition_category().message(99) == "unknown condition");
    BOOST_TEST(cojob::error_category().name() == std::string("cojob"));
}

BOOST_AUTO_TEST_CASE(every_phase_has_a_name)
{
    std::set<std::string_view> names;
    for (int p = 0; p <= static_cast<int>(cojob::phase::done); ++p)
        names.insert(to_string(static_cast<cojob::phase>(p)));
    BOOST_TEST(names.size() == static_cast<std::size_t>(cojob::phase::done) + 1);
    BOOST_TEST(names.count("unknown") == 0U);
}

BOOST_AUTO_TEST_CASE(copies_share_what_is_known_and_cannot_throw)
{
    static_assert(std::is_nothrow_copy_constructible_v<api_error>);
    static_assert(std::is_nothrow_copy_assignable_v<api_error>);
    const api_error first(full_info());
    const auto copy = first;
    BOOST_TEST(&copy.info() == &first.info());
    BOOST_TEST(copy.what() == first.what());
    BOOST_TEST((copy.code() == errc::rejected));
    BOOST_TEST(copy.info().server_message == "server-secret");
}

BOOST_AUTO_TEST_CASE(an_api_error_is_caught_as_a_system_error)
{
    try {
        cojob::detail::throw_invalid_argument("id: must not be empty");
    } catch (const boost::system::system_error& failure) {
        BOOST_TEST((failure.code() == errc::invalid_argument));
        BOOST_TEST((failure.code() == condition::client_error));
        BOOST_TEST(failure.what() == std::string("invalid argument: id: must not be empty"));
    }
}

BOOST_AUTO_TEST_CASE(no_error_is_the_default)
{
    BOOST_TEST(!error_info().code());
    BOOST_TEST(!error_info().retry_at);
    BOOST_TEST(!cojob::attempt().ended);
}

BOOST_AUTO_TEST_CASE(as_result_keeps_a_value)
{
    BOOST_TEST(run(give(7)).value() == 7);
    BOOST_TEST(run(give_nothing()).has_value());
}

BOOST_AUTO_TEST_CASE(as_result_keeps_all_that_is_known_of_a_failure)
{
    const auto outcome = run(fail<int>(api_error(full_info())));
    BOOST_TEST(outcome.has_error());
    BOOST_TEST((outcome.error().code() == errc::rejected));
    BOOST_TEST(outcome.error().http_status == 413);
    BOOST_TEST(outcome.error().server_message == "server-secret");
    BOOST_CHECK_EXCEPTION((void)outcome.value(), api_error,
                          [](const api_error& failure) { return failure.info().job_id == "job-secret"; });

    const auto nothing = run(fail<void>(api_error(errc::not_found)));
    BOOST_TEST((nothing.error().code() == errc::not_found));
    BOOST_CHECK_THROW(nothing.value(), api_error);
}

BOOST_AUTO_TEST_CASE(a_cancellation_stays_one)
{
    const auto outcome = run(fail<int>(boost::system::system_error(asio::error::operation_aborted)));
    BOOST_TEST((outcome.error().code() == asio::error::operation_aborted));
    const auto is_plain = [](const boost::system::system_error& failure) {
        return failure.code() == asio::error::operation_aborted && !dynamic_cast<const api_error*>(&failure);
    };
    BOOST_CHECK_EXCEPTION((void)outcome.value(), boost::system::system_error, is_plain);
}

BOOST_AUTO_TEST_CASE(what_is_no_system_error_passes_through)
{
    BOOST_CHECK_THROW((void)run(fail<int>(std::bad_alloc())), std::bad_alloc);
    BOOST_CHECK_THROW((void)run(fail<int>(std::logic_error("bug"))), std::logic_error);
}

BOOST_AUTO_TEST_SUITE_END()
