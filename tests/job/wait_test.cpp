#include "support/waits.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace wait_tests {

using cojob::mintlify::agent_job_status;

/// When its GETs went out, in seconds.
class poll_times final : public cojob::observer {
  public:
    explicit poll_times(std::shared_ptr<const scripted_agent*> host) : host_(std::move(host)) {}

    void on_attempt(const cojob::attempt_event& e) noexcept override
    {
        if (e.is_poll)
            times.push_back((*host_)->elapsed());
    }

    std::vector<double> times;

  private:
    std::shared_ptr<const scripted_agent*> host_;
};

} // namespace wait_tests

BOOST_AUTO_TEST_SUITE(a_wait)

using namespace wait_tests;

BOOST_AUTO_TEST_CASE(returns_every_kind_of_end)
{
    for (const std::string status : {"completed", "failed", "archived"}) {
        scripted_agent s(sequence({job_reply("active"), job_reply(status)}));
        auto waiting = s.start(wait_for_job(s.agent, "job_1"));
        s.until_done(waiting);
        BOOST_TEST(waiting.get().value().status_text == status);
    }
}

BOOST_AUTO_TEST_CASE(polls_an_unknown_id_at_once)
{
    scripted_agent s(sequence({job_reply("completed")}));
    auto waiting = s.start(wait_for_job(s.agent, "job_1"));
    BOOST_TEST(waiting.is_done());
    BOOST_TEST(s.elapsed() == 0);
}

BOOST_AUTO_TEST_CASE(polls_a_job_it_created_after_five_seconds_and_then_in_the_documented_band)
{
    const auto host = std::make_shared<const scripted_agent*>();
    const auto seen = std::make_shared<poll_times>(host);
    cojob::client_options options;
    options.observer = seen;
    scripted_agent s(sequence({job_reply("active")}), options);
    *host = &s;
    auto waiting = s.start(create_and_wait(s.agent, {}));
    s.clock->advance(10min);
    BOOST_REQUIRE(seen->times.size() > 50);
    BOOST_TEST(seen->times.front() == 5.0);
    for (std::size_t i = 1; i < seen->times.size(); ++i) {
        const auto gap = seen->times[i] - seen->times[i - 1];
        BOOST_TEST(gap >= 5.0 - 1e-9);
        BOOST_TEST(gap <= 10.0 + 1e-9);
    }
    BOOST_TEST(!waiting.is_done());
    waiting.cancel();
    s.clock->settle();
}

BOOST_AUTO_TEST_CASE(a_404_passes_for_a_job_that_its_client_has_created)
{
    const reply missing{404, R"({"error":"not found"})", {}};
    scripted_agent s(sequence({missing, missing, job_reply("active"), job_reply("completed")}));
    auto waiting = s.start(create_and_wait(s.agent, {}));
    s.until_done(waiting);
    BOOST_TEST(waiting.get().has_value());
}

BOOST_AUTO_TEST_CASE(a_404_that_goes_on_for_thirty_seconds_ends_the_wait)
{
    scripted_agent s(sequence({{404, R"({"error":"not found"})", {}}}));
    auto waiting = s.start(create_and_wait(s.agent, {}));
    const auto took = s.until_done(waiting);
    BOOST_TEST(waiting.code() == errc::not_found);
    BOOST_TEST(took >= 35.0); // the first poll is made after five
    BOOST_TEST(took <= 46.0);
}

BOOST_AUTO_TEST_CASE(an_end_from_before_the_message_does_not_count)
{
    scripted_agent s(sequence({job_reply("completed"), job_reply("active"), job_reply("failed")}));
    auto waiting = s.start(message_and_wait(s.agent, {}));
    s.until_done(waiting);
    BOOST_TEST(waiting.get().value().status_text == "failed");
}

BOOST_AUTO_TEST_CASE(after_a_message_two_ends_an_interval_apart_count)
{
    scripted_agent s(sequence({job_reply("completed")}));
    auto waiting = s.start(message_and_wait(s.agent, {}));
    const auto took = s.until_done(waiting);
    BOOST_TEST(waiting.get().value().status_text == "completed");
    BOOST_TEST(took >= 10.0);
    BOOST_TEST(took <= 16.0);
}

BOOST_AUTO_TEST_CASE(a_stale_end_at_the_deadline_is_a_wait_timeout)
{
    scripted_agent s(sequence({job_reply("completed")}));
    auto waiting = s.start(message_and_wait(s.agent, {.timeout = 7s}));
    s.until_done(waiting);
    BOOST_TEST(waiting.code() == errc::wait_timeout);
    BOOST_TEST(waiting.error().job_status == "completed");
}

