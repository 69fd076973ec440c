#include <cojob/detail/json_reader.hpp>

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <functional>
#include <string>
#include <vector>

namespace json_reader_tests {

using cojob::detail::json_reader;
using cojob::detail::parse_json;

/// What an invalid response is reported as, or nothing.
template <class Function>
std::string complaint(Function read)
{
    try {
        read();
        return {};
    } catch (const cojob::api_error& failure) {
        BOOST_TEST((failure.code() == cojob::errc::invalid_response));
        return failure.info().message;
    }
}

std::string parse_complaint(std::string_view body, std::size_t max_depth = 32)
{
    return complaint([&] { (void)parse_json(body, max_depth); });
}

std::string nested(std::size_t depth)
{
    return std::string(depth, '[') + std::string(depth, ']');
}

const boost::json::value& document()
{
    static const auto value = parse_json(R"({
        "id": "job-1", "empty": "", "flag": true, "nothing": null, "count": 3, "negative": -4, "double": 5.0, "half": 5.5,
        "huge": 18446744073709551615, "largest": 9223372036854775807, "exponent": 1e300, "infinite_steps": 1e16,
        "created": "2026-11-22T00:28:16Z", "never": "0001-01-01T00:00:00Z", "day": "2026-11-22",
        "source": {"repository": "acme/docs", "ref": null, "deep": {"er": 1}},
        "todos": [{"id": "a"}, {"id": "b"}, {"id": 7}],
        "grid": [[1, 2], [3, "x"]],
        "agent_states": {"web-01": {"status": "ok"}, "secret-host": {"status": 0}}
    })",
                                         32);
    return value;
}

} // namespace json_reader_tests

BOOST_AUTO_TEST_SUITE(json)

using namespace json_reader_tests;

BOOST_AUTO_TEST_CASE(a_body_is_one_json_text)
{
    BOOST_TEST(boost::json::serialize(parse_json(" {\"a\": [1, true, null]}\r\n\t", 32)) == "{\"a\":[1,true,null]}");
    BOOST_TEST(parse_complaint("3") == "");
    for (const auto* blank : {"", " ", "\r\n\t "})
        BOOST_TEST(parse_complaint(blank) == "body: empty");
    for (const std::string_view broken :
         {"{", "{\"a\":1} x", "{}{}", "[1,]", "{'a':1}", "{\"a\":1,}", "// comment\n1", "nul", "NaN", "Infinity", "01",
          "+1", "1e", "\"a", "\"\n\"", "\"\\x\"", "<!DOCTYPE html>", "\xEF\xBB\xBF{}"})
        BOOST_TEST_CONTEXT(broken) BOOST_TEST(parse_complaint(broken) == "body: not JSON");
    BOOST_TEST(parse_complaint(std::string_view("{}\0", 3)) == "body: not JSON");
}

BOOST_AUTO_TEST_CASE(a_body_that_is_not_utf8_is_not_json)
{
    BOOST_TEST(parse_complaint("\"caf\xC3\xA9\"") == "");
    for (const auto* broken : {"\"\xFF\"", "\"\xC3\"", "\"\xC0\x80\"", "\"\xED\xA0\x80\"", "\"\xF5\x80\x80\x80\"",
                               "\"\\ud800\"", "{\"\xFF\": 1}"})
        BOOST_TEST(parse_complaint(broken) == "body: not JSON");
}

BOOST_AUTO_TEST_CASE(nesting_is_bounded)
{
    BOOST_TEST(parse_complaint(nested(32)) == "");
    BOOST_TEST(parse_complaint(nested(33)) == "body: nested deeper than 32");
    BOOST_TEST(parse_complaint(std::string(1'000'000, '[')) == "body: nested deeper than 32");
    BOOST_TEST(parse_complaint("[[]]", 2) == "");
    BOOST_TEST(parse_complaint("[{\"a\":{}}]", 2) == "body: nested deeper than 2");
}

BOOST_AUTO_TEST_CASE(of_members_with_one_name_the_last_counts)
{
    const auto value = parse_json(R"({"status": "active", "x": 1, "status": "completed"})", 32);
    BOOST_TEST(json_reader(value).optional_string("status").value() == "completed");
    // beyond the size up to which Boost.JSON searches objects without a hash table
    std::string many = "{\"status\": \"active\"";
    for (int i = 0; i < 100; ++i)
        many += ", \"m" + std::to_string(i) + "\": 0";
    const auto large = parse_json(many + ", \"status\": \"completed\"}", 32);
    BOOST_TEST(json_reader(large).optional_string("status").value() == "completed");
}

BOOST_AUTO_TEST_CASE(what_is_there_is_read)
{
    const json_reader root(document());
    BOOST_TEST(root.member("id").as_string() == "job-1");
    BOOST_TEST(root.member("empty").as_string() == "");
    BOOST_TEST(root.member("flag").as_bool());
    BOOST_TEST(root.member("count").as_int64() == 3);
    BOOST_TEST(root.member("negative").as_int64() == -4);
    BOOST_TEST(root.member("double").as_int64() == 5);
    BOOST_TEST(root.member("largest").as_int64() == 9223372036854775807);
    BOOST_TEST(cojob::to_string(root.member("created").as_timestamp()) == "2026-11-22T00:28:16Z");
    BOOST_TEST((root.member("never").as_timestamp() == cojob::timestamp::min()));
    BOOST_TEST(root.member("todos").as_array().size() == 3U);
    BOOST_TEST(root.member("agent_states").as_object().size() == 2U);
    BOOST_TEST(root.member("nothing").as_value().is_null());
    const auto source = root.member("source");
    BOOST_TEST(source.member("repository").as_string() == "acme/docs");
}

