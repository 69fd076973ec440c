#include <cojob/impl/internal/job/due_set.hpp>
#include <cojob/impl/internal/named.hpp>
#include <cojob/impl/internal/weak_list.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace collections_tests {

using namespace std::chrono_literals;
using cojob::detail::due_set;
using cojob::detail::named;
using cojob::detail::weak_list;

const cojob::time_point start{};

/// What `each` shows, in its order.
template <class Collection>
std::vector<int> all(const Collection& collection)
{
    std::vector<int> seen;
    collection.each([&](const int& thing) { seen.push_back(thing); });
    return seen;
}

std::vector<int> told(weak_list<int>& list)
{
    std::vector<int> seen;
    list.tell([&](int thing) { seen.push_back(thing); });
    return seen;
}

const auto per_element = boost::test_tools::per_element();

} // namespace collections_tests

BOOST_AUTO_TEST_SUITE(a_due_set)

using namespace collections_tests;

BOOST_AUTO_TEST_CASE(has_the_first_in_front_and_none_where_it_is_empty)
{
    due_set<int> set;
    int a = 1, b = 2;
    BOOST_TEST((set.next() == cojob::time_point::max()));
    set.insert(start + 2s, b);
    set.insert(start + 1s, a);
    BOOST_TEST((set.next() == start + 1s));
    BOOST_TEST(&set.front() == &a);
    set.erase(start + 1s, a);
    BOOST_TEST(&set.front() == &b);
    set.erase(start + 2s, b);
    BOOST_TEST(set.empty());
}

BOOST_AUTO_TEST_CASE(erases_nothing_that_was_inserted_for_another_time)
{
    due_set<int> set;
    int a = 1;
    set.insert(start, a);
    set.erase(start + 1s, a);
    BOOST_TEST(&set.front() == &a);
}

BOOST_AUTO_TEST_CASE(tells_all_that_are_due_then_also_at_one_time)
{
    due_set<int> set;
    int a = 1, b = 2, c = 3;
    set.insert(start + 1s, a);
    set.insert(start + 1s, b);
    set.insert(start + 2s, c);
    BOOST_TEST(set.until(start).empty());
    BOOST_TEST(set.until(start + 1s).size() == 2U);
    BOOST_TEST(set.until(start + 2s).size() == 3U);
    BOOST_TEST(set.until(start + 2s).back() == &c);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(named_things)

using namespace collections_tests;

BOOST_AUTO_TEST_CASE(are_found_by_their_names_and_the_last_of_a_name_counts)
{
    named<int> things;
    things.put("a", std::make_shared<int>(1));
    things.put("b", std::make_shared<int>(2));
    things.put("a", std::make_shared<int>(3));
    BOOST_TEST(things.size() == 2U);
    BOOST_TEST(*things.find("a") == 3);
    BOOST_TEST(!things.find("c"));
    things.erase("c");
    things.erase("a");
    BOOST_TEST(!things.find("a"));
    BOOST_TEST(all(things) == std::vector{2}, per_element);
}

BOOST_AUTO_TEST_CASE(stay_where_somebody_else_holds_them)
{
    named<int> things;
    const auto held = std::make_shared<int>(1);
    things.put("held", held);
    things.put("odd", std::make_shared<int>(3));
    things.put("even", std::make_shared<int>(2));
    things.erase_unused_if([](int thing) { return thing % 2 == 1; });
    BOOST_TEST(all(things) == (std::vector{2, 1}), per_element); // by name
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_weak_list)

using namespace collections_tests;

BOOST_AUTO_TEST_CASE(tells_those_that_live_in_their_order)
{
    weak_list<int> list;
    const auto a = std::make_shared<int>(1), c = std::make_shared<int>(3);
    list.add(a);
    list.add(std::make_shared<int>(2));
    list.add(c);
    BOOST_TEST(told(list) == (std::vector{1, 3}), per_element);
    BOOST_TEST(told(list).empty());
}

BOOST_AUTO_TEST_CASE(may_be_added_to_and_have_others_ended_while_it_tells)
{
    weak_list<int> list;
    std::vector<std::shared_ptr<int>> living{std::make_shared<int>(1), std::make_shared<int>(2)};
    for (const auto& thing : living)
        list.add(thing);
    int times = 0;
    list.tell([&](int thing) {
        ++times;
        living.push_back(std::make_shared<int>(thing + 10));
        list.add(living.back());
        living[1].reset();
    });
    BOOST_TEST(times == 1);
    BOOST_TEST(told(list) == (std::vector{11}), per_element);
}

/// What a service does that runs for months.
BOOST_AUTO_TEST_CASE(does_not_grow_with_what_is_gone)
{
    struct counted {
        explicit counted(int& c) : count(c) { ++count; }
        int& count;
    };
    int made = 0;
    weak_list<counted> list;
    const auto stays = std::make_shared<counted>(made);
    list.add(stays);
    for (int i = 0; i < 100'000; ++i)
        list.add(std::make_shared<counted>(made));
    BOOST_TEST(list.size() <= 32U);
    list.tell([&](const counted& living) { BOOST_TEST(&living == stays.get()); });
}

BOOST_AUTO_TEST_SUITE_END()