BOOST_AUTO_TEST_CASE(a_message_whose_outcome_is_unknown_counts_as_sent)
{
    bool is_lost = false;
    scripted_agent s([&](const cojob::http::request& r) {
        if (is_get(r))
            return job_reply("completed");
        is_lost = true;
        return reply(errc::connection_lost, phase::awaiting_response);
    });
    auto message = s.start(s.agent.send_message("job_1", "More"));
    BOOST_TEST(message.code() == errc::outcome_unknown);
    BOOST_TEST(is_lost);
    auto waiting = s.start(wait_for_job(s.agent, "job_1"));
    BOOST_TEST(!waiting.is_done());
    BOOST_TEST(s.until_done(waiting) >= 10.0);
    BOOST_TEST(waiting.get().has_value());
}

BOOST_AUTO_TEST_CASE(an_unknown_status_is_no_end_and_reported_once)
{
    struct listener final : cojob::observer {
        void on_unknown_status(const cojob::unknown_status_event& e) noexcept override { seen.emplace_back(e.status); }
        std::vector<std::string> seen;
    };
    const auto heard = std::make_shared<listener>();
    cojob::client_options options;
    options.observer = heard;
    scripted_agent s(sequence({job_reply("paused"), job_reply("paused"), job_reply("completed")}), options);
    auto waiting = s.start(wait_for_job(s.agent, "job_1"));
    s.until_done(waiting);
    BOOST_TEST(waiting.get().value().status_text == "completed");
    BOOST_TEST(heard->seen == std::vector<std::string>{"paused"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(on_unknown_stop_returns_the_job_as_it_is)
{
    scripted_agent s(sequence({job_reply("paused")}));
    auto waiting = s.start(wait_for_job(s.agent, "job_1", {.on_unknown = cojob::unknown_status::stop}));
    BOOST_TEST(waiting.get().value().status_text == "paused");
    BOOST_TEST((waiting.get().value().status == agent_job_status::unknown));
}

BOOST_AUTO_TEST_CASE(tells_an_observer_of_every_poll_and_when_the_next_one_is)
{
    struct listener final : cojob::observer {
        void on_poll(const cojob::poll_event& e) noexcept override
        {
            numbers.push_back(e.number);
            next_in.push_back(std::chrono::duration<double>(e.next_in).count());
        }
        void on_job_changed(const cojob::poll_event& e) noexcept override { changes.emplace_back(e.status); }
        std::vector<unsigned> numbers;
        std::vector<double> next_in;
        std::vector<std::string> changes;
    };
    const auto heard = std::make_shared<listener>();
    cojob::client_options options;
    options.observer = heard;
    scripted_agent s(sequence({job_reply("active"), job_reply("active"), job_reply("completed")}), options);
    auto waiting = s.start(create_and_wait(s.agent, {}));
    s.until_done(waiting);
    BOOST_TEST(heard->numbers == (std::vector<unsigned>{0, 1, 2, 3}), boost::test_tools::per_element());
    BOOST_TEST(heard->changes == (std::vector<std::string>{"active", "completed"}), boost::test_tools::per_element());
    BOOST_TEST(heard->next_in.front() == 5.0);
    BOOST_TEST(heard->next_in.back() == 0.0);
    BOOST_TEST(heard->next_in[1] >= 5.0);
}

BOOST_AUTO_TEST_CASE(tells_an_observer_of_a_change_once_however_many_wait)
{
    struct listener final : cojob::observer {
        void on_job_changed(const cojob::poll_event& e) noexcept override { changes.emplace_back(e.status); }
        std::vector<std::string> changes;
    };
    const auto heard = std::make_shared<listener>();
    cojob::client_options options;
    options.observer = heard;
    scripted_agent s(sequence({job_reply("active"), job_reply("active"), job_reply("completed")}), options);
    auto first = s.start(wait_for_job(s.agent, "job_1"));
    auto second = s.start(wait_for_job(s.agent, "job_1"));
    s.clock->advance(1s);
    auto late = s.start(wait_for_job(s.agent, "job_1"));
    for (auto* waiting : {&first, &second, &late})
        s.until_done(*waiting);
    BOOST_TEST(heard->changes == (std::vector<std::string>{"active", "completed"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
