#include <cojob/http/event_stream.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

using cojob::limit_options;
using cojob::http::event_stream_parser;
using cojob::http::server_sent_event;
using std::chrono::milliseconds;
using namespace std::string_literals;

namespace event_stream_tests {

std::vector<server_sent_event> all(event_stream_parser& parser)
{
    std::vector<server_sent_event> events;
    while (auto e = parser.next())
        events.push_back(std::move(*e));
    return events;
}

std::vector<server_sent_event> parse(std::string_view text, std::size_t piece)
{
    event_stream_parser parser(limit_options{});
    for (std::size_t at = 0; at < text.size(); at += piece)
        parser.feed(text.substr(at, piece));
    return all(parser);
}

server_sent_event event(std::string data, std::string type = "message", std::string id = "")
{
    return {std::move(type), std::move(data), std::move(id)};
}

struct row {
    const char* what;
    std::string text;
    std::vector<server_sent_event> events;
};

/// The rules of the standard, one by one, and its own examples.
const std::vector<row>& rows()
{
    static const std::vector<row> all{
        {"nothing", "", {}},
        {"one event", "data: a\n\n", {event("a")}},
        {"the end without an empty line is no event", "data: a\n\ndata: b\n", {event("a")}},
        {"the end in a line", "data: a\n\ndata: b", {event("a")}},
        {"CRLF", "data: a\r\n\r\ndata: b\r\n\r\n", {event("a"), event("b")}},
        {"CR", "data: a\r\rdata: b\r\r", {event("a"), event("b")}},
        {"all line ends mixed", "data: a\r\ndata: b\rdata: c\n\r\n", {event("a\nb\nc")}},
        {"CR LF is one end, LF CR are two", "data: a\n\rdata: b\r\n\n", {event("a"), event("b")}},
        {"byte order mark",
         "\xEF\xBB\xBF"
         "data: a\n\n",
         {event("a")}},
        {"a second mark is part of a name",
         "\xEF\xBB\xBF\xEF\xBB\xBF"
         "data: a\n\n",
         {}},
        {"a mark further on is part of a name",
         "\n\xEF\xBB\xBF"
         "data: a\n\n",
         {}},
        {"comments", ": one\ndata: a\n:\n:two\n\n: three\n\n", {event("a")}},
        {"one space is dropped, no more", "data:a\ndata:  b\ndata:\tc\n\n", {event("a\n b\n\tc")}},
        {"data without a colon", "data\n\n", {event("")}},
        {"two such", "data\ndata\n\n", {event("\n")}},
        {"empty data lines", "data:\ndata: a\ndata:\n\n", {event("\na\n")}},
        {"the standard's stock example", "data: YHOO\ndata: +2\ndata: 10\n\n", {event("YHOO\n+2\n10")}},
        {"the standard's second example",
         ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
         {event("first event", "message", "1"), event("second event"), event(" third event")}},
        {"type", "event: add\ndata: 1\n\ndata: 2\n\n", {event("1", "add"), event("2")}},
        {"an empty type is the default", "event:\ndata: 1\n\n", {event("1")}},
        {"the last type counts", "event: a\nevent: b\ndata: 1\n\n", {event("1", "b")}},
        {"a type without data is forgotten", "event: a\n\ndata: 1\n\n", {event("1")}},
        {"an id stays", "id: 7\ndata: a\n\ndata: b\n\n", {event("a", "message", "7"), event("b", "message", "7")}},
        {"an id without data stays", "id: 7\n\ndata: b\n\n", {event("b", "message", "7")}},
        {"an id with NUL is none", "id: 7\ndata: a\nid: 8\0x\n\n"s, {event("a", "message", "7")}},
        {"names are exact", "Data: a\nDATA: b\n data: c\ndata : d\ndatax: e\n\n", {}},
        {"colons in a value", "data: a: b:c\n\n", {event("a: b:c")}},
        {"JSON", "data: {\"text\": \"a\\nb\"}\n\n", {event(R"({"text": "a\nb"})")}},
        {"bytes as they are", "data: \xff\xfe\n\n", {event("\xff\xfe")}},
        {"retry is no event", "retry: 100\n\n", {}},
    };
    return all;
}

} // namespace event_stream_tests

BOOST_AUTO_TEST_SUITE(event_stream)

using namespace event_stream_tests;

BOOST_AUTO_TEST_CASE(every_rule_in_pieces_of_every_size)
{
    for (const auto& r : rows())
        for (std::size_t piece = 1; piece <= r.text.size() + 1; ++piece)
            BOOST_TEST_CONTEXT(r.what << ", pieces of " << piece)
    BOOST_TEST((parse(r.text, piece) == r.events));
}

BOOST_AUTO_TEST_CASE(an_event_is_there_as_soon_as_its_line_has_ended)
{
    event_stream_parser parser(limit_options{});
    parser.feed("data: a\r\n\r");
    BOOST_TEST((parser.next() == event("a"))); // not only after the line feed that may follow
    parser.feed("\ndata: b\n");
    BOOST_TEST(!parser.next());
    parser.feed("\n");
    BOOST_TEST((parser.next() == event("b")));
}

