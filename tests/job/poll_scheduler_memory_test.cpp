// A poll scheduler that cannot set its alarm, while it delivers answers and afterwards: no wait ends twice, and none is
// forgotten.
#include "support/poll_bench.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

namespace poll_scheduler_memory_tests {

using namespace std::chrono_literals;
using tests::job_of;
using tests::make_ids;
using tests::poll_bench;
using wait = tests::started<cojob::mintlify::agent_job>;

/// A clock whose alarms can be made to find no memory.
class brittle_clock final : public cojob::clock {
  public:
    explicit brittle_clock(cojob::clock_ptr inner) : inner_(std::move(inner)) {}

    void fail(bool does) { *fails_ = does; }

    [[nodiscard]] cojob::time_point now() const override { return inner_->now(); }
    [[nodiscard]] cojob::timestamp wall_now() const override { return inner_->wall_now(); }
    [[nodiscard]] std::unique_ptr<cojob::alarm> make_alarm(const cojob::asio::any_io_executor& executor) override
    {
        return std::make_unique<brittle_alarm>(inner_->make_alarm(executor), fails_);
    }

  private:
    class brittle_alarm final : public cojob::alarm {
      public:
        brittle_alarm(std::unique_ptr<cojob::alarm> inner, std::shared_ptr<const bool> fails)
            : inner_(std::move(inner)), fails_(std::move(fails))
        {
        }
        void set(cojob::time_point when, std::function<void()> ring) override
        {
            if (*fails_)
                throw std::bad_alloc();
            inner_->set(when, std::move(ring));
        }
        void clear() noexcept override { inner_->clear(); }

      private:
        std::unique_ptr<cojob::alarm> inner_;
        std::shared_ptr<const bool> fails_;
    };

    cojob::clock_ptr inner_;
    std::shared_ptr<bool> fails_ = std::make_shared<bool>(false);
};

/// What alarms do while the line tells of something, and until it has told all.
enum class alarms { work, fail_while_an_observer_is_called, fail_from_then_on };

struct row {
    std::string name;
    poll_bench::script_type script;
    cojob::duration passes; ///< until there is something to tell
};

/// A bench whose observer starts a wait, on the client's strand, each time that it hears of a poll.
class brittle_bench : public poll_bench {
  public:
    brittle_bench(const row& r, alarms how) : poll_bench(r.script), how_(how)
    {
        for (const auto& id : make_ids(10))
            for (int twice = 0; twice < 2; ++twice)
                all_.push_back(start_later(cojob::wait_for_job(service, id, {.timeout = 30s})));
        clock->settle();
        clock->advance(r.passes - 1ms);
        seen->heard = [this] { start_another(); };
        clock->advance(2ms);
        brittle->fail(false);
        seen->heard = nullptr;
    }

    /// How everybody ends, in the order in which they came.
    [[nodiscard]] std::vector<std::string> ends()
    {
        clock->advance(1min);
        std::vector<std::string> told;
        for (const auto& w : all_)
            told.push_back(end_of(w));
        return told;
    }

    std::shared_ptr<brittle_clock> brittle = std::make_shared<brittle_clock>(clock);
    cojob::mintlify::agent service = make_agent({}, make_brittle_client());

  private:
    [[nodiscard]] cojob::client make_brittle_client()
    {
        auto options = tests::one_attempt();
        options.clock = brittle;
        options.seed = 1;
        options.observer = seen;
        return cojob::client(context.get_executor(), std::move(options), make_transport());
    }

    void start_another()
    {
        if (is_starting_ || all_.size() > 60)
            return;
        is_starting_ = true;
        brittle->fail(how_ != alarms::work);
        all_.push_back(start_later(cojob::wait_for_job(service, "another", {.timeout = 1s})));
        brittle->fail(how_ == alarms::fail_from_then_on);
        is_starting_ = false;
    }

    static std::string end_of(const wait& w)
    {
        if (!w.is_done())
            return "none";
        try {
            return w.get().has_value() ? "completed" : w.code().message();
        } catch (const std::bad_alloc&) {
            return "bad_alloc";
        }
    }

    alarms how_;
    bool is_starting_ = false;
    std::vector<wait> all_;
};

/// The first polls are made at once, four at a time.
std::vector<row> rows()
{
    const auto until = [](std::size_t polls, const std::string& end, cojob::duration round_trip) {
        return [=](const std::string& id, std::size_t before) {
            return job_of(id, before < polls ? "active" : end, round_trip);
        };
    };
    const auto refuse = [](const std::string&, std::size_t) {
        auto reply = tests::too_many("3600");
        reply.delay = 5s;
        return reply;
    };
    return {
        {"answers that are no ends", until(2, "completed", 5s), 5s},
        {"ends", until(0, "completed", 5s), 5s},
        {"a refusal", refuse, 5s},
        {"a time that is up", until(0, "completed", 1min), 30s},
    };
}

} // namespace poll_scheduler_memory_tests

BOOST_AUTO_TEST_SUITE(a_poll_scheduler_that_cannot_set_its_alarm)

using namespace poll_scheduler_memory_tests;

BOOST_AUTO_TEST_CASE(while_it_tells_of_a_poll_sets_it_when_all_are_told)
{
    for (const auto& r : rows())
        BOOST_TEST_CONTEXT(r.name)
        {
            const auto expected = brittle_bench(r, alarms::work).ends();
            BOOST_TEST(expected.size() > 20U);
            BOOST_TEST(brittle_bench(r, alarms::fail_while_an_observer_is_called).ends() == expected,
                       boost::test_tools::per_element());
        }
}

BOOST_AUTO_TEST_CASE(ends_its_waits_with_that_and_works_when_it_can)
{
    for (const auto& r : rows())
        BOOST_TEST_CONTEXT(r.name)
        {
            brittle_bench s(r, alarms::fail_from_then_on);
            for (const auto& end : s.ends())
                BOOST_TEST(end != "none");
            BOOST_TEST(s.clock->pending() == 0U);
            s.script = [](const std::string& id, std::size_t) { return job_of(id, "completed"); };
            s.clock->advance(2h); // past the pause that the refusal asked for
            const auto next = s.start(cojob::wait_for_job(s.service, "job_1", {.timeout = 1min}));
            s.clock->advance(1min);
            BOOST_TEST(next.get().has_value());
        }
}

BOOST_AUTO_TEST_SUITE_END()
