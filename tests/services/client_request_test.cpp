#include <cojob/client.hpp>
#include <cojob/impl/internal/http/render.hpp>

#include "support/scripted_client.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace client_request_tests {

namespace asio = boost::asio;
using cojob::api_request;
using cojob::errc;
using cojob::http::find_header;
using cojob::http::header_list;
using tests::make_request;
using tests::scripted_client;

} // namespace client_request_tests

BOOST_AUTO_TEST_SUITE(a_request_to_a_client)

using namespace client_request_tests;

BOOST_AUTO_TEST_CASE(is_sent_as_it_was_made)
{
    scripted_client b;
    b.reply = {204, "", {{"X-Total", "7"}}};
    auto r = make_request("PATCH");
    r.segments = {"jobs", "a/b", "ü"};
    r.query = {{"status", "in progress"}, {"a&b", "1=2"}, {"empty", ""}};
    r.headers = {{"X-Trace", "abc\tdef"}, {"Idempotency-Key", "k-1"}};
    r.json = R"({"x":1})";
    const auto ended = b.send(r);
    BOOST_TEST(ended.get().value().status == 204);
    BOOST_TEST(*ended.get().value().header("x-total") == "7");

    const auto& wire = b.sent().front();
    BOOST_TEST(wire.method == "PATCH");
    BOOST_TEST(wire.target == "/api/jobs/a%2Fb/%C3%BC?status=in%20progress&a%26b=1%3D2&empty=");
    BOOST_TEST(wire.body == R"({"x":1})");
    BOOST_TEST(*find_header(wire.headers, "x-trace") == "abc\tdef");
    BOOST_TEST(*find_header(wire.headers, "idempotency-key") == "k-1");
    BOOST_TEST(wire.authorization.empty());
}

BOOST_AUTO_TEST_CASE(may_say_what_it_accepts_and_is)
{
    scripted_client b;
    auto r = make_request();
    r.headers = {{"accept", "text/csv"},
                 {"CONTENT-TYPE", "application/merge-patch+json"},
                 {"User-Agent", "mine"},
                 {"accept-encoding", "br"}};
    r.json = "{}";
    b.send(r);
    BOOST_CHECK((b.sent().front().headers == header_list{{"accept", "text/csv"},
                                                         {"CONTENT-TYPE", "application/merge-patch+json"},
                                                         {"User-Agent", "mine"},
                                                         {"accept-encoding", "br"}}));
}

BOOST_AUTO_TEST_CASE(with_a_base_is_the_same_as_with_its_url_and_its_key)
{
    const auto url = cojob::http::parse_url("https://api.jobs.example:8443/v1", "url");
    const cojob::secret key("some_key");
    const cojob::credential provider([key]() -> asio::awaitable<cojob::secret> { co_return key; });
    for (const auto& credential : {cojob::credential(key), provider, cojob::credential()})
        for (const auto* const method : {"GET", "POST"}) {
            scripted_client b;
            api_request plain(method, url, {"jobs", "a/b"}, credential);
            api_request based(method, cojob::api_base(url, credential), {"jobs", "a/b"});
            for (auto* const r : {&plain, &based}) {
                r->headers = {{"X-Trace", "t"}, {"accept", "text/csv"}};
                r->query = {{"limit", "1"}};
                b.send(std::move(*r));
            }
            BOOST_TEST(cojob::detail::render(b.sent().at(0)) == cojob::detail::render(b.sent().at(1)));
            BOOST_TEST((b.sent()[0].origin == b.sent()[1].origin));
            BOOST_TEST(!b.sent()[1].made_lines == (!credential.is_fixed() || credential.empty()));
            // Who passes a request on to another server, with another key, need not know of the lines.
            for (auto request : {b.sent()[0], b.sent()[1]}) {
                request.origin = cojob::http::origin("other.example", 443, true);
                request.authorization = cojob::secret("Bearer other_key");
                const auto sent = cojob::detail::render(request);
                BOOST_TEST(sent.find("Host: other.example\r\nAuthorization: Bearer other_key\r\n") != sent.npos);
                BOOST_TEST(sent.find("some_key") == sent.npos);
            }
        }
}

BOOST_AUTO_TEST_CASE(has_a_base_that_is_checked_when_it_is_made)
{
    using cojob::api_base;
    const auto url = cojob::http::parse_url("http://jobs.example", "url");
    const cojob::secret key("some_key");
    BOOST_CHECK_THROW(api_base({}, key), cojob::api_error);
    BOOST_CHECK_THROW(api_base(url, key), cojob::api_error);
    BOOST_CHECK_THROW(api_base(url, cojob::secret("two words"), true), cojob::api_error);
    BOOST_CHECK((api_base(url, key, true) == api_base(url, key, true)));
    BOOST_CHECK((api_base(url, key, true) != api_base(url, cojob::secret("other"), true)));
    BOOST_CHECK((api_base(url, key, true) != api_base()));
    const cojob::credential provider([key]() -> asio::awaitable<cojob::secret> { co_return key; });
    const api_base provided(url, provider, true);
    BOOST_CHECK((provided == api_base(provided)));
    BOOST_CHECK((provided != api_base(url, provider, true)));
}

