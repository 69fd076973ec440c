#include <cojob/impl/internal/base/linked_list.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <vector>

namespace linked_list_tests {

struct element {
    cojob::detail::list_links<element> links_{};
};

using list = cojob::detail::linked_list<element>;

/// The elements from first to last. From last to first they are the same.
std::vector<const element*> elements_of(const list& l)
{
    std::vector<const element*> forwards, backwards;
    for (const auto* e = l.first(); e; e = l.after(*e))
        forwards.push_back(e);
    for (const auto* e = l.last(); e; e = l.before(*e))
        backwards.insert(backwards.begin(), e);
    BOOST_TEST((forwards == backwards));
    return forwards;
}

} // namespace linked_list_tests

BOOST_AUTO_TEST_SUITE(a_linked_list)

using namespace linked_list_tests;

BOOST_AUTO_TEST_CASE(keeps_the_order_whichever_element_leaves_and_comes_back)
{
    for (const auto leaves : {0U, 1U, 2U}) {
        std::array<element, 3> elements;
        list l;
        BOOST_TEST(elements_of(l).empty());
        std::vector<const element*> expected;
        for (auto& e : elements) {
            l.add(e);
            expected.push_back(&e);
            BOOST_TEST((elements_of(l) == expected));
        }
        for (int i = 0; i < 4; ++i) {
            l.remove(elements[leaves]);
            std::erase(expected, &elements[leaves]);
            BOOST_TEST((elements_of(l) == expected));
            l.add(elements[leaves]);
            expected.push_back(&elements[leaves]);
            BOOST_TEST((elements_of(l) == expected));
        }
        for (auto& e : elements)
            l.remove(e);
        BOOST_TEST((!l.first() && !l.last()));
    }
}

BOOST_AUTO_TEST_SUITE_END()
