#include <cojob/impl/internal/job/end_rule.hpp>
#include <cojob/impl/internal/job/job_memory.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

namespace end_rule_tests {

using namespace std::chrono_literals;
using cojob::time_point;
using cojob::detail::end_rule;
using cojob::detail::job_key;
using cojob::detail::job_memory;

const time_point start{100h};

} // namespace end_rule_tests

BOOST_AUTO_TEST_SUITE(an_end_rule)

using namespace end_rule_tests;

BOOST_AUTO_TEST_CASE(accepts_any_end_where_no_message_was_sent)
{
    end_rule rule(5s);
    rule.message_sent({});
    BOOST_TEST(!rule.accepts(false, "", start, start));
    BOOST_TEST(rule.accepts(true, "", start, start));
}

BOOST_AUTO_TEST_CASE(after_a_message_wants_a_poll_that_is_not_ended_first)
{
    end_rule rule(5s);
    rule.message_sent(start);
    BOOST_TEST(!rule.accepts(true, "", start + 5s, start + 5s));
    BOOST_TEST(!rule.accepts(false, "", start + 6s, start + 6s));
    rule.message_sent(start); // still remembered by the client: no new doubt
    BOOST_TEST(rule.accepts(true, "", start + 7s, start + 7s));
    BOOST_TEST((rule.settled_message() == start));
}

BOOST_AUTO_TEST_CASE(after_a_message_accepts_two_ends_an_interval_apart)
{
    end_rule rule(5s);
    rule.message_sent(start);
    BOOST_TEST(!rule.accepts(true, "", start + 5s, start + 5s));
    BOOST_TEST(!rule.accepts(true, "", start + 9s, start + 9s));
    BOOST_TEST(rule.accepts(true, "", start + 10s, start + 10s));
}

BOOST_AUTO_TEST_CASE(a_poll_from_before_the_message_proves_nothing)
{
    end_rule rule(5s);
    rule.message_sent(start + 1s);
    BOOST_TEST(!rule.accepts(false, "", start, start + 2s));
    BOOST_TEST(!rule.accepts(true, "", start + 3s, start + 3s));
    BOOST_TEST(rule.accepts(true, "", start + 8s, start + 8s));
}

BOOST_AUTO_TEST_CASE(a_second_message_casts_doubt_anew)
{
    end_rule rule(5s);
    rule.message_sent(start);
    BOOST_TEST(!rule.accepts(true, "", start + 5s, start + 5s));
    rule.message_sent(start + 6s);
    BOOST_TEST(!rule.accepts(true, "", start + 11s, start + 11s));
    BOOST_TEST(rule.accepts(true, "", start + 16s, start + 16s));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_job_memory)

using namespace end_rule_tests;

BOOST_AUTO_TEST_CASE(keeps_a_job_for_ten_minutes)
{
    job_memory memory;
    const job_key key{"api", "scope", "id"};
    memory.created(key, start);
    BOOST_TEST((memory.find(key, start + 9min).created == start));
    BOOST_TEST(!memory.find({"api", "other scope", "id"}, start).created.has_value());
    BOOST_TEST(!memory.find(key, start + 10min).created.has_value());
}

BOOST_AUTO_TEST_CASE(counts_the_ten_minutes_from_the_last_use)
{
    job_memory memory;
    const job_key key{"api", "scope", "id"};
    memory.created(key, start);
    memory.messaged(key, start + 6min);
    BOOST_TEST((memory.find(key, start + 12min).created == start));
    BOOST_TEST((memory.find(key, start + 12min).messaged == start + 6min));
    BOOST_TEST(!memory.find(key, start + 16min).messaged.has_value());
}

BOOST_AUTO_TEST_CASE(forgets_the_oldest_of_more_than_ten_thousand)
{
    job_memory memory;
    for (int i = 0; i <= 10'000; ++i)
        memory.created({"api", "scope", std::to_string(i)}, start + i * 1ms);
    BOOST_TEST(!memory.find({"api", "scope", "0"}, start + 11s).created.has_value());
    BOOST_TEST(memory.find({"api", "scope", "1"}, start + 11s).created.has_value());
    BOOST_TEST(memory.find({"api", "scope", "10000"}, start + 11s).created.has_value());
}

BOOST_AUTO_TEST_CASE(keeps_to_ten_thousand_when_every_job_was_noted_twice)
{
    job_memory memory;
    const auto key = [](int i) { return job_key{"api", "scope", std::to_string(i)}; };
    for (int i = 0; i < 10'000; ++i)
        memory.created(key(i), start);
    for (int i = 0; i < 10'000; ++i)
        memory.messaged(key(i), start + 1s);
    for (int i = 10'000; i < 10'100; ++i)
        memory.created(key(i), start + 2s);
    BOOST_TEST(!memory.find(key(99), start + 3s).created.has_value());
    BOOST_TEST(memory.find(key(100), start + 3s).created.has_value());
}

BOOST_AUTO_TEST_CASE(a_settled_message_is_forgotten_but_not_a_later_one)
{
    job_memory memory;
    const job_key key{"api", "scope", "id"};
    memory.messaged(key, start);
    memory.messaged(key, start + 1s);
    memory.settled(key, start);
    BOOST_TEST(memory.find(key, start + 2s).messaged.has_value());
    memory.settled(key, start + 1s);
    BOOST_TEST(!memory.find(key, start + 2s).messaged.has_value());
}

BOOST_AUTO_TEST_SUITE_END()
