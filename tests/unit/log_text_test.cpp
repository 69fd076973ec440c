#include "support/logged_events.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(log_to)

using namespace log_tests;

BOOST_AUTO_TEST_CASE(a_query_keeps_its_values_by_allow_list)
{
    const std::pair<std::string_view, std::string_view> rows[] = {
        {"/jobs", "/jobs"},
        {"/jobs?", "/jobs?"},
        {"/jobs?status=active&limit=100&offset=5&skip=1&take=100&page=2",
         "/jobs?status=active&limit=100&offset=5&skip=1&take=100&page=2"},
        {"/jobs?status=partial_failure&token=hush&limit=1", "/jobs?status=partial_failure&token=***&limit=1"},
        {"/jobs?status=&token=", "/jobs?status=&token=***"},
        {"/jobs?hush", "/jobs?***"},
        {"/jobs?hush&status=a", "/jobs?***&status=a"},
        {"/jobs?&&", "/jobs?&&"},
        {"/jobs?Status=hush&status%20=hush&xstatus=hush&%73tatus=hush",
         "/jobs?Status=***&status%20=***&xstatus=***&%73tatus=***"},
        {"/jobs?status=active;token=hush", "/jobs?status=***"},
        {"/jobs?status=active?token=hush", "/jobs?status=***"},
        {"/jobs?token:hush;status=active", "/jobs?***=***"},
        {"/jobs?status=active#hush", "/jobs?status=***"},
        {"/jobs?status=\r\nhush", "/jobs?status=***"},
        {"/jobs?status=caf\xC3\xA9", "/jobs?status=***"},
        {"?key=hush", "?key=***"},
    };
    for (const auto& [text, shown] : rows)
        BOOST_TEST(shown_path(text) == shown);
}

BOOST_AUTO_TEST_CASE(an_id_that_is_a_url_has_no_query)
{
    BOOST_TEST(shown_id("/operations/7?signature=hush&page=2") == "/operations/7");
    const std::string_view id = "/operations/7?hush";
    for (const auto& tell : {polled({"own", id, "active", {}, 1, 5s}), polled({"own", id, {}, errc::not_found, 1, {}}),
                             changed({"own", id, "active", {}, 1, {}}), unknown({"own", id, "odd"})})
        BOOST_TEST(logged(tell).find(" job=/operations/7 ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_text_is_one_word_and_cannot_pass_for_more)
{
    struct row {
        std::string_view text, in_path, as_id;
    };
    const row rows[] = {
        {"", R"("")", R"("")"},
        {"a/b-1:2", "a/b-1:2", "a/b-1:2"},
        {"caf\xC3\xA9", "caf\xC3\xA9", "caf\xC3\xA9"},
        {"a=b", "a=b", R"("a=b")"},
        {"a status=done", R"("a status=done")", R"("a status=done")"},
        {R"(a" b)", R"("a\" b")", R"("a\" b")"},
        {R"(a\)", R"("a\\")", R"("a\\")"},
        {R"(\x1B)", R"("\\x1B")", R"("\\x1B")"},
        {"\x1B", R"("\x1B")", R"("\x1B")"},
        {"a\r\ncojob", R"("a\x0D\x0Acojob")", R"("a\x0D\x0Acojob")"},
        {"\0\t\x7F"sv, R"("\x00\x09\x7F")", R"("\x00\x09\x7F")"},
        {"\xC2\x9B"
         "2J",
         R"("\xC2\x9B2J")", R"("\xC2\x9B2J")"},
        {"\xFF\xE2\x82", R"("\xFF\xE2\x82")", R"("\xFF\xE2\x82")"},
    };
    for (const auto& [text, in_path, as_id] : rows) {
        BOOST_TEST(shown_path(text) == in_path);
        BOOST_TEST(shown_id(text) == as_id);
    }
}

BOOST_AUTO_TEST_CASE(no_text_of_any_event_breaks_the_line_or_reaches_a_terminal)
{
    for (const auto evil : {"a\r\nb"sv, "a\x1B[31mb"sv, "a\0b"sv, "a\xC2\x9B\xC2\x85z"sv, "a\xFF\xC3"sv, "\xE2\x80"sv})
        for (const auto& tell : events_with(evil)) {
            const auto line = logged(tell);
            BOOST_TEST_CONTEXT(line)
            {
                BOOST_TEST_REQUIRE(line.ends_with('\n'));
                const auto words = std::string_view(line).substr(0, line.size() - 1);
                BOOST_TEST(cojob::detail::escape_control(words) == words);
                BOOST_TEST(words.find("\\x") != words.npos);
            }
        }
}

BOOST_AUTO_TEST_CASE(an_overlong_text_is_cut_between_two_characters)
{
    const auto a = [](std::size_t count) { return std::string(count, 'a'); };
    const std::pair<std::string, std::string> rows[] = {
        {a(256), a(256)},
        {a(257), a(253) + "..."},
        {a(251) + "\xE2\x82\xAC" + a(2), a(251) + "\xE2\x82\xAC" + a(2)},
        {a(251) + "\xE2\x82\xAC" + a(3), a(251) + "..."},
        {a(250) + "\xE2\x82\xAC" + a(9), a(250) + "\xE2\x82\xAC..."},
    };
    for (const auto& [text, shown] : rows) {
        BOOST_TEST(shown_path(text) == shown);
        BOOST_TEST(shown_id(text) == shown);
    }
    const std::string endless(100'000, '\x1B');
    for (const auto& tell : events_with(endless))
        BOOST_TEST(logged(tell).size() < 4 * (4 * 256 + 50));
}

BOOST_AUTO_TEST_CASE(a_secret_in_a_query_never_appears_wherever_the_path_is_cut)
{
    constexpr auto secret = "sk_live_4f9a"sv;
    for (std::size_t length = 200; length < 300; ++length) {
        const auto target = "/" + std::string(length, 'p') + "?limit=5&key=" + std::string(secret) + "&" +
                            std::string(secret) + "&status=a;" + std::string(secret);
        for (const auto& tell :
             {attempt({"GET", target, 1, false}), response({"GET", target, 401, errc::unauthorized, phase::done, 1s}),
              retry({"GET", target, 1, errc::unauthorized, 1s, false}),
              throttled({"GET", target, {}, errc::rate_limited, 1s})})
            for (std::size_t known = 4; known <= secret.size(); ++known)
                BOOST_TEST(logged(tell).find(secret.substr(0, known)) == std::string::npos);
    }
}

BOOST_AUTO_TEST_SUITE_END()
