#include <cojob/error.hpp>

#include "support/proxied_agent.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace proxy_tests {

using namespace std::chrono_literals;
using namespace std::string_literals;
namespace asio = boost::asio;
namespace data = boost::unit_test::data;
using cojob::errc;
using cojob::phase;
using tests::proxied_agent;
using tests::proxied_way;
using tests::proxy_end;
using tests::proxy_plan;

const std::string ok = "HTTP/1.1 200 Connection established\r\n\r\n", password = "hunter2",
                  encoded = "dXNlcjpodW50ZXIy", key = "mint_test_key";

proxy_plan answers(std::vector<std::string> all, proxy_end end = proxy_end::relays)
{
    return {std::move(all), end};
}

struct working_way {
    const char* scheme;
    const char* login;
    std::vector<std::string> answers;
    std::string asked; ///< a part of what the proxy is told

    friend std::ostream& operator<<(std::ostream& out, const working_way& w)
    {
        return out << w.scheme << " with login " << w.login;
    }
};

const std::string no_login = "\x05\0"s, login = "\x05\x02"s, granted = "\x05\0\0\x01\0\0\0\0\0\0"s,
                  name = "\x10"
                         "api.example.test";
const working_way ways[] = {
    {"http", "", {ok}, "CONNECT api.example.test:"},
    {"http", "user:hunter2@", {ok}, "Proxy-Authorization: Basic " + encoded},
    {"https", "", {ok}, "CONNECT api.example.test:"},
    {"https", "user:hunter2@", {ok}, "Proxy-Authorization: Basic " + encoded},
    {"socks5h", "", {no_login, granted}, name},
    {"socks5h", "user:hunter2@", {login, "\x01\0"s, granted}, "\x01\x04user\x07hunter2"},
};

bool has(std::string_view text, std::string_view part)
{
    return text.find(part) != text.npos;
}

/// What no text of ours may have.
void check_is_silent(std::string_view text)
{
    for (const auto& secret : {password, encoded, key})
        BOOST_TEST(!has(text, secret), text);
}

struct failing_proxy {
    const char* name;
    proxy_plan plan;
    int status;
    bool is_final;
    std::string why;

    friend std::ostream& operator<<(std::ostream& out, const failing_proxy& p) { return out << p.name; }
};

std::string answer(int status)
{
    return "HTTP/1.1 " + std::to_string(status) + " hunter2\r\nContent-Length: 7\r\n\r\nhunter2";
}

const std::string surplus = "sent something of its own before the server was spoken to";
const failing_proxy failing_proxies[] = {
    {"407", answers({answer(407)}), 407, true, "refused the user and the password"},
    {"403", answers({answer(403)}), 403, true, "answered 403 to CONNECT"},
    {"429", answers({answer(429)}), 429, false, "answered 429 to CONNECT"},
    {"502", answers({answer(502)}), 502, false, "answered 502 to CONNECT"},
    {"502 without end", answers({answer(502)}, proxy_end::stalls), 502, false, "answered 502 to CONNECT"},
    {"200 and more", answers({ok + "x"}), 200, true, surplus},
    {"not HTTP", answers({"hunter2\r\n"}), 0, true, "gave no answer that could be read"},
    {"closes at once", answers({}, proxy_end::closes), 0, false, "closed the connection"},
    {"closes when asked", answers({""}, proxy_end::closes), 0, false, "closed the connection"},
    {"closes in its head", answers({ok.substr(0, 20)}, proxy_end::closes), 0, false, "closed the connection"},
};

enum class method { get, post };

std::ostream& operator<<(std::ostream& out, method m)
{
    return out << (m == method::get ? "GET" : "POST");
}

const proxied_way with_password{.login = "user:hunter2@"};

auto operation(proxied_agent& bench, method m)
{
    return m == method::get ? bench.agent.get_job(bench.id) : bench.agent.create_job("Document it");
}

} // namespace proxy_tests

BOOST_AUTO_TEST_SUITE(a_proxy)

using namespace proxy_tests;