BOOST_AUTO_TEST_CASE(the_time_before_a_reconnection)
{
    event_stream_parser parser(limit_options{});
    BOOST_TEST(!parser.reconnection_time());
    parser.feed("retry: 3000\n");
    BOOST_TEST(!parser.next());
    BOOST_TEST((parser.reconnection_time() == milliseconds(3000)));
    for (const auto* no_number :
         {"retry: 1s\n", "retry: -1\n", "retry:\n", "retry: 99999999999999999999\n", "retry: 1.5\n"})
        parser.feed(no_number);
    BOOST_TEST(!parser.next());
    BOOST_TEST((parser.reconnection_time() == milliseconds(3000)));
    parser.feed("retry:0\n");
    BOOST_TEST(!parser.next());
    BOOST_TEST((parser.reconnection_time() == milliseconds(0)));
}

BOOST_AUTO_TEST_CASE(a_line_may_be_as_long_as_the_limit)
{
    limit_options limits;
    limits.event_line = 10;
    event_stream_parser parser(limits);
    parser.feed("data: 1234\n\n");
    BOOST_TEST((parser.next() == event("1234")));
    parser.feed(": 34567890\n");
    BOOST_TEST(!parser.next());
    BOOST_TEST(!parser.exceeded());
    parser.feed(": 3456789");
    parser.feed("01");
    BOOST_TEST(!parser.next());
    BOOST_TEST(parser.exceeded() == "limits.event_line"s);
    parser.feed("\n\ndata: a\n\n");
    BOOST_TEST(!parser.next());
}

BOOST_AUTO_TEST_CASE(a_line_of_data_may_be_as_long_as_an_event)
{
    BOOST_TEST(limit_options().event_line >= limit_options().event_bytes);
    for (const std::size_t size : {70U * 1024U, 1024U * 1024U - 1U})
        for (const std::size_t piece : {1000U, 16384U, 2'000'000U})
            for (const auto* begin : {"data: ", "data:",
                                      "\xEF\xBB\xBF"
                                      "data: "}) {
                limit_options limits;
                limits.event_line = 10; // of other lines
                event_stream_parser parser(limits);
                std::size_t events = 0;
                const auto text = begin + std::string(size, 'x') + "\n\ndata: b\n\n";
                for (std::size_t at = 0; at < text.size(); at += piece) {
                    parser.feed(std::string_view(text).substr(at, piece));
                    while (const auto e = parser.next())
                        events += e->data.size() == (events == 0 ? size : 1U) ? 1U : 0U;
                }
                BOOST_TEST(events == 2U);
            }
}

BOOST_AUTO_TEST_CASE(a_line_of_data_without_end_is_over_the_limit_of_an_event)
{
    for (const auto* begin : {"data: ", "data:",
                              "\xEF\xBB\xBF"
                              "data: "}) {
        limit_options limits;
        limits.event_bytes = 1000;
        event_stream_parser parser(limits);
        parser.feed(begin);
        for (int i = 0; i < 200 && !parser.exceeded(); ++i) {
            parser.feed("0123456789");
            BOOST_TEST(!parser.next());
            BOOST_TEST_REQUIRE(i <= 100);
        }
        BOOST_TEST(parser.exceeded() == "limits.event_bytes"s);
    }
}

BOOST_AUTO_TEST_CASE(an_event_may_be_as_large_as_the_limit)
{
    limit_options limits;
    limits.event_bytes = 8;
    event_stream_parser parser(limits);
    parser.feed("data: 123\ndata: 456\n\n"); // with two line feeds
    BOOST_TEST((parser.next() == event("123\n456")));
    parser.feed("data: 123\ndata: 4567\n\n");
    BOOST_TEST(!parser.next());
    BOOST_TEST(parser.exceeded() == "limits.event_bytes"s);
}

BOOST_AUTO_TEST_CASE(small_events_do_not_add_up_to_more_than_their_bytes, *boost::unit_test::label("long"))
{
    // Each of them has the long id; nobody holds more than one.
    limit_options limits;
    event_stream_parser parser(limits);
    const std::string id(60'000, 'i');
    parser.feed("id: " + id + "\n");
    std::string many;
    for (int i = 0; i < 100'000; ++i)
        many += "data\n\n";
    parser.feed(many);
    std::size_t events = 0;
    while (const auto e = parser.next())
        events += e->id == id ? 1U : 0U;
    BOOST_TEST(events == 100'000U);
}

BOOST_AUTO_TEST_CASE(events_before_the_limit_are_not_lost)
{
    limit_options limits;
    limits.event_bytes = 8;
    event_stream_parser parser(limits);
    parser.feed("data: a\n\ndata: 12345678\n\n");
    BOOST_TEST((parser.next() == event("a")));
    BOOST_TEST(!parser.next());
    BOOST_TEST(parser.exceeded() == "limits.event_bytes"s);
}

BOOST_AUTO_TEST_SUITE_END()
