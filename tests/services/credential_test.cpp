#include <cojob/mintlify/agent.hpp>

#include "support/recording_observer.hpp"
#include "support/scripted_agent.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace credential_tests {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using cojob::credential;
using cojob::errc;
using cojob::phase;
using cojob::secret;
using cojob::mintlify::agent;
using cojob::testing::scripted_reply;

const std::string key = "mint_dsc_4f2a9b17";

asio::awaitable<secret> give(std::shared_ptr<int> asked)
{
    ++*asked;
    co_return secret(key + std::to_string(*asked));
}

asio::awaitable<secret> give_text(std::string text)
{
    co_return secret(std::move(text));
}

asio::awaitable<secret> fail()
{
    throw std::runtime_error("the vault is sealed");
    co_return secret();
}

asio::awaitable<secret> hang()
{
    asio::steady_timer never(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
    co_await never.async_wait(asio::use_awaitable);
    co_return secret(key);
}

asio::awaitable<secret> give_and_switch_cancellation_off()
{
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_return secret(key);
}

/// An agent with a credential, a script and an observer.
class bench {
  public:
    explicit bench(credential c, scripted_reply reply = tests::job_reply("active"))
        : scripted_([reply](const cojob::http::request&) { return reply; }, observed_by(observer)),
          service(scripted_.agent.get_client(), options(std::move(c)))
    {
    }

    std::shared_ptr<tests::recording_observer> observer = std::make_shared<tests::recording_observer>();

  private:
    tests::scripted_agent scripted_;

  public:
    agent service;

    cojob::testing::manual_clock& clock() { return *scripted_.clock; }
    const std::vector<cojob::http::request>& sent() { return scripted_.transport->requests(); }

    auto start(auto operation) { return scripted_.start(std::move(operation)); }
    auto get_job() { return start(service.get_job("job_1")); }
    auto create_job() { return start(service.create_job("Document it")); }

  private:
    static cojob::client_options observed_by(cojob::observer_ptr o)
    {
        auto options = tests::one_attempt();
        options.observer = std::move(o);
        return options;
    }

    static cojob::mintlify::agent_options options(credential c)
    {
        cojob::mintlify::agent_options o;
        o.project_id = "docs";
        o.api_key = std::move(c);
        return o;
    }
};

/// Everything of an error that can be printed.
std::string print(const cojob::error_info& e)
{
    std::ostringstream out;
    out << cojob::api_error(e).what() << '\n'
        << explain(e) << '\n'
        << e.code() << e.code().message() << e.method << e.path << e.message << e.server_message << e.server_detail
        << e.request_id << e.location << e.retry_after << e.job_id << e.job_status;
    for (const auto& a : e.attempts)
        out << a.why << a.ended << a.ended.message() << to_string(a.reached);
    return out.str();
}

scripted_reply with_reason(errc error, phase reached)
{
    scripted_reply reply(error, reached);
    reply.result.why = "why the transport thinks so";
    return reply;
}

} // namespace credential_tests

BOOST_AUTO_TEST_SUITE(a_credential)

using namespace credential_tests;

BOOST_AUTO_TEST_CASE(from_a_provider_is_asked_for_before_each_attempt)
{
    const auto asked = std::make_shared<int>(0);
    bench b([asked] { return give(asked); });
    BOOST_TEST(*asked == 0);
    b.get_job();
    b.create_job();
    BOOST_TEST(*asked == 2);
    BOOST_REQUIRE_EQUAL(b.sent().size(), 2U);
    BOOST_TEST(b.sent()[0].authorization.reveal() == "Bearer " + key + "1");
    BOOST_TEST(b.sent()[1].authorization.reveal() == "Bearer " + key + "2");
}

BOOST_AUTO_TEST_CASE(that_cannot_be_had_ends_the_call_with_what_the_provider_throws)
{
    bench b(fail);
    const auto ended = b.create_job();
    BOOST_CHECK_EXCEPTION((void)ended.get(), std::runtime_error,
                          [](const std::runtime_error& e) { return e.what() == std::string("the vault is sealed"); });
    BOOST_TEST(b.sent().empty());
    BOOST_TEST(b.clock().pending() == 0U);
}

BOOST_AUTO_TEST_CASE(that_is_no_header_value_or_empty_is_refused_before_any_request)
{
    for (const auto& text : {key + "\r\nX-Evil: 1", key + "\n", key + std::string(1, '\0'), std::string()}) {
        bench b([text] { return give_text(text); });
        const auto error = b.get_job().error();
        BOOST_TEST(error.code() == make_error_code(errc::invalid_argument));
        BOOST_TEST(error.message.starts_with("credential: "));
        BOOST_TEST(print(error).find(key) == std::string::npos);
        BOOST_TEST(b.sent().empty());
    }
}

