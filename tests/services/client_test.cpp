#include <cojob/client.hpp>
#include <cojob/version.hpp>

#include "support/scripted_client.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace client_tests {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using cojob::client;
using cojob::client_options;
using cojob::errc;
using cojob::http::find_header;
using tests::make_request;
using tests::scripted_client;

/// A transport that says what a real one does of its connections.
class counting_transport final : public cojob::http::transport {
  public:
    asio::awaitable<cojob::http::exchange_result> send(const cojob::http::request&, cojob::http::exchange& x) override
    {
        x.is_reused = calls_++ != 0;
        BOOST_TEST(x.commit());
        x.reached = cojob::phase::done;
        x.bytes_sent = 100;
        x.bytes_received = 50;
        co_return cojob::http::exchange_result{{}, {}, {calls_ == 2 ? 404 : 200, {}, "{}"}};
    }
    void close() noexcept override {}
    void shutdown() noexcept override {}

  private:
    int calls_ = 0;
};

/// An option with no value that can work, and how the complaint begins.
struct bad_option {
    const char* complaint;
    std::function<void(client_options&)> spoil;
};

template <class Group>
bad_option zero(const char* complaint, Group client_options::* group, std::size_t Group::* member)
{
    return {complaint, [=](client_options& o) { o.*group.*member = 0; }};
}

std::vector<bad_option> bad_options()
{
    using t = cojob::timeout_options;
    using l = cojob::limit_options;
    using p = cojob::pool_options;
    const auto limits = &client_options::limits;
    std::vector<bad_option> table{
        zero("pool.max_connections: ", &client_options::pool, &p::max_connections),
        zero("limits.header_bytes: ", limits, &l::header_bytes),
        zero("limits.body_bytes: ", limits, &l::body_bytes),
        zero("limits.header_count: ", limits, &l::header_count),
        zero("limits.informational: ", limits, &l::informational),
        zero("limits.json_depth: ", limits, &l::json_depth),
        zero("limits.error_text: ", limits, &l::error_text),
        zero("limits.chunk_extension: ", limits, &l::chunk_extension),
        {"user_agent: ", [](client_options& o) { o.user_agent = "mine\r\nX-Evil: 1"; }},
        {"user_agent: ", [](client_options& o) { o.user_agent = std::string("mi\0ne", 5); }},
    };
    for (const auto length : {0ns, -1ns, cojob::duration::min()}) {
        const auto timeout = [&](const char* complaint, cojob::duration t::* member) {
            table.push_back({complaint, [=](client_options& o) { o.timeouts.*member = length; }});
        };
        timeout("timeouts.resolve: ", &t::resolve);
        timeout("timeouts.connect: ", &t::connect);
        timeout("timeouts.handshake: ", &t::handshake);
        timeout("timeouts.attempt: ", &t::attempt);
        timeout("timeouts.call: ", &t::call);
        table.push_back({"pool.idle: ", [=](client_options& o) { o.pool.idle = length; }});
    }
    return table;
}

void expect_refusal(const std::function<void()>& act, const std::string& complaint)
{
    BOOST_TEST_CONTEXT(complaint)
    BOOST_CHECK_EXCEPTION(act(), cojob::api_error, [&](const cojob::api_error& e) {
        BOOST_TEST(e.info().message.substr(0, complaint.size()) == complaint);
        return e.code() == errc::invalid_argument;
    });
}

} // namespace client_tests

BOOST_AUTO_TEST_SUITE(a_client)

using namespace client_tests;

BOOST_AUTO_TEST_CASE(refuses_options_that_cannot_work_and_names_them)
{
    scripted_client b;
    for (const auto& [complaint, spoil] : bad_options()) {
        auto o = tests::one_attempt();
        spoil(o);
        expect_refusal([&] { client(b.context.get_executor(), o, b.transport); }, complaint);
    }
}

BOOST_AUTO_TEST_CASE(refuses_authorities_that_cannot_be_read)
{
    asio::io_context context;
    client_options no_file, no_pem;
    no_file.tls.ca_file = "/nowhere/at-all.pem";
    no_pem.tls.ca_pem = "not a certificate";
    expect_refusal([&] { client(context.get_executor(), no_file); }, "tls_options::ca_file: ");
    expect_refusal([&] { client(context.get_executor(), no_pem); }, "tls_options::ca_pem: ");
}

BOOST_AUTO_TEST_CASE(says_who_it_is)
{
    scripted_client b;
    auto o = tests::one_attempt();
    o.user_agent = "my-bot/2.0";
    b.send(make_request());
    b.start(client(b.context.get_executor(), o, b.transport).send(make_request()));
    BOOST_TEST(*b.sent()[0].header("User-Agent") == "cojob/" + std::string(cojob::version()));
    BOOST_TEST(*b.sent()[1].header("User-Agent") == "my-bot/2.0");
}

BOOST_AUTO_TEST_CASE(has_copies_that_are_one_client)
{
    scripted_client b;
    const auto copy = b.client; // NOLINT(performance-unnecessary-copy-initialization)
    const auto quick = b.client.with_timeout(5s);
    const client other(b.context.get_executor(), {}, b.transport);
    BOOST_CHECK(copy == b.client);
    BOOST_CHECK(quick == b.client);
    BOOST_CHECK(!(other == b.client));
    b.start(quick.send(make_request()));
    BOOST_TEST(copy.stats().requests == 1U);
    BOOST_TEST(other.stats().requests == 0U);
    copy.close();
    BOOST_TEST(b.start(quick.send(make_request())).code() == asio::error::operation_aborted);
}

BOOST_AUTO_TEST_CASE(with_another_timeout_ends_its_calls_by_that_one)
{
    scripted_client b;
    b.reply.delay = cojob::no_timeout;
    for (const auto length : {0ns, -1ns})
        expect_refusal([&] { (void)b.client.with_timeout(length); }, "with_timeout: ");

    const auto usual = b.send(make_request());
    const auto quick = b.start(b.client.with_timeout(5s).send(make_request()));
    const auto endless = b.start(b.client.with_timeout(cojob::no_timeout).send(make_request()));
    b.clock->advance(5s);
    BOOST_TEST(quick.code() == make_error_code(errc::deadline_exceeded));
    BOOST_TEST(!usual.is_done());
    b.clock->advance(2min);
    BOOST_TEST(usual.code() == make_error_code(errc::deadline_exceeded));
    b.clock->advance(24h * 365);
    BOOST_TEST(!endless.is_done());
}

BOOST_AUTO_TEST_CASE(counts_what_it_does)
{
    asio::io_context context;
    const client c(context.get_executor(), {}, std::make_shared<counting_transport>());
    for (int i = 0; i < 3; ++i)
        tests::run(context, c.send(make_request()));
    const auto s = c.stats();
    BOOST_TEST(s.requests == 3U);
    BOOST_TEST(s.polls == 0U);
    BOOST_TEST(s.connections_opened == 1U);
    BOOST_TEST(s.connections_reused == 2U);
    BOOST_TEST(s.bytes_sent == 300U);
    BOOST_TEST(s.bytes_received == 150U);
}

BOOST_AUTO_TEST_CASE(counts_no_connection_where_none_was_made)
{
    scripted_client b;
    b.reply = {errc::connect_failed, cojob::phase::connecting};
    b.send(make_request());
    BOOST_TEST(b.client.stats().requests == 1U);
    BOOST_TEST(b.client.stats().connections_opened == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