BOOST_AUTO_TEST_CASE(what_is_optional_may_be_absent_or_null)
{
    const json_reader root(document());
    for (const auto* name : {"nothing", "absent"}) {
        BOOST_TEST(!root.optional_member(name));
        BOOST_TEST(!root.optional_string(name));
        BOOST_TEST(!root.optional_bool(name));
        BOOST_TEST(!root.optional_int64(name));
        BOOST_TEST(!root.optional_timestamp(name));
    }
    BOOST_TEST(root.optional_string("id").value() == "job-1");
    BOOST_TEST(root.optional_bool("flag").value());
    BOOST_TEST(root.optional_int64("count").value() == 3);
    BOOST_TEST(cojob::to_string(root.optional_timestamp("created").value()) == "2026-11-22T00:28:16Z");
    BOOST_TEST(root.member("source").optional_string("repository").value() == "acme/docs");
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_is_named_by_its_path)
{
    const json_reader root(document());
    const auto source = root.member("source");
    const auto deep = source.member("deep");
    const std::pair<const char*, std::function<void()>> rows[] = {
        {"absent: missing", [&] { (void)root.member("absent"); }},
        {"source.absent: missing", [&] { (void)source.member("absent"); }},
        {"source.ref: expected a string", [&] { (void)source.member("ref").as_string(); }},
        {"source.deep.er: expected a string", [&] { (void)deep.member("er").as_string(); }},
        {"source.deep.absent: missing", [&] { (void)deep.member("absent"); }},
        {"id: expected an object", [&] { (void)root.member("id").optional_string("x"); }},
        {"id: expected an array", [&] { (void)root.member("id").as_array(); }},
        {"id: expected true or false", [&] { (void)root.member("id").as_bool(); }},
        {"id: expected a whole number", [&] { (void)root.member("id").as_int64(); }},
        {"half: expected a whole number", [&] { (void)root.member("half").as_int64(); }},
        {"huge: expected a whole number", [&] { (void)root.member("huge").as_int64(); }},
        {"exponent: expected a whole number", [&] { (void)root.member("exponent").as_int64(); }},
        {"infinite_steps: expected a whole number", [&] { (void)root.member("infinite_steps").as_int64(); }},
        {"count: expected an RFC 3339 time", [&] { (void)root.member("count").as_timestamp(); }},
        {"day: expected an RFC 3339 time", [&] { (void)root.member("day").as_timestamp(); }},
        {"nothing: expected an object", [&] { (void)root.member("nothing").as_object(); }},
        {"source: expected a string", [&] { (void)root.optional_string("source"); }},
        {"id: expected true or false", [&] { (void)root.optional_bool("id"); }},
        {"id: expected a whole number", [&] { (void)root.optional_int64("id"); }},
        {"id: expected an RFC 3339 time", [&] { (void)root.optional_timestamp("id"); }},
        {"id: expected a known colour", [&] { root.member("id").fail("expected a known colour"); }},
    };
    for (const auto& [expected, read] : rows)
        BOOST_TEST(complaint(read) == expected);
}

BOOST_AUTO_TEST_CASE(the_root_is_called_body)
{
    const auto list = parse_json(R"([{"id": "a"}, 2])", 32);
    const json_reader root(list);
    BOOST_TEST(complaint([&] { (void)root.as_object(); }) == "body: expected an object");
    BOOST_TEST(complaint([&] { (void)root.optional_member("id"); }) == "body: expected an object");
    BOOST_TEST(complaint([&] { (void)root.as_string(); }) == "body: expected a string");
    const auto read_ids = [&] {
        root.for_each_element([](const json_reader& item) { (void)item.member("id").as_string(); });
    };
    BOOST_TEST(complaint(read_ids) == "body[1]: expected an object");
}

BOOST_AUTO_TEST_CASE(elements_are_read_in_order_and_named_by_their_place)
{
    const json_reader root(document());
    const auto todos = root.member("todos");
    std::vector<std::string> ids;
    const auto read_ids = [&] {
        todos.for_each_element([&](const json_reader& todo) { ids.push_back(todo.member("id").as_string()); });
    };
    BOOST_TEST(complaint(read_ids) == "todos[2].id: expected a string");
    BOOST_TEST(ids == (std::vector<std::string>{"a", "b"}), boost::test_tools::per_element());

    const auto read_grid = [&] {
        root.member("grid").for_each_element([](const json_reader& row) {
            row.for_each_element([](const json_reader& cell) { (void)cell.as_int64(); });
        });
    };
    BOOST_TEST(complaint(read_grid) == "grid[1][1]: expected a whole number");
    BOOST_TEST(complaint([&] { root.for_each_element([](const json_reader&) {}); }) == "body: expected an array");
}

BOOST_AUTO_TEST_CASE(keys_of_a_map_are_read_but_never_named)
{
    const json_reader root(document());
    std::vector<std::string> hosts;
    const auto read_states = [&] {
        root.member("agent_states").for_each_entry([&](std::string_view host, const json_reader& state) {
            hosts.emplace_back(host);
            (void)state.member("status").as_string();
        });
    };
    BOOST_TEST(complaint(read_states) == "agent_states.*.status: expected a string");
    BOOST_TEST(hosts == (std::vector<std::string>{"web-01", "secret-host"}), boost::test_tools::per_element());
    BOOST_TEST(complaint([&] { root.member("todos").for_each_entry([](auto, const json_reader&) {}); }) ==
               "todos: expected an object");
}

template <class Reader>
concept can_chain = requires { Reader(document()).member("source"); };

BOOST_AUTO_TEST_CASE(a_reader_without_a_name_has_no_children)
{
    // they would point to it after it has gone
    static_assert(!can_chain<json_reader>);
}

BOOST_AUTO_TEST_SUITE_END()
