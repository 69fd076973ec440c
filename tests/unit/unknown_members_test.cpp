#include <cojob/impl/internal/base/unknown_collector.hpp>
#include <cojob/unknown_members.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace unknown_members_tests {

using cojob::unknown_members;
using cojob::detail::unknown_collector;

std::string json_without_key(std::string_view json, std::string_view key)
{
    std::string out;
    cojob::detail::append_json_without_key(out, json, key);
    return out;
}

const std::string key = "mint_0123\"/x"; // a JSON text has to escape a part of it

} // namespace unknown_members_tests

BOOST_AUTO_TEST_SUITE(unknown_members_of_a_job)

using namespace unknown_members_tests;

BOOST_AUTO_TEST_CASE(are_found_by_their_path)
{
    unknown_collector collector("");
    BOOST_TEST(collector.take().empty());
    collector.add("cost", "0.10");
    collector.add("source.owner", "{}");
    const auto found = collector.take();
    BOOST_TEST(found.size() == 2U);
    BOOST_TEST(found.find("cost").value() == "0.10");
    BOOST_TEST(found.find("source.owner").value() == "{}");
    BOOST_TEST(!found.find("owner"));
    BOOST_TEST(found[1].path == "source.owner");
    BOOST_TEST(!found.is_cut());
    BOOST_TEST(collector.take().empty());
}

BOOST_AUTO_TEST_CASE(are_compared_when_they_are_asked_for)
{
    const auto made = [](const char* path, const char* json) {
        unknown_collector collector("");
        collector.add(path, json);
        return collector.take();
    };
    BOOST_CHECK(unknown_members() == unknown_members());
    BOOST_CHECK(made("a", "1") == made("a", "1"));
    BOOST_CHECK(!(made("a", "1") == made("a", "2")));
    BOOST_CHECK(!(made("a", "12") == made("a1", "2")));
    BOOST_CHECK(!(made("a", "1") == unknown_members()));
}

BOOST_AUTO_TEST_CASE(are_cut_at_64_KiB_of_a_job)
{
    unknown_collector collector("");
    const std::string large(60'000, '1');
    collector.add("large", large);
    collector.add("too_large", large);
    collector.add("small", "2");
    const auto found = collector.take();
    BOOST_TEST(found.is_cut());
    BOOST_TEST(found.size() == 2U);
    BOOST_TEST(found.find("small").value() == "2");
    collector.add("next", large);
    BOOST_TEST(!collector.take().is_cut());

    for (int i = 0; i < 100'000; ++i)
        collector.add("a", "1");
    const auto many = collector.take();
    BOOST_TEST(many.is_cut());
    BOOST_TEST(many.size() < 4'000U); // where each of them is takes memory as well
    collector.add("huge", std::string(1'000'000, '1'));
    BOOST_TEST(collector.take().is_cut());
}

BOOST_AUTO_TEST_CASE(do_not_have_the_key_in_them_however_it_is_written)
{
    const std::pair<const char*, const char*> rows[] = {
        {R"("x mint_0123\"/x y")", R"("x *** y")"},
        {R"("x mint_0123\"\/x y")", R"("x *** y")"},
        {R"("x \u006dint_0123\u0022/x y")", R"("x *** y")"},
        {R"({"mint_0123\"/x":[1.50,"a\tb","mint_0123\"/x"]})", R"({"***":[1.50,"a\tb","***"]})"},
        {R"({"a":"mint_0123"})", R"({"a":"mint_0123"})"},
        {R"("\\")", R"("\\")"},
    };
    for (const auto& [text, expected] : rows)
        BOOST_TEST(json_without_key(text, key) == expected);
    BOOST_TEST(json_without_key(R"(["mint_01234567","x"])", "mint_01234567") == R"(["***","x"])");
    unknown_collector collector("mint_01234567");
    collector.add("hosts.mint_01234567", "\"mint_01234567\"");
    BOOST_TEST(collector.take().find("hosts.***").value() == "\"***\"");
}

BOOST_AUTO_TEST_SUITE_END()
