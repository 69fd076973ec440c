#include <cojob/impl/internal/base/json_reader.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace json_reader_tests {

using cojob::detail::json_name;
using cojob::detail::json_reader;

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

} // namespace json_reader_tests

BOOST_AUTO_TEST_SUITE(json)

using namespace json_reader_tests;

/// The members of a document that have been understood, and what was said of the others.
struct reading {
    explicit reading(std::string body) : text(std::move(body)), document(text, 32), context(document, "") {}

    [[nodiscard]] json_reader root() { return json_reader(context); }

    [[nodiscard]] std::string odd() const
    {
        std::string all;
        for (const auto& [path, problem] : context.odd())
            all.append(all.empty() ? "" : ", ").append(path).append(": ").append(problem);
        return all;
    }

    const std::string text;
    cojob::detail::json_document document;
    cojob::detail::decode_context context;
};

/// What one member is read as, if it is understood.
template <class T>
std::optional<T> read(std::string_view value)
{
    reading r("[" + std::string(value) + "]");
    std::optional<T> found;
    r.root().for_each_element([&](const json_reader& element) {
        T to{};
        if (element.read(to))
            found = to;
        return true;
    });
    BOOST_TEST(r.odd().empty() == found.has_value());
    return found;
}

std::string id_of(std::string_view value)
{
    reading r("[" + std::string(value) + "]");
    std::string id;
    r.root().for_each_element([&](const json_reader& element) { return element.read_id(id); });
    BOOST_TEST(r.odd() == (id.empty() ? "[]: expected an id" : ""));
    return id;
}

using optional_text = std::optional<std::string>;
using optional_number = std::optional<std::int64_t>;
using optional_flag = std::optional<bool>;
using optional_time = std::optional<cojob::timestamp>;

BOOST_AUTO_TEST_CASE(of_members_with_one_name_the_last_counts)
{
    const auto status_in = [](const std::string& text) {
        reading r(text);
        std::string status;
        r.root().for_each_member(
            [&](json_name name, const json_reader& m) { return name == "status" && m.read(status); });
        return status;
    };
    BOOST_TEST(status_in(R"({"status": "active", "x": 1, "status": "completed"})") == "completed");
    // beyond the size up to which Boost.JSON searches objects without a hash table
    std::string many = "{\"status\": \"active\"";
    for (int i = 0; i < 100; ++i)
        many += ", \"m" + std::to_string(i) + "\": 0";
    BOOST_TEST(status_in(many + ", \"status\": \"completed\"}") == "completed");
}

BOOST_AUTO_TEST_CASE(what_is_of_the_right_type_is_read)
{
    BOOST_TEST(read<std::string>("\"job-1\"").value() == "job-1");
    BOOST_TEST(read<optional_text>("\"\"").value().value() == "");
    BOOST_TEST(read<optional_flag>("true").value().value());
    BOOST_TEST(read<optional_number>("-4").value().value() == -4);
    BOOST_TEST(read<optional_number>("5.0").value().value() == 5);
    BOOST_TEST(read<optional_number>("9223372036854775807").value().value() == 9223372036854775807);
    BOOST_CHECK(read<optional_time>("\"0001-01-01T00:00:00Z\"").value() == cojob::timestamp::min());
}

BOOST_AUTO_TEST_CASE(null_is_empty_and_a_wrong_type_is_odd)
{
    BOOST_TEST(read<std::string>("null").value() == "");
    BOOST_CHECK(!read<optional_text>("null").value());
    BOOST_CHECK(!read<optional_flag>("null").value());
    BOOST_CHECK(!read<optional_number>("null").value());
    BOOST_CHECK(!read<optional_time>("null").value());
    for (const auto* wrong : {"7", "[]", "{}", "true"}) {
        BOOST_CHECK(!read<std::string>(wrong));
        BOOST_CHECK(!read<optional_text>(wrong));
    }
    for (const auto* wrong : {"7", "[]", "{}", "\"true\""})
        BOOST_CHECK(!read<optional_flag>(wrong));
    for (const auto* wrong : {"5.5", "18446744073709551615", "1e300", "1e16", "\"7\"", "true"})
        BOOST_CHECK(!read<optional_number>(wrong));
    for (const auto* wrong : {"\"\"", "\"soon\"", "true", "{}", "1e300", "18446744073709551615"})
        BOOST_CHECK(!read<optional_time>(wrong));
}

BOOST_AUTO_TEST_CASE(a_time_may_be_a_number)
{
    const auto time = [](const char* value) {
        const auto found = read<optional_time>(value);
        return found && *found ? cojob::to_string(**found) : "none";
    };
    BOOST_TEST(time("1767355200") == "2026-01-02T12:00:00Z");
    BOOST_TEST(time("1767355200123") == "2026-01-02T12:00:00.123Z");
    BOOST_TEST(time("1767355200.5") == "2026-01-02T12:00:00.500Z");
    BOOST_TEST(time("1767355200123.25") == "2026-01-02T12:00:00.123250Z");
    BOOST_TEST(time("1.7673552e9") == "2026-01-02T12:00:00Z");
    BOOST_TEST(time("\"2026-01-02 12:00:00\"") == "2026-01-02T12:00:00Z");
}