BOOST_AUTO_TEST_CASE(that_does_not_come_is_waited_for_until_the_calls_deadline)
{
    bench b(hang);
    auto creating = b.create_job();
    auto getting = b.get_job();
    b.clock().advance(2min - 1ns);
    BOOST_TEST(!creating.is_done());
    b.clock().advance(1ns);
    for (const auto& [call, path] :
         {std::pair{creating, "/v2/agent/docs/job"}, {getting, "/v2/agent/docs/job/job_1"}}) {
        const auto error = call.error();
        BOOST_TEST(error.code() == make_error_code(errc::deadline_exceeded)); // nothing was sent, so nothing is unknown
        BOOST_TEST(error.message == "while the credential provider ran");
        BOOST_TEST(error.path == path);
    }
    BOOST_TEST(getting.error().job_id == "job_1");
    BOOST_TEST(b.sent().empty());
    BOOST_TEST(b.clock().pending() == 0U);
}

BOOST_AUTO_TEST_CASE(that_does_not_come_is_no_longer_waited_for_after_a_cancellation_or_close)
{
    using enum asio::cancellation_type;
    for (const auto type : {terminal, partial, total, none}) {
        bench b(hang);
        auto creating = b.create_job();
        BOOST_TEST(!creating.is_done());
        if (type == none)
            b.service.get_client().close();
        else
            creating.cancel(type);
        b.clock().settle();
        BOOST_TEST(creating.code() == asio::error::operation_aborted);
        BOOST_TEST(b.sent().empty());
        BOOST_TEST(b.clock().pending() == 0U);
    }
}

BOOST_AUTO_TEST_CASE(whose_provider_switches_cancellation_off_leaves_the_call_cancellable)
{
    scripted_reply never(200, "{}");
    never.delay = cojob::no_timeout;
    bench b(give_and_switch_cancellation_off, never);
    auto getting = b.get_job();
    BOOST_REQUIRE_EQUAL(b.sent().size(), 1U);
    getting.cancel();
    b.clock().settle();
    BOOST_REQUIRE(getting.is_done());
    BOOST_TEST(getting.code() == asio::error::operation_aborted);
}

BOOST_AUTO_TEST_CASE(is_in_the_request_and_in_nothing_that_can_be_printed)
{
    const std::string echo_at_the_bound(4090, 'x');
    const std::vector<scripted_reply> replies{
        tests::job_reply("active"),
        {401, R"({"error":"bad token )" + key + R"( and again )" + key + "\"}", {}},
        {401, "you sent Bearer " + key, {}},
        {500, echo_at_the_bound + key, {}},
        {400, key + key, {}},
        {200, R"({"id":7,"status":")" + key + "\"}", {}},
        {200, key, {}},
        {302, "", {{"Location", "https://evil.example/?" + key}}},
        {301, "", {{"Location", "https://evil.example/" + key}, {"Retry-After", key}, {"X-Request-Id", "got " + key}}},
        {200, "no JSON", {{"X-Request-Id", "got " + key}, {"Location", "/" + key}, {"Retry-After", key}}},
        {500, R"({"message":")" + key + R"(","error":")" + key + R"(","errors":[")" + key + "\"]}", {}},
        {502, "cut in the middle: " + key.substr(0, key.size() - 3), {}},
        with_reason(errc::connect_failed, phase::connecting),
        with_reason(errc::certificate_rejected, phase::handshaking),
        with_reason(errc::connection_lost, phase::awaiting_response)};
    for (const auto& reply : replies)
        for (const auto& c : {credential(secret(key)), credential([] { return give_text(key); })}) {
            bench b(c, reply);
            auto printed = print(b.get_job().error()) + print(b.create_job().error()) +
                           print(b.start(b.service.send_message("job_1", "And that")).error());
            for (const auto& line : b.observer->lines)
                printed += line;
            BOOST_TEST_CONTEXT(printed)
            {
                BOOST_TEST(printed.find(key) == std::string::npos);
                BOOST_TEST(printed.find(key.substr(0, 6)) == std::string::npos);
            }
            BOOST_REQUIRE_EQUAL(b.sent().size(), 3U);
            BOOST_TEST(b.sent().back().authorization.reveal() == "Bearer " + key);
            BOOST_TEST(b.observer->lines.size() == 6U);
        }
}

BOOST_AUTO_TEST_CASE(is_starred_out_of_the_path_where_it_was_taken_for_an_id)
{
    const std::string odd = "mint/dsc+4f2a9b17=="; // written otherwise in a path
    for (const auto& text : {key, odd})
        for (const auto& c : {credential(secret(text)), credential([text] { return give_text(text); })}) {
            bench b(c, {404, "", {}});
            const auto error = b.start(b.service.get_job(text)).error();
            BOOST_TEST(error.path == "/v2/agent/docs/job/***");
            BOOST_TEST(cojob::api_error(error).what() ==
                       std::string("not found (HTTP 404): GET /v2/agent/docs/job/***"));
        }
}

BOOST_AUTO_TEST_CASE(that_a_server_repeats_is_starred_out_of_its_words)
{
    bench b(credential(secret(key)), {401, "no such key: '" + key + "'", {}});
    BOOST_TEST(b.get_job().error().server_message == "no such key: '***'");
}

BOOST_AUTO_TEST_CASE(prints_as_stars)
{
    std::ostringstream out;
    out << credential(secret(key)).fixed();
    BOOST_TEST(out.str() == "***");
}

BOOST_AUTO_TEST_SUITE_END()
