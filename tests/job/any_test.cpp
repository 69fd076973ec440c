#include "support/job_script.hpp"
#include "support/waits.hpp"

#include <cojob/job/many.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace any_tests {

using namespace std::chrono_literals;
using enum cojob::asio::cancellation_type;
using cojob::errc;
using cojob::wait_for_any;
using cojob::wait_options;
using cojob::mintlify::agent_job;
using tests::job_bench;
using tests::job_script;
using wait_tests::after;
using wait_tests::reply;

using strings = std::vector<std::string>;
using first_end = std::pair<std::size_t, agent_job>;

const cojob::error_code aborted = cojob::asio::error::operation_aborted;

const reply missing{404, R"({"error":"not found"})", {}};

/// Some jobs, and how each of them goes.
job_bench bench()
{
    return job_bench(job_script({
        {"done", {{0, "completed"}}},
        {"soon", {{0, "active"}, {60, "failed"}}},
        {"later", {{0, "active"}, {120, "archived"}}},
        {"fickle", {{0, "failed"}, {20, "active"}}},
        {"for-ever", {{0, "active"}}},
        {"mute", {{0, after(cojob::no_timeout, reply(200, ""))}}},
        {"mistyped", {{0, missing}}},
        {"slowly-mistyped", {{0, after(3s, missing)}}},
        {"slowly-forbidden", {{0, after(1s, reply(403, ""))}}},
        {"gone", {{0, "active"}, {30, missing}}},
    }));
}

tests::started<first_end> start(job_bench& b, strings ids, const wait_options& options = {})
{
    return b.start(wait_for_any(b.host.agent, std::move(ids), options));
}

struct first_row {
    const char* what;
    strings ids;
    wait_options options;
    std::size_t place;
    std::string status;
    double after; ///< it comes not before, and not much later
};

const std::vector<first_row> first_rows{
    {"the only one", {"done"}, {}, 0, "completed", 0},
    {"the first", {"soon", "later"}, {}, 0, "failed", 60},
    {"the last", {"for-ever", "later", "soon"}, {}, 2, "failed", 60},
    {"beside one that never answers", {"mute", "soon"}, {}, 1, "failed", 60},
    {"beside failures", {"mistyped", "slowly-forbidden", "gone", "later"}, {}, 3, "archived", 120},
    {"the same twice", {"soon", "soon"}, {}, 0, "failed", 60},
    {"the first that has settled", {"fickle", "soon"}, {.settle = 35s}, 1, "failed", 95},
};

struct failed_row {
    const char* what;
    strings ids;
    wait_options options;
    errc expected;
    std::string id;
};

const std::vector<failed_row> failed_rows{
    {"no job", {}, {}, errc::invalid_argument, ""},
    {"an id that is none", {"done", ""}, {}, errc::invalid_argument, ""},
    {"options that cannot work", {"done"}, {.timeout = 0s}, errc::invalid_argument, ""},
    {"one that fails", {"mistyped"}, {}, errc::not_found, "mistyped"},
    {"the first in time, not in place",
     {"slowly-mistyped", "slowly-forbidden", "gone"},
     {},
     errc::forbidden,
     "slowly-forbidden"},
    {"no time", {"for-ever", "later"}, {.timeout = 1min}, errc::wait_timeout, "for-ever"},
    {"no time, and failures before", {"mistyped", "later", "gone"}, {.timeout = 1min}, errc::wait_timeout, "later"},
};

} // namespace any_tests

BOOST_AUTO_TEST_SUITE(waiting_for_any_job)

using namespace any_tests;

BOOST_AUTO_TEST_CASE(gives_the_first_that_ends_and_its_place_and_polls_the_others_no_more)
{
    for (const auto& row : first_rows) {
        BOOST_TEST_CONTEXT(row.what)
        {
            auto b = bench();
            auto any = start(b, row.ids, row.options);
            const auto took = b.host.until_done(any);
            BOOST_TEST(any.get().value().first == row.place);
            BOOST_TEST(any.get().value().second.id == row.ids[row.place]);
            BOOST_TEST(any.get().value().second.status_text == row.status);
            BOOST_TEST(took >= row.after);
            BOOST_TEST(took <= row.after + 16);
            BOOST_TEST(b.is_idle());
            const auto sent = b.host.transport->requests().size();
            b.host.clock->advance(1h);
            BOOST_TEST(b.host.transport->requests().size() == sent);
        }
    }
}

BOOST_AUTO_TEST_CASE(ends_with_the_failure_that_came_first_when_none_can_end)
{
    for (const auto& row : failed_rows) {
        BOOST_TEST_CONTEXT(row.what)
        {
            auto b = bench();
            auto any = start(b, row.ids, row.options);
            b.host.until_done(any);
            BOOST_TEST(any.code() == row.expected);
            BOOST_TEST(any.error().job_id == row.id);
            BOOST_TEST(b.host.transport->requests().empty() == (row.expected == errc::invalid_argument));
            BOOST_TEST(b.is_idle());
        }
    }
}

BOOST_AUTO_TEST_CASE(is_over_at_once_when_it_is_cancelled_or_closed)
{
    for (const auto type : {terminal, partial, total, none}) {
        for (const auto at : {0s, 7s, 62s}) {
            auto b = bench();
            auto any = start(b, {"mistyped", "for-ever", "mute", "later"});
            b.host.clock->advance(at);
            BOOST_TEST(!any.is_done());
            if (type == none)
                b.host.agent.get_client().close();
            else
                any.cancel(type);
            BOOST_TEST(b.is_idle());
            BOOST_TEST(any.code() == aborted); // not the failure of one of them
        }
    }
}

BOOST_AUTO_TEST_CASE(ends_without_a_poll_on_a_closed_client)
{
    auto b = bench();
    b.host.agent.get_client().close();
    BOOST_TEST(start(b, {"done"}).code() == aborted);
    BOOST_TEST(b.host.transport->requests().empty());
}

/// For the sanitizers.
BOOST_AUTO_TEST_CASE(leaves_nothing_behind_when_its_context_goes)
{
    for (const auto at : {0s, 7s}) {
        auto b = bench();
        auto any = start(b, {"for-ever", "mute", "later"});
        b.host.clock->advance(at);
        BOOST_TEST(!any.is_done());
    }
}

BOOST_AUTO_TEST_SUITE_END()