BOOST_AUTO_TEST_CASE(accepts_no_content_coding_unless_it_says_so)
{
    scripted_client b;
    b.send(make_request());
    BOOST_TEST(*b.sent().back().header("Accept-Encoding") == "identity");

    const struct {
        const char *coding, *shown;
    } rows[] = {{"gzip", "gzip"},
                {"br", "br"},
                {"GZIP", "GZIP"},
                {"gzip, identity", "gzip, identity"},
                {"identity,x-gz", "identity,x-gz"},
                {"\"a b\"", "an unknown coding"}};
    for (const auto& [coding, shown] : rows) {
        b.reply = {
            200, "\x1f\x8b", {{"content-encoding", "identity"}, {"content-encoding", coding}, {"X-Request-Id", "r1"}}};
        for (const auto* const method : {"GET", "POST"}) {
            const auto failure = b.send(make_request(method)).error();
            BOOST_TEST(failure.code() == errc::invalid_response);
            BOOST_TEST(failure.message ==
                       std::string("header Content-Encoding: ") + shown + ", which was not asked for");
            BOOST_TEST(failure.http_status == 200);
            BOOST_TEST(failure.request_id == "r1");
            BOOST_TEST(failure.attempts.size() == 1U);
        }
        auto r = make_request();
        r.headers = {{"Accept-Encoding", "gzip"}};
        BOOST_TEST(b.send(r).get().value().body == "\x1f\x8b");
    }
}

BOOST_AUTO_TEST_CASE(may_be_answered_with_a_coding_that_changes_nothing_or_has_nothing_to_change)
{
    scripted_client b;
    for (const auto* const coding : {"identity", "Identity", "", " , identity ,, "}) {
        b.reply = {200, "{}", {{"Content-Encoding", coding}}};
        BOOST_TEST(b.send(make_request()).get().value().body == "{}");
    }
    b.reply = {204, "", {{"Content-Encoding", "gzip"}}};
    BOOST_TEST(b.send(make_request()).get().value().status == 204);
    b.reply = {404, "\x1f\x8b", {{"Content-Encoding", "gzip"}}};
    const auto failure = b.send(make_request()).error();
    BOOST_TEST(failure.code() == errc::not_found);
    BOOST_TEST(failure.server_message.empty());
}

BOOST_AUTO_TEST_CASE(has_a_body_of_no_bytes_as_a_post_without_one_and_none_as_a_get)
{
    scripted_client b;
    b.send(make_request("POST"));
    b.send(make_request());
    BOOST_TEST(b.sent()[0].has_body);
    BOOST_TEST(b.sent()[0].body.empty());
    BOOST_TEST(!find_header(b.sent()[0].headers, "Content-Type").has_value());
    BOOST_TEST(!b.sent()[1].has_body);
    BOOST_TEST(b.sent()[1].target == "/api");
}

BOOST_AUTO_TEST_CASE(that_cannot_be_sent_is_refused_when_it_is_awaited)
{
    struct row {
        const char* complaint;
        std::function<void(api_request&)> spoil;
    };
    std::vector<row> table{
        {"base_url: ", [](api_request& r) { r.base_url = {}; }},
        {"base_url: ", [](api_request& r) { r.base_url = cojob::http::parse_url("http://jobs.example", "url"); }},
        {"method: ", [](api_request& r) { r.method = ""; }},
        {"method: ", [](api_request& r) { r.method = "GET /x"; }},
        {"method: ", [](api_request& r) { r.method = "GET\r\n"; }},
        {"path segment: ", [](api_request& r) { r.segments = {"jobs", ".."}; }},
        {"path segment: ", [](api_request& r) { r.segments = {"jobs", ""}; }},
        {"header name: ", [](api_request& r) { r.headers = {{"", "x"}}; }},
        {"header name: ", [](api_request& r) { r.headers = {{"X Y", "x"}}; }},
        {"header name: ", [](api_request& r) { r.headers = {{"X:", "x"}}; }},
        {"header name: ", [](api_request& r) { r.headers = {{"X\r\nY", "x"}}; }},
        {"header X-Y: ", [](api_request& r) { r.headers = {{"X-Y", "x\r\nAuthorization: Bearer other"}}; }},
        {"header X-Y: ", [](api_request& r) { r.headers = {{"X-Y", "x\n"}}; }},
        {"header X-Y: ", [](api_request& r) { r.headers = {{"X-Y", std::string("a\0b", 3)}}; }},
        {"credential: ", [](api_request& r) { r.authorization = cojob::secret("key\r\nX-Evil: 1"); }},
    };
    for (const auto* name :
         {"Authorization", "authorization", "HOST", "Content-Length", "transfer-encoding", "Connection"})
        table.push_back({"header ", [name](api_request& r) { r.headers = {{name, "x"}}; }});
    scripted_client b;
    for (const auto& [complaint, spoil] : table) {
        auto r = make_request();
        spoil(r);
        asio::awaitable<cojob::http::response> pending;
        BOOST_REQUIRE_NO_THROW(pending = b.client.send(r));
        const auto error = b.start(std::move(pending)).error();
        BOOST_TEST_CONTEXT(complaint)
        {
            BOOST_TEST(error.code() == make_error_code(errc::invalid_argument));
            BOOST_TEST(error.message.starts_with(complaint));
        }
    }
    BOOST_TEST(b.sent().empty());
    BOOST_TEST(b.client.stats().requests == 0U);
}

BOOST_AUTO_TEST_CASE(follows_no_redirect)
{
    scripted_client b;
    for (const auto status : {301, 302, 303, 307, 308}) {
        b.reply = {status, "", {{"Location", "https://evil.example/"}}};
        BOOST_TEST(b.send(make_request()).code() == make_error_code(errc::unexpected_status));
    }
    BOOST_TEST(b.sent().size() == 5U);
}

BOOST_AUTO_TEST_SUITE_END()