BOOST_AUTO_TEST_CASE(an_id_is_a_text_or_the_literal_of_an_integer)
{
    const std::pair<std::string, std::string> rows[] = {
        {"\"job_1\"", "job_1"},
        {"\"7\"", "7"},
        {"7", "7"},
        {"0", "0"},
        {"-0", "-0"},
        {"-7", "-7"},
        {"9007199254740993", "9007199254740993"},
        {"9223372036854775807", "9223372036854775807"},
        {"18446744073709551615", "18446744073709551615"},
        {"18446744073709551616", "18446744073709551616"},
        {"1" + std::string(400, '0'), "1" + std::string(400, '0')},
        {"\"x\\ud83d\"", "x\xEF\xBF\xBD"},
        {"7.0", ""},
        {"7e0", ""},
        {"1e3", ""},
        {"1E400", ""},
        {"1" + std::string(1024, '0'), ""},
        {"\"\"", ""},
        {"\"..\"", ""},
        {"\"a\\nb\"", ""},
        {'"' + std::string(1025, 'x') + '"', ""},
        {"null", ""},
        {"true", ""},
        {"{}", ""},
        {"[\"job_1\"]", ""},
    };
    for (const auto& [value, id] : rows)
        BOOST_TEST_CONTEXT(value.substr(0, 60)) BOOST_TEST(id_of(value) == id);
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_is_named_by_its_path)
{
    reading r(R"({"id": "x", "half": 5.5, "items": [{"id": 7}, 2], "hosts": {"secret-host": {"n": "x"}}})");
    const auto root = r.root();
    const auto id = root.member("id"), items = root.member("items"), hosts = root.member("hosts");
    BOOST_TEST(complaint([&] { (void)root.member("absent"); }) == "absent: missing");
    BOOST_TEST(complaint([&] { (void)id.member("x"); }) == "id: expected an object");
    BOOST_TEST(complaint([&] { (void)id.as_int64(); }) == "id: expected a whole number");
    BOOST_TEST(complaint([&] { (void)root.member("half").as_int64(); }) == "half: expected a whole number");
    BOOST_TEST(complaint([&] { id.fail("expected a known colour"); }) == "id: expected a known colour");
    const auto read_items = [&] {
        items.for_each_element([](const json_reader& item) {
            item.member("id").fail("no");
            return true;
        });
    };
    BOOST_TEST(complaint(read_items) == "items[0].id: no");
    const auto read_hosts = [&] {
        hosts.for_each_entry([](std::string_view, const json_reader& host) {
            host.member("n").fail("no");
            return true;
        });
    };
    BOOST_TEST(complaint(read_hosts) == "hosts.*.n: no");
}

BOOST_AUTO_TEST_CASE(the_root_is_called_body)
{
    reading r("[2]");
    const auto root = r.root();
    BOOST_TEST(complaint([&] { (void)root.member("id"); }) == "body: expected an object");
    const auto read_ids = [&] {
        root.for_each_element([](const json_reader& item) {
            (void)item.member("id");
            return true;
        });
    };
    BOOST_TEST(complaint(read_ids) == "body[0]: expected an object");
}

BOOST_AUTO_TEST_CASE(what_is_odd_is_noted_once_for_each_member_without_the_servers_names)
{
    reading r(R"({"steps": [{"id": 1}, {"id": 2}, 3], "hosts": {"evil\n": {"n": 4}, "b": {"n": 5}}, "t": 6})");
    std::string text;
    const auto read_n = [&](json_name, const json_reader& m) { return m.read(text); };
    r.root().for_each_member([&](json_name name, const json_reader& m) {
        if (name == "steps")
            return m.for_each_element([&](const json_reader& step) { return step.for_each_member(read_n); });
        if (name == "hosts")
            return m.for_each_entry([&](auto, const json_reader& host) { return host.for_each_member(read_n); });
        return m.for_each_element([](const json_reader&) { return true; });
    });
    r.root().note_missing("source.repository");
    BOOST_TEST(r.odd() == "steps[].id: expected a string, steps[]: expected an object, hosts.*.n: expected a string, "
                          "t: expected an array, source.repository: missing");
}

BOOST_AUTO_TEST_CASE(what_is_not_understood_is_kept_with_its_path_from_the_job)
{
    reading r(R"({"items": [{}, {"id": "a", "new": 1.50, "source": {"owner": [ 1 ]}, "hosts": {"web.1": {"n": {}},
                  "web-2": 7}, "steps": [{"x": null}, "y"], "skip": 1}]})");
    cojob::unknown_members found;
    const auto nothing = [](auto, const json_reader&) { return false; };
    const auto root = r.root(), items = root.member("items");
    items.for_each_element([&](const json_reader& item) {
        item.begin_job();
        item.for_each_member([&](json_name name, const json_reader& m) {
            if (name == "hosts")
                return m.for_each_entry([&](auto, const json_reader& host) { return host.for_each_member(nothing); });
            if (name == "steps")
                return m.for_each_element([&](const json_reader& step) { return step.for_each_member(nothing); });
            return name == "source" ? m.for_each_member(nothing) : name == "id" || name == "skip";
        });
        found = item.end_job();
        return false; // of no job any more
    });
    const std::pair<const char*, const char*> rows[] = {
        {"new", "1.50"},      {"source.owner", "[ 1 ]"}, {"hosts.web.1.n", "{}"},
        {"hosts.web-2", "7"}, {"steps[0].x", "null"},    {"steps[1]", "\"y\""},
    };
    BOOST_REQUIRE_EQUAL(found.size(), std::size(rows));
    for (std::size_t i = 0; i < found.size(); ++i) {
        BOOST_TEST(found[i].path == rows[i].first);
        BOOST_TEST(found[i].json == rows[i].second);
    }
    BOOST_TEST(r.root().end_job().empty());
}

template <class Reader>
concept can_chain = requires(Reader unnamed) { std::move(unnamed).member("source"); };

BOOST_AUTO_TEST_CASE(a_reader_without_a_name_has_no_children)
{
    // they would point to it after it has gone
    static_assert(!can_chain<json_reader>);
}

BOOST_AUTO_TEST_SUITE_END()
