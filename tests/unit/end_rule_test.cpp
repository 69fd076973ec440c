#include <cojob/impl/internal/job/end_rule.hpp>
#include <cojob/impl/internal/job/job_memory.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace end_rule_tests {

using namespace std::chrono_literals;
using cojob::time_point;
using cojob::detail::end_rule;
using cojob::detail::job_key;
using cojob::detail::job_memory;

const time_point start{100h};

/// An answer that came at once, so many seconds after the start, and whether it is the end.
struct answer_row {
    int at;
    const char* status; ///< empty: not ended
    bool is_end;
};

struct settling_row {
    const char* what;
    cojob::duration settle;
    std::vector<answer_row> answers;
};

const std::vector<settling_row> settling_rows{
    {"at once", 0s, {{0, "failed", true}}},
    {"as long as it has to", 35s, {{0, "failed", false}, {34, "failed", false}, {35, "failed", true}}},
    {"much longer", 35s, {{0, "failed", false}, {3600, "failed", true}}},
    {"another end begins anew",
     35s,
     {{0, "failed", false}, {30, "completed", false}, {64, "completed", false}, {65, "completed", true}}},
    {"back to the first, anew",
     35s,
     {{0, "failed", false},
      {30, "completed", false},
      {40, "failed", false},
      {74, "failed", false},
      {75, "failed", true}}},
    {"taken back, and the same again",
     35s,
     {{0, "failed", false}, {10, "", false}, {20, "failed", false}, {54, "failed", false}, {55, "failed", true}}},
    {"never for ever", cojob::no_timeout, {{0, "failed", false}, {1'000'000, "failed", false}}},
};

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

BOOST_AUTO_TEST_CASE(a_message_that_is_not_later_than_the_last_is_no_news)
{
    for (const auto earlier : {0ns, 1ns}) {
        end_rule rule(5s);
        rule.message_sent(start);
        BOOST_TEST(!rule.accepts(true, "", start + 5s, start + 5s));
        rule.message_sent(start - earlier); // from a handle, whose times are not quite exact
        BOOST_TEST(rule.accepts(true, "", start + 10s, start + 10s));
        rule.message_sent(start - earlier); // its effect has been seen
        BOOST_TEST(rule.accepts(true, "", start + 11s, start + 11s));
    }
}

BOOST_AUTO_TEST_CASE(lets_an_end_stand_for_as_long_as_it_is_told)
{
    for (const auto& row : settling_rows) {
        BOOST_TEST_CONTEXT(row.what)
        {
            end_rule rule(5s, row.settle);
            for (const auto& [at, status, is_end] : row.answers) {
                const auto now = start + std::chrono::seconds(at);
                const std::string_view seen(status);
                BOOST_TEST(rule.accepts(!seen.empty(), seen, now, now) == is_end);
                BOOST_TEST(rule.settles_at().has_value() == (!seen.empty() && row.settle != 0s));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(counts_from_an_answer_to_the_beginning_of_a_poll)
{
    end_rule rule(5s, 35s);
    BOOST_TEST(!rule.accepts(true, "failed", start, start + 3s));
    BOOST_TEST((rule.settles_at() == start + 38s));
    BOOST_TEST(!rule.accepts(true, "failed", start + 37s, start + 40s));
    BOOST_TEST(rule.accepts(true, "failed", start + 38s, start + 41s));
}

BOOST_AUTO_TEST_CASE(lets_no_end_settle_that_may_be_from_before_a_message)
{
    end_rule rule(5s, 10s);
    BOOST_TEST(!rule.accepts(true, "failed", start, start));
    rule.message_sent(start + 1s);
    BOOST_TEST(!rule.accepts(true, "failed", start + 20s, start + 20s));
    BOOST_TEST(!rule.settles_at().has_value());
    BOOST_TEST(!rule.accepts(true, "failed", start + 25s, start + 25s)); // a new end, from here on
    BOOST_TEST(!rule.accepts(true, "failed", start + 34s, start + 34s));
    BOOST_TEST(rule.accepts(true, "failed", start + 35s, start + 35s));
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

BOOST_AUTO_TEST_CASE(forgets_the_oldest_of_more_than_ten_thousand, *boost::unit_test::label("long"))
{
    job_memory memory;
    const auto is_known = [&](int i) {
        return memory.find({"api", "scope", std::to_string(i)}, start + 101s).created.has_value();
    };
    for (int i = 0; i <= 100'000; ++i) // takes minutes where each of them looks at all the others
        memory.created({"api", "scope", std::to_string(i)}, start + i * 1ms);
    BOOST_TEST(!is_known(90'000));
    BOOST_TEST(is_known(90'001));
    BOOST_TEST(is_known(100'000));
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
