#include <cojob/client.hpp>

#include "support/recording_observer.hpp"
#include "support/retrying_client.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace retry_credential_tests {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using cojob::errc;
using cojob::error_code;
using cojob::phase;
using cojob::secret;
using tests::make_request;
using tests::retrying_client;
using reply = cojob::testing::scripted_reply;

const error_code success;
const reply ok(200, "{}"), broken(500, ""), no_connection(errc::connect_failed, phase::connecting),
    refused(401, R"({"error":"who are you"})");

/// Gives one key after the other, and the last one from then on. No key: it throws.
class key_ring {
  public:
    explicit key_ring(std::vector<std::string> keys) : keys_(std::make_shared<std::vector<std::string>>(keys)) {}

    asio::awaitable<secret> operator()() { return give(keys_, asked_); }
    [[nodiscard]] std::size_t asked() const { return *asked_; }

  private:
    static asio::awaitable<secret> give(std::shared_ptr<std::vector<std::string>> keys, std::shared_ptr<std::size_t> n)
    {
        const auto key = (*keys)[std::min((*n)++, keys->size() - 1)];
        if (key.empty())
            throw std::out_of_range("no more keys");
        co_return secret(key);
    }

    std::shared_ptr<std::vector<std::string>> keys_;
    std::shared_ptr<std::size_t> asked_ = std::make_shared<std::size_t>(0);
};

cojob::api_request request(const char* method, cojob::credential c)
{
    auto r = make_request(method);
    r.authorization = std::move(c);
    return r;
}

std::vector<std::string> keys_sent(const retrying_client& c)
{
    std::vector<std::string> keys;
    for (const auto& r : c.sent())
        keys.emplace_back(r.authorization.reveal().substr(7));
    return keys;
}

/// The first attempt hits its limit, the second is answered.
class slow_then_quick final : public cojob::http::transport {
  public:
    explicit slow_then_quick(bool commits) : commits_(commits) {}

    asio::awaitable<cojob::http::exchange_result> send(const cojob::http::request&, cojob::http::exchange& x) override
    {
        if (++calls > 1)
            co_return cojob::http::exchange_result{{}, {}, {200, {}, "{}"}};
        if (commits_ && !x.commit())
            co_return cojob::http::exchange_result{asio::error::operation_aborted, {}, {}};
        x.operation.set_limit(x.operation.time().now() + 30s);
        asio::steady_timer never(x.operation.executor(), asio::steady_timer::time_point::max());
        error_code ignored;
        co_await never.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        co_return cojob::http::exchange_result{asio::error::operation_aborted, {}, {}};
    }
    void close() noexcept override {}
    void shutdown() noexcept override {}

    int calls = 0;

  private:
    bool commits_;
};

using strings = std::vector<std::string>;
const auto per_element = boost::test_tools::per_element();

} // namespace retry_credential_tests

BOOST_AUTO_TEST_SUITE(a_credential_of_a_repeated_call)

using namespace retry_credential_tests;

BOOST_AUTO_TEST_CASE(is_asked_for_before_each_attempt)
{
    for (const auto* method : {"GET", "POST"}) {
        retrying_client c({no_connection, {503, "", {{"Retry-After", "1"}}}, ok});
        key_ring keys({"a", "b", "c"});
        BOOST_TEST(c.run(request(method, keys)).code() == success);
        BOOST_TEST(keys_sent(c) == (strings{"a", "b", "c"}), per_element);
    }
}

BOOST_AUTO_TEST_CASE(that_is_refused_is_replaced_by_another_at_once_and_once)
{
    for (const auto* method : {"GET", "DELETE", "POST"}) {
        retrying_client c({refused, ok});
        key_ring keys({"old", "new"});
        BOOST_TEST(c.start(request(method, keys)).code() == success);
        BOOST_TEST(keys_sent(c) == (strings{"old", "new"}), per_element);
        BOOST_TEST(c.client.stats().retries == 1U);

        retrying_client hostile({refused});
        key_ring more_keys({"1", "2", "3"});
        const auto error = hostile.run(request(method, more_keys)).error();
        BOOST_TEST(error.code() == make_error_code(errc::unauthorized));
        BOOST_TEST(error.server_message == "who are you");
        BOOST_TEST(error.attempts.size() == 2U);
        BOOST_TEST(keys_sent(hostile) == (strings{"1", "2"}), per_element);
        BOOST_TEST(more_keys.asked() == 2U);
    }
}

