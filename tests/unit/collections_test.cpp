#include <cojob/impl/internal/base/name_map.hpp>
#include <cojob/impl/internal/base/timer_queue.hpp>
#include <cojob/impl/internal/base/weak_list.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace collections_tests {

using namespace std::chrono_literals;
using cojob::detail::name_map;
using cojob::detail::timer_queue;
using cojob::detail::weak_list;

const cojob::time_point start{};

struct due_thing : cojob::detail::timer_queue_hook {};

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
    list.notify([&](int thing) { seen.push_back(thing); });
    return seen;
}

const auto per_element = boost::test_tools::per_element();

} // namespace collections_tests

BOOST_AUTO_TEST_SUITE(a_due_set)

using namespace collections_tests;

BOOST_AUTO_TEST_CASE(has_the_first_in_front_and_none_where_it_is_empty)
{
    due_thing a, b;
    timer_queue<due_thing> set;
    BOOST_TEST((set.next() == cojob::time_point::max()));
    BOOST_TEST(!set.first());
    set.put(b, start + 2s);
    set.put(a, start + 1s);
    BOOST_TEST((set.next() == start + 1s));
    BOOST_TEST(&set.front() == &a);
    set.remove(a);
    BOOST_TEST(&set.front() == &b);
    set.remove(b);
    BOOST_TEST(set.empty());
}

BOOST_AUTO_TEST_CASE(moves_what_is_put_again_and_removes_nothing_that_is_not_there)
{
    due_thing a, b;
    timer_queue<due_thing> set;
    set.put(a, start + 1s);
    set.put(b, start + 2s);
    set.put(a, start + 3s);
    BOOST_TEST(&set.front() == &b);
    BOOST_TEST((a.due_at() == start + 3s));
    set.remove(b);
    set.remove(b);
    BOOST_TEST((b.due_at() == cojob::time_point::max()));
    BOOST_TEST(&set.front() == &a);
    set.remove(a);
}

BOOST_AUTO_TEST_CASE(goes_from_one_to_the_next_and_keeps_the_order_of_coming_at_one_time)
{
    due_thing a, b, c;
    timer_queue<due_thing> set;
    set.put(c, start + 2s);
    set.put(a, start + 1s);
    set.put(b, start + 1s);
    BOOST_TEST(set.first() == &a);
    BOOST_TEST(set.next_of(a) == &b);
    BOOST_TEST(set.next_of(b) == &c);
    BOOST_TEST(!set.next_of(c));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(named_things)

using namespace collections_tests;

BOOST_AUTO_TEST_CASE(are_found_by_their_names_and_the_last_of_a_name_counts)
{
    name_map<int> things;
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
    name_map<int> things;
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
    list.notify([&](int thing) {
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
    list.notify([&](const counted& living) { BOOST_TEST(&living == stays.get()); });
}

BOOST_AUTO_TEST_SUITE_END()