BOOST_DATA_TEST_CASE(carries_requests_and_sees_neither_the_key_nor_the_answers, data::make(ways), way)
{
    proxied_agent bench({answers(way.answers)}, {.scheme = way.scheme, .login = way.login});
    BOOST_TEST(!bench.run(bench.agent.create_job("Document it")).code());
    const auto got = bench.run(bench.agent.get_job(bench.id));
    BOOST_TEST_REQUIRE(!got.code(), explain(got.error()));
    const auto heard = bench.proxy.heard();
    BOOST_TEST(has(heard, way.asked), heard);
    for (const std::string_view secret :
         {std::string_view(key), std::string_view("Document it"), std::string_view("Bearer")})
        BOOST_TEST(!has(heard, secret));
    BOOST_TEST(bench.proxy.connections() == 1U); // the tunnel is kept as other connections are
    const auto requests = bench.server.requests();
    BOOST_TEST_REQUIRE(requests.size() == 2U);
    for (const auto& request : requests) {
        std::string all = request.method + request.target + request.body;
        for (const auto& [header, value] : request.headers)
            all += header + value;
        BOOST_TEST(has(all, key));
        for (const auto& secret : {password, encoded, "Proxy-"s})
            BOOST_TEST(!has(all, secret));
    }
    check_is_silent(bench.log);
}

BOOST_AUTO_TEST_CASE(of_socks5_gets_an_address)
{
    proxied_agent bench({answers({no_login, granted})}, {.scheme = "socks5", .server = "https://localhost"});
    BOOST_TEST(!bench.run(bench.agent.get_job(bench.id)).code());
    BOOST_TEST(has(bench.proxy.heard(), "\x05\x01\0\x04"s + std::string(15, '\0') + '\x01')); // ::1
    BOOST_TEST(!has(bench.proxy.heard(), "\x05\x01\0\x03"s));
}

BOOST_DATA_TEST_CASE(that_opens_no_tunnel_fails_the_call_and_is_asked_again_only_if_that_may_help,
                     data::make(failing_proxies) * data::make({method::get, method::post}), failing, m)
{
    proxied_agent bench({failing.plan}, with_password);
    const auto call = bench.run(operation(bench, m));
    BOOST_TEST(call.code() == errc::proxy_failed);
    const auto failure = call.error();
    BOOST_TEST(failure.http_status == failing.status);
    BOOST_TEST(failure.is_final == failing.is_final);
    BOOST_TEST(failure.attempts.size() == (failing.is_final ? 1U : 4U));
    BOOST_TEST(bench.proxy.connections() == failure.attempts.size());
    BOOST_TEST(has(to_string(failure), "proxy " + bench.proxy.address() + ' ' + failing.why), to_string(failure));
    for (const auto& attempt : failure.attempts) {
        BOOST_CHECK(attempt.reached == phase::proxying);
        BOOST_TEST(attempt.status == failing.status);
        BOOST_TEST(has(attempt.why, failing.why));
    }
    BOOST_TEST(bench.server.requests().empty());
    check_is_silent(explain(failure));
    check_is_silent(bench.log);
}

BOOST_AUTO_TEST_CASE(that_recovers_lets_a_post_through_once)
{
    proxied_agent bench({answers({answer(502)}), answers({""}, proxy_end::closes), answers({ok})});
    BOOST_TEST(!bench.run(bench.agent.create_job("Document it")).code());
    BOOST_TEST(bench.proxy.connections() == 3U);
    BOOST_TEST(bench.server.requests().size() == 1U);
}

BOOST_AUTO_TEST_CASE(that_names_a_time_is_asked_again_then)
{
    proxied_agent bench({answers({"HTTP/1.1 503 x\r\nRetry-After: 7\r\n\r\n"}), answers({ok})});
    const auto begin = bench.clock->now();
    BOOST_TEST(!bench.run(bench.agent.create_job("Document it")).code());
    BOOST_CHECK(bench.clock->now() - begin >= 7s);
    proxied_agent other({answers({"HTTP/1.1 503 x\r\nRetry-After: 700\r\n\r\n"})});
    const auto failure = other.run(other.agent.create_job("Document it")).error();
    BOOST_TEST(failure.attempts.size() == 1U);
    BOOST_TEST(failure.retry_at.has_value());
    BOOST_TEST(failure.retry_after == "700");
}

BOOST_AUTO_TEST_CASE(that_is_silent_has_ten_seconds)
{
    const proxy_plan plans[] = {answers({}, proxy_end::stalls), answers({ok.substr(0, 20)}, proxy_end::stalls)};
    for (const auto& plan : plans) {
        cojob::client_options options;
        options.retry.max_attempts = 1;
        proxied_agent bench({plan}, with_password, options);
        const auto call = bench.start(bench.agent.create_job("Document it"));
        BOOST_TEST(bench.clock->run_until([&] { return has(bench.proxy.heard(), "CONNECT"); }));
        bench.clock->jump(11s);
        bench.clock->settle();
        BOOST_TEST_REQUIRE(call.is_done());
        BOOST_TEST(call.code() == errc::proxy_failed);
        BOOST_TEST(has(to_string(call.error()), "no tunnel from the proxy within 10 s"), to_string(call.error()));
        BOOST_TEST(!call.error().is_final);
    }
}

