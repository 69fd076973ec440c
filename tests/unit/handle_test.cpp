#include <cojob/job/handle.hpp>

#include <cojob/error.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace handle_tests {

using cojob::job_handle;
using cojob::parse_job_handle;
using cojob::timestamp;

static_assert(!std::is_aggregate_v<job_handle>); // g++ 12 would destroy a temporary twice

timestamp at(std::int64_t nanoseconds)
{
    return timestamp(std::chrono::nanoseconds(nanoseconds));
}

job_handle full_handle()
{
    job_handle handle("mintlify.agent.v2", "https://api.mintlify.com/my%20project", "job-1");
    handle.created_at = at(1'767'323'045'123'456'789);
    handle.messaged_at = at(1'767'323'099'100'000'000);
    return handle;
}

const std::string full_text = "cojob-job/1 api=mintlify.agent.v2 scope=https%3A%2F%2Fapi.mintlify.com%2Fmy%2520project "
                              "id=job-1 created=2026-01-02T03:04:05.123456789Z messaged=2026-01-02T03:04:59.100Z end";

/// Why a handle was refused; empty when it was not.
template <class Function>
std::string refusal(Function function)
{
    try {
        function();
        return {};
    } catch (const cojob::api_error& failure) {
        BOOST_TEST((failure.code() == cojob::errc::invalid_argument));
        BOOST_TEST(failure.info().message.starts_with("job handle: "));
        return failure.info().message.substr(12);
    }
}

/// Texts with what is wrong with them. No message may show anything of a text; `hunter2` stands for it.
struct refused_texts {
    std::string why;
    std::vector<std::string> texts;
};

void check_refusals(const std::vector<refused_texts>& rows, const std::string& before = {},
                    const std::string& after = {})
{
    for (const auto& row : rows)
        for (const auto& text : row.texts)
            BOOST_TEST_CONTEXT(before << text << after)
            {
                const auto why =
                    refusal([&] { return parse_job_handle(std::string(before).append(text).append(after)); });
                BOOST_TEST(why == row.why);
                BOOST_TEST(why.find("hunter2") == why.npos);
            }
}

std::optional<job_handle> try_parse(std::string_view text)
{
    std::optional<job_handle> parsed;
    refusal([&] { parsed = parse_job_handle(text); });
    return parsed;
}

/// Its text is longer than 8 KiB by that much.
job_handle handle_over_the_limit_by(std::size_t excess)
{
    job_handle handle("a", "s", "i");
    handle.scope.append(8192 + excess - to_string(handle).size(), 's');
    return handle;
}

} // namespace handle_tests

BOOST_AUTO_TEST_SUITE(job_handles)

using namespace handle_tests;

BOOST_AUTO_TEST_CASE(a_handle_is_written_in_this_form)
{
    BOOST_TEST(to_string(full_handle()) == full_text); // other releases read it: a change is a new version
    BOOST_TEST((parse_job_handle(full_text) == full_handle()));
    BOOST_TEST(to_string(job_handle("a", "s", "i")) == "cojob-job/1 api=a scope=s id=i end");
}

BOOST_AUTO_TEST_CASE(what_is_written_is_read_back)
{
    std::string all_bytes;
    for (int byte = 0; byte < 256; ++byte)
        all_bytes += static_cast<char>(byte);
    const std::string long_id(1024, '%');
    const std::string utf8 = "\xC3\xA9\xE4\xBD\xA0\xF0\x9F\x98\x80";
    const std::string ids[] = {"job-1", " spaces ",  "a=b", "=",         "end",   "id=x end", "100%", "%41",
                               "%",     "a/b//../c", "...", "a+b&c?d#e", "\"'\\", utf8,       long_id};
    const std::string texts[] = {"x", "https://[::1]:8443/a b=c", "two\r\nlines\ttab", std::string("\0", 1), all_bytes};
    for (const auto& id : ids)
        for (const auto& text : texts)
            for (const auto& handle : {job_handle(text, "scope", id), job_handle("api", text, id)})
                BOOST_TEST_CONTEXT(to_string(handle)) BOOST_TEST((parse_job_handle(to_string(handle)) == handle));
}

BOOST_AUTO_TEST_CASE(times_are_read_back_to_the_nanosecond)
{
    const std::int64_t times[] = {0, 1, -1, 1'000, 1'000'000, 1'000'000'000, INT64_MIN, INT64_MAX};
    for (const auto time : times) {
        auto created = job_handle("a", "s", "i"), messaged = created, both = full_handle();
        created.created_at = messaged.messaged_at = both.created_at = at(time);
        for (const auto& handle : {created, messaged, both})
            BOOST_TEST_CONTEXT(to_string(handle)) BOOST_TEST((parse_job_handle(to_string(handle)) == handle));
    }
}