BOOST_AUTO_TEST_CASE(that_is_refused_and_still_the_same_is_not_sent_again)
{
    for (const auto* method : {"GET", "POST"}) {
        retrying_client c({refused, ok});
        key_ring keys({"same"});
        const auto error = c.start(request(method, keys)).error();
        BOOST_TEST(error.code() == make_error_code(errc::unauthorized));
        BOOST_TEST(error.http_status == 401);
        BOOST_TEST(error.server_message == "who are you");
        BOOST_TEST_REQUIRE(error.attempts.size() == 1U);
        BOOST_TEST(error.attempts[0].ended == make_error_code(errc::unauthorized));
        BOOST_TEST(keys.asked() == 2U);
        BOOST_TEST(c.sent().size() == 1U);
        BOOST_TEST(c.client.stats().retries == 0U);
    }
}

BOOST_AUTO_TEST_CASE(that_never_changes_is_not_sent_again)
{
    for (const auto& fixed : {secret("key"), secret()}) {
        retrying_client c({refused, ok});
        BOOST_TEST(c.run(request("GET", fixed)).code() == errc::unauthorized);
        BOOST_TEST(c.sent().size() == 1U);
    }
    for (const auto set : {+[](cojob::retry_options& o) { o.on_new_credential = false; },
                           +[](cojob::retry_options& o) { o.max_attempts = 1; }}) {
        cojob::client_options o;
        set(o.retry);
        retrying_client c({refused, ok}, o);
        key_ring keys({"old", "new"});
        BOOST_TEST(c.run(request("GET", keys)).code() == errc::unauthorized);
        BOOST_TEST(keys.asked() == 1U);
    }
}

BOOST_AUTO_TEST_CASE(is_no_attempt_less_when_it_is_replaced)
{
    retrying_client c({refused, broken});
    key_ring keys({"1", "2"});
    const auto error = c.run(request("GET", keys)).error();
    BOOST_TEST(error.attempts.size() == 5U);
    BOOST_TEST(keys.asked() == 5U);
    BOOST_TEST(keys_sent(c) == (strings{"1", "2", "2", "2", "2"}), per_element);
    BOOST_CHECK(error.attempts[1].wait == 0s);
    BOOST_CHECK(error.attempts[2].wait < 500ms);
}

BOOST_AUTO_TEST_CASE(that_cannot_be_had_again_ends_the_call_with_that)
{
    for (const auto& first : {refused, no_connection, reply(429, "")}) {
        retrying_client c({first, ok});
        key_ring keys({"a", ""});
        const auto call = c.run(request("POST", keys));
        BOOST_CHECK_THROW((void)call.get(), std::out_of_range);
        BOOST_TEST(c.sent().size() == 1U);
        BOOST_TEST(c.bench.clock->pending() == 0U);
    }
}

BOOST_AUTO_TEST_CASE(is_asked_for_after_an_attempt_that_took_too_long)
{
    for (const auto* method : {"GET", "POST"}) {
        asio::io_context context;
        cojob::client_options o;
        o.clock = std::make_shared<cojob::testing::manual_clock>(context);
        const auto transport = std::make_shared<slow_then_quick>(method == std::string("GET"));
        const cojob::client client(context.get_executor(), o, transport);
        auto& clock = static_cast<cojob::testing::manual_clock&>(*o.clock);
        key_ring keys({"a", "b"});
        const auto call = tests::start(context, client.send(request(method, keys)));
        clock.advance(1min);
        BOOST_TEST_REQUIRE(call.is_done());
        BOOST_TEST(call.code() == success);
        BOOST_TEST(keys.asked() == 2U);
        BOOST_TEST(transport->calls == 2);
    }
}

BOOST_AUTO_TEST_CASE(that_is_refused_tells_the_observer_of_a_retry_only_when_there_is_one)
{
    for (const auto& [second, told] : {std::pair{"new", 1}, {"same", 0}}) {
        cojob::client_options o;
        const auto observer = std::make_shared<tests::recording_observer>();
        o.observer = observer;
        retrying_client c({refused, ok}, o);
        c.run(request("GET", key_ring({"same", second})));
        const auto is_retry = [](const std::string& line) { return line.starts_with("retry "); };
        BOOST_TEST(std::count_if(observer->lines.begin(), observer->lines.end(), is_retry) == told);
    }
}

BOOST_AUTO_TEST_SUITE_END()