BOOST_AUTO_TEST_CASE(is_left_at_once_by_a_cancellation)
{
    for (const auto type :
         {asio::cancellation_type::terminal, asio::cancellation_type::partial, asio::cancellation_type::total}) {
        proxied_agent bench({answers({}, proxy_end::stalls)});
        auto call = bench.start(bench.agent.create_job("Document it"));
        BOOST_TEST(bench.clock->run_until([&] { return has(bench.proxy.heard(), "CONNECT"); }));
        call.cancel(type);
        bench.clock->settle();
        BOOST_TEST_REQUIRE(call.is_done());
        BOOST_TEST(call.code() == asio::error::operation_aborted);
    }
}

BOOST_AUTO_TEST_CASE(may_drip_its_answers)
{
    for (const auto* const scheme : {"http", "https"}) {
        auto plan = answers({ok});
        plan.drips = true;
        proxied_agent bench({plan}, {.scheme = scheme});
        BOOST_TEST(!bench.run(bench.agent.get_job(bench.id)).code());
    }
}

BOOST_AUTO_TEST_CASE(that_closes_an_open_tunnel_is_a_failure_of_tls)
{
    cojob::client_options options;
    options.retry.max_attempts = 1;
    proxied_agent bench({answers({ok}, proxy_end::closes)}, {}, options);
    BOOST_TEST(bench.run(bench.agent.create_job("Document it")).code() == errc::tls_failed);
}

BOOST_AUTO_TEST_CASE(needs_a_certificate_for_its_own_host)
{
    cojob::testing::mock_certificate elsewhere;
    elsewhere.names = {"api.example.test"};
    elsewhere.addresses = {};
    const proxied_way wrong_ways[] = {{.scheme = "https", .login = "user:hunter2@", .proxy_certificate = elsewhere},
                                      {.scheme = "https", .login = "user:hunter2@", .trusts_proxy = false}};
    for (const auto& way : wrong_ways) {
        proxied_agent bench({answers({ok})}, way);
        const auto call = bench.run(bench.agent.get_job(bench.id));
        BOOST_TEST(call.code() == errc::certificate_rejected);
        BOOST_TEST(call.error().attempts.size() == 1U);
        BOOST_TEST(has(to_string(call.error()), "proxy localhost: "), to_string(call.error()));
        BOOST_TEST(bench.proxy.heard() == "");
    }
}

BOOST_AUTO_TEST_CASE(cannot_stand_in_for_the_server)
{
    // The tunnel leads to a server whose certificate is for other names.
    for (const auto* const scheme : {"http", "https"}) {
        proxied_agent bench({answers({ok})}, {.scheme = scheme, .server = "https://other.example.test"});
        const auto call = bench.run(bench.agent.get_job(bench.id));
        BOOST_TEST(call.code() == errc::certificate_rejected);
        BOOST_TEST(has(to_string(call.error()), ": other.example.test: "), to_string(call.error()));
        BOOST_TEST(bench.server.requests().empty());
    }
}

BOOST_AUTO_TEST_CASE(is_not_shown_a_key_unless_the_options_say_so)
{
    for (const auto* const server : {"http://api.example.test", "http://localhost"}) {
        proxied_agent refused({answers({ok})}, {.server = server, .allows_plain = true});
        const auto call = refused.run(refused.agent.create_job("Document it"));
        BOOST_TEST(call.code() == errc::invalid_argument);
        BOOST_TEST(has(to_string(call.error()), "allow_key_in_clear"), to_string(call.error()));
        BOOST_TEST(call.error().attempts.size() == 1U);
        BOOST_TEST(refused.proxy.connections() == 0U);
    }
    proxied_agent allowed({answers({ok})},
                          {.server = "http://api.example.test", .allows_plain = true, .allows_key_in_clear = true});
    BOOST_TEST(!allowed.run(allowed.agent.create_job("Document it")).code());
    BOOST_TEST(has(allowed.proxy.heard(), "CONNECT api.example.test:"));
    BOOST_TEST(has(allowed.proxy.heard(), key));
}

BOOST_AUTO_TEST_SUITE_END()