BOOST_AUTO_TEST_CASE(handles_that_differ_in_one_member_are_not_equal)
{
    for (const auto member : {&job_handle::api, &job_handle::scope, &job_handle::id}) {
        auto other = full_handle();
        other.*member += 'x';
        BOOST_TEST((other != full_handle()));
    }
    for (const auto member : {&job_handle::created_at, &job_handle::messaged_at}) {
        auto other = full_handle();
        *(other.*member) += std::chrono::nanoseconds(1);
        BOOST_TEST((other != full_handle()));
    }
}

BOOST_AUTO_TEST_CASE(white_space_and_the_order_of_members_do_not_matter)
{
    for (const std::string around : {" ", "\n", "\r\n", "\t", " \t\r\n \n"})
        BOOST_TEST((parse_job_handle(std::string(around).append(full_text).append(around)) == full_handle()));
    const auto parsed = parse_job_handle("cojob-job/1  messaged=2026-01-02T05:04:05+02:00   id=i scope=s api=a  end");
    auto expected = job_handle("a", "s", "i");
    expected.messaged_at = at(1'767'323'045'000'000'000);
    BOOST_TEST((parsed == expected));
}

BOOST_AUTO_TEST_CASE(what_does_not_begin_as_a_handle_of_this_version_is_refused)
{
    const auto byte_order_mark = "\xEF\xBB\xBF" + full_text;
    const auto long_text = "cojob-job/123456789 " + std::string(9000, 'x');
    check_refusals({
        {"is empty", {"", " \r\n"}},
        {"does not begin with cojob-job/", {"hunter2", "cojob-job", "COJOB-JOB/1 x end", byte_order_mark}},
        {"the version is not a number",
         {"cojob-job/", "cojob-job/ 1 x end", "cojob-job/0 x end", "cojob-job/01 x end", "cojob-job/-1 x end",
          "cojob-job/1.0 x end", "cojob-job/1234567890 x end", "cojob-job/1\tx end", "cojob-job/hunter2 x end"}},
        {"version 2 is newer than this library understands", {"cojob-job/2", "cojob-job/2 hunter2\x01"}},
        {"version 123456789 is newer than this library understands", {long_text}},
    });
}

BOOST_AUTO_TEST_CASE(a_text_of_another_form_is_refused)
{
    const std::string zero(1, '\0');
    const std::string time = " created=2026-01-02T03:04:05Z";
    check_refusals(
        {
            {"is cut off: it does not end with the word end", {"", "end", " END", " end hunter2", " end=", " end."}},
            {"is not one line of printable ASCII",
             {"\x01 end", "\n end", "\tend", "\x7f end", "\xC3\xA9 end", zero + " end", " end" + zero,
              " end\n" + full_text}},
            {"has a word that is not name=value", {" end end", " end id=x end", " hunter2 end"}},
            {"has an unknown member", {" hunter2=x end", " ID=x end", " =x end"}},
            {"api: occurs twice", {" api=a end"}},
            {"scope: occurs twice", {" scope=hunter2 end"}},
            {"id: occurs twice", {" id=hunter2 end", " id= end"}},
            {"created: occurs twice", {time + time + " end"}},
            {"messaged: occurs twice", {" messaged=2026-01-02T03:04:05Z messaged=2026-01-02T03:04:06Z end"}},
        },
        "cojob-job/1 api=a scope=hunter2 id=hunter2");
}

BOOST_AUTO_TEST_CASE(a_member_that_is_missing_or_wrong_is_refused)
{
    const std::string api_scope = "api=a scope=hunter2 ";
    const std::string encoding = "is not percent-encoded correctly";
    check_refusals({{"api: is missing", {"", "scope=hunter2 id=hunter2"}},
                    {"scope: is missing", {"api=a", "api=a id=hunter2"}},
                    {"id: is missing", {api_scope}},
                    {"api: is empty", {"api= scope=s id=i"}},
                    {"scope: is empty", {"api=a scope= id=i"}},
                    {"api: " + encoding, {"api=a%g0 scope=s id=i"}},
                    {"scope: " + encoding, {"api=a scope=https://hunter2 id=i"}}},
                   "cojob-job/1 ", " end");
    check_refusals({{"id: is empty", {""}},
                    {"id: must not be . or ..", {".", ".."}},
                    {"id: must not have control characters", {"hunter2%0A", "%00", "%7F"}},
                    {"id: must be UTF-8", {"hunter2%FF"}},
                    {"id: must not be longer than 1 KiB", {std::string(1025, 'x')}},
                    // one spelling only; the last one has lost a space
                    {"id: " + encoding,
                     {"hunter2%", "hunter2%4", "%zz", "%4z", "%-1", "%+1", "%%41", "%2f", "%41", "a/b", "a=b",
                      "icreated=2026-01-02T03:04:05Z"}}},
                   "cojob-job/1 " + api_scope + "id=", " end");
}

