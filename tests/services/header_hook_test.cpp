#include <cojob/client.hpp>

#include "support/retrying_client.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>
#include <utility>

namespace header_hook_tests {

using cojob::client_options;
using cojob::errc;
using cojob::error_code;
using cojob::phase;
using cojob::http::find_header;
using cojob::http::header_list;
using tests::retrying_client;
using reply = cojob::testing::scripted_reply;

const error_code success;
const reply ok(200, "{}"), no_connection(errc::connect_failed, phase::connecting),
    busy(503, "", {{"Retry-After", "2"}});

client_options hooked(cojob::header_hook hook)
{
    client_options o;
    o.header_hook = std::move(hook);
    return o;
}

} // namespace header_hook_tests

BOOST_AUTO_TEST_SUITE(a_header_hook)

using namespace header_hook_tests;

BOOST_AUTO_TEST_CASE(gives_each_attempt_its_own_headers)
{
    retrying_client c({no_connection, busy, ok}, hooked([](const cojob::attempt_event& e) {
                          BOOST_TEST(e.method == "POST");
                          BOOST_TEST(e.path == "/api");
                          BOOST_TEST(!e.is_poll);
                          return header_list{{"traceparent", "00-1-" + std::to_string(e.number)}, {"X-Twice", "1"}};
                      }));
    BOOST_TEST(c.run("POST").code() == success);
    BOOST_TEST_REQUIRE(c.sent().size() == 3U);
    for (std::size_t i = 0; i < 3; ++i) {
        const auto& headers = c.sent()[i].headers;
        BOOST_TEST(find_header(headers, "traceparent").value_or("") == "00-1-" + std::to_string(i + 1));
        BOOST_TEST(headers.size() == c.sent()[0].headers.size()); // none is left of the attempt before
    }
}

BOOST_AUTO_TEST_CASE(may_say_what_the_request_says_in_its_place)
{
    retrying_client c({ok}, hooked([](const cojob::attempt_event&) {
                          return header_list{{"user-agent", "mine"}, {"X-Tag", "a"}, {"X-Tag", "b"}};
                      }));
    BOOST_TEST(c.run("GET").code() == success);
    std::string agents, tags;
    for (const auto& [name, value] : c.sent().front().headers) {
        agents += name == "User-Agent" || name == "user-agent" ? value : "";
        tags += name == "X-Tag" ? value : "";
    }
    BOOST_TEST(agents == "mine");
    BOOST_TEST(!c.sent().front().common); // it has another User-Agent
    BOOST_TEST(c.sent().front().header("Accept").value() == "application/json");
    BOOST_TEST(tags == "ab");
}

BOOST_AUTO_TEST_CASE(must_not_say_where_a_request_goes_or_for_whom)
{
    for (const auto& [name, value] : header_list{{"Authorization", "Bearer x"},
                                                 {"authorization", ""},
                                                 {"Host", "evil.example"},
                                                 {"HOST", "x"},
                                                 {"Content-Length", "0"},
                                                 {"transfer-encoding", "chunked"},
                                                 {"Connection", "close"},
                                                 {"X-Y", "a\r\nHost: b"},
                                                 {"X-Y", "a\n"},
                                                 {"X Y", "a"},
                                                 {"", "a"}})
        for (const auto* method : {"GET", "POST"})
            BOOST_TEST_CONTEXT(name)
            {
                retrying_client c({ok}, hooked([&](const cojob::attempt_event&) {
                                      return header_list{{"X-Fine", "1"}, {name, value}};
                                  }));
                const auto error = c.start(method).error();
                BOOST_TEST(error.code() == make_error_code(errc::invalid_argument));
                BOOST_TEST(error.message.starts_with("header "));
                BOOST_TEST(c.sent().empty());
                BOOST_TEST(c.client.stats().requests == 0U);
            }
}

BOOST_AUTO_TEST_CASE(that_throws_ends_the_call_with_that)
{
    for (const unsigned good : {0U, 1U}) {
        retrying_client c({no_connection, ok}, hooked([good](const cojob::attempt_event& e) {
                              if (e.number > good)
                                  throw std::out_of_range("no span");
                              return header_list();
                          }));
        const auto call = c.run("POST");
        BOOST_CHECK_EXCEPTION((void)call.get(), std::out_of_range,
                              [](const std::out_of_range& e) { return e.what() == std::string("no span"); });
        BOOST_TEST(c.sent().size() == good);
        BOOST_TEST(c.bench.clock->pending() == 0U);
    }
}

BOOST_AUTO_TEST_SUITE_END()