BOOST_AUTO_TEST_CASE(a_time_that_is_wrong_is_refused)
{
    const std::vector<std::string> texts = {"",
                                            "hunter2",
                                            "1767323045",
                                            "2026-01-02",
                                            "2026-02-30T03:04:05Z",
                                            "2026-01-02T03:04:05",
                                            "2026-01-02T03%3A04%3A05Z"};
    const std::string before = "cojob-job/1 api=a scope=s id=i ";
    check_refusals({{"created: is not an RFC 3339 time", texts}}, before + "created=", " end");
    check_refusals({{"messaged: is not an RFC 3339 time", texts}}, before + "messaged=", " end");
}

BOOST_AUTO_TEST_CASE(a_handle_that_could_not_be_read_back_is_not_written)
{
    const auto why_not = [](const job_handle& handle) { return refusal([&] { return to_string(handle); }); };
    BOOST_TEST(why_not({"", "s", "i"}) == "api: is missing");
    BOOST_TEST(why_not({"a", "", "i"}) == "scope: is missing");
    BOOST_TEST(why_not({"a", "s", ""}) == "id: is missing");
    BOOST_TEST(why_not({"a", "s", ".."}) == "id: must not be . or ..");
    BOOST_TEST(why_not({"a", "s", "hunter2\n"}) == "id: must not have control characters");
    BOOST_TEST(why_not({"a", "s", "\xFF"}) == "id: must be UTF-8");
    BOOST_TEST(why_not({"a", "s", std::string(1025, 'x')}) == "id: must not be longer than 1 KiB");
    BOOST_TEST(why_not(handle_over_the_limit_by(1)) == "is longer than 8 KiB");
}

BOOST_AUTO_TEST_CASE(a_handle_of_8_kib_is_written_and_read)
{
    const auto handle = handle_over_the_limit_by(0);
    const auto text = to_string(handle);
    BOOST_TEST(text.size() == 8192U);
    BOOST_TEST((parse_job_handle("\n" + text + "\r\n") == handle)); // what is around it is not counted
    check_refusals({{"is longer than 8 KiB", {"cojob-job/1  " + text.substr(12)}}});
}

BOOST_AUTO_TEST_CASE(a_handle_that_was_cut_off_anywhere_is_refused)
{
    for (std::size_t length = 0; length < full_text.size(); ++length)
        BOOST_TEST_CONTEXT(length)
        {
            BOOST_TEST(!try_parse(full_text.substr(0, length)));
            BOOST_TEST(!try_parse(full_text.substr(0, length) + "\r\n"));
            BOOST_TEST(!try_parse(full_text.substr(full_text.size() - length)));
        }
}

BOOST_AUTO_TEST_CASE(every_byte_in_every_place_is_survived, *boost::unit_test::label("long"))
{
    for (std::size_t place = 0; place < full_text.size(); ++place)
        for (int byte = 0; byte < 256; ++byte) {
            auto broken = full_text;
            broken[place] = static_cast<char>(byte);
            if (const auto parsed = try_parse(broken))
                BOOST_TEST((parse_job_handle(to_string(*parsed)) == *parsed));
        }
}

BOOST_AUTO_TEST_CASE(random_bytes_are_refused, *boost::unit_test::label("long"))
{
    std::mt19937 random(8259);
    for (int round = 0; round < 10'000; ++round) {
        std::string bytes(random() % 200, '\0'), printable = bytes;
        for (auto& c : bytes)
            c = static_cast<char>(random() % 256);
        for (auto& c : printable)
            c = static_cast<char>(' ' + random() % 95);
        BOOST_TEST(!try_parse(bytes));
        BOOST_TEST(!try_parse("cojob-job/1 " + printable + " end"));
    }
}

BOOST_AUTO_TEST_CASE(a_service_goes_on_only_with_a_handle_of_its_own)
{
    const auto why_not = [](const job_handle& handle) {
        return refusal([&] { cojob::detail::check_handle(handle, "a", "s"); });
    };
    BOOST_TEST(why_not({"a", "s", "i"}) == "");
    BOOST_TEST(why_not({"a", "s", "a/b c"}) == "");
    BOOST_TEST(why_not({"A", "s", "i"}) == "belongs to another API");
    BOOST_TEST(why_not({"a", "s/", "i"}) == "belongs to another server or project");
    BOOST_TEST(why_not({"a", "t", ".."}) == "belongs to another server or project");
    BOOST_TEST(why_not({"a", "s", ""}) == "id: must not be empty");
    BOOST_TEST(why_not({"a", "s", "i\r\n"}) == "id: must not have control characters");
}

BOOST_AUTO_TEST_SUITE_END()
