// Many waits that come and go on services of all kinds, a server that does everything wrong, and an observer that
// starts more waits from inside of events: every wait ends, and nothing stays.
#include "support/list_bench.hpp"

#include <cojob/job/many.hpp>
#include <cojob/job/watch.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace poll_storm_tests {

using namespace std::chrono_literals;
using tests::job_of;
using tests::poll_bench;
using tests::work_api;

/// Everything at random, by one seed.
class storm final : public cojob::observer {
  public:
    storm(unsigned seed, cojob::threading mode)
        : random_(seed), mode_(mode), bench_([this](const std::string& id, std::size_t) { return answer(id); })
    {
    }

    void run()
    {
        {
            auto options = tests::one_attempt();
            options.clock = bench_.clock;
            options.seed = random_();
            options.threads = mode_;
            options.pool.max_connections = 1 + below(12);
            options.observer = std::shared_ptr<observer>(std::shared_ptr<void>(), this);
            auto transport = bench_.make_transport();
            gone_ = transport;
            client_.emplace(bench_.context.get_executor(), std::move(options), std::move(transport));
            agents_ = {make_agent("a", "p"), make_agent("b", "p"), make_agent("c", "q")};
        }
        for (int i = 0; i < 120; ++i)
            step();
        is_calm_ = true;
        bench_.clock->advance(cojob::duration(1h));
        BOOST_TEST_MESSAGE(waits_.size() << " waits, " << bench_.polls.size() << " polls");
        BOOST_TEST(std::ranges::all_of(waits_, &tests::started<void>::is_done));
        BOOST_TEST(bench_.clock->pending() == 0U);
        agents_.clear();
        client_.reset();
        waits_.clear();
        BOOST_TEST(gone_.expired());
    }

  private:
    [[nodiscard]] unsigned below(unsigned n) { return static_cast<unsigned>(random_() % n); }

    cojob::mintlify::agent make_agent(const std::string& key, const std::string& project)
    {
        return bench_.make_agent({.key = key, .project = project}, *client_);
    }

    poll_bench::reply answer(const std::string& id)
    {
        const auto what = is_calm_ ? 0U : below(30);
        auto r = body(id, what);
        r.delay = std::chrono::milliseconds(below(3) * 700);
        if (what == 7)
            r.delay = cojob::no_timeout;
        return r;
    }

    poll_bench::reply body(const std::string& id, unsigned what)
    {
        switch (what) {
        case 1: return {429, "", {{"Retry-After", std::to_string(below(200))}}};
        case 2: return {429, "", {}};
        case 3: return {503, "", {{"Retry-After", std::to_string(below(100))}}};
        case 8: return {500, "", {}};
        case 4: return {404, "", {}};
        case 5: return {cojob::errc::connection_lost, cojob::phase::receiving};
        case 6: return {200, "nonsense", {}};
        default: break;
        }
        if (id == "list")
            return {200, "w1 running -\nw2 done -\nw4 running -\n", {}};
        const auto is_over = is_calm_ || below(4) == 0;
        if (id.starts_with('w'))
            return {200, id + (is_over ? " done x" : " running -"), {}};
        return job_of(id, is_over ? "completed" : "active");
    }

    void step()
    {
        bench_.clock->advance(std::chrono::milliseconds(below(4) * below(2000)));
        for (unsigned i = below(6); i > 0; --i)
            begin();
        for (unsigned i = below(4); i > 0 && !waits_.empty(); --i) {
            auto wait = waits_[below(static_cast<unsigned>(waits_.size()))]; // events may begin others meanwhile
            wait.cancel(static_cast<cojob::asio::cancellation_type>(1U << below(3)));
        }
        bench_.clock->settle();
    }

    void begin()
    {
        const cojob::wait_options options{.timeout =
                                              std::chrono::seconds(1 + below(2) * below(60) + below(2) * below(600)),
                                          .settle = std::chrono::seconds(below(3) / 2 * 20)};
        switch (below(6)) {
        case 0: return keep(cojob::wait_for_job(work_api<false>(*client_), 'w' + std::to_string(below(5)), options));
        case 1: return keep(cojob::wait_for_job(work_api<true>(*client_), 'w' + std::to_string(below(5)), options));
        case 2: return keep(cojob::watch_job(work_api<true>(*client_), "w1", options).next());
        case 3: return keep(cojob::wait_for_all(agents_[below(3)], some_ids(), options));
        default: return keep(cojob::wait_for_job(agents_[below(3)], "job_" + std::to_string(below(6)), options));
        }
    }

    /// One of them is mistyped.
    std::vector<std::string> some_ids()
    {
        std::vector<std::string> ids{"no id/"};
        for (unsigned i = below(5); i > 0; --i)
            ids.push_back("job_" + std::to_string(below(6)));
        return ids;
    }

    /// On the caller's executor, or on the client's own.
    template <class T>
    void keep(cojob::asio::awaitable<T> wait)
    {
        const auto executor =
            below(2) == 0 ? cojob::asio::any_io_executor(bench_.context.get_executor()) : client_->get_executor();
        tests::started<void> begun(executor, end_of(std::move(wait))); // may begin others before it returns
        waits_.push_back(std::move(begun));
    }

    template <class T>
    static cojob::asio::awaitable<void> end_of(cojob::asio::awaitable<T> wait)
    {
        (void)co_await cojob::as_result(std::move(wait));
    }

    void meddle() noexcept
    {
        if (!is_calm_ && below(4) == 0)
            begin();
    }
    void on_poll(const cojob::poll_event&) noexcept override { meddle(); }
    void on_job_changed(const cojob::poll_event&) noexcept override { meddle(); }
    void on_throttled(const cojob::throttled_event&) noexcept override { meddle(); }
    void on_polls_stretched(const cojob::stretched_event&) noexcept override { meddle(); }
    void on_attempt(const cojob::attempt_event&) noexcept override { meddle(); }

    std::mt19937 random_;
    const cojob::threading mode_;
    poll_bench bench_;
    std::optional<cojob::client> client_;
    std::vector<cojob::mintlify::agent> agents_;
    std::vector<tests::started<void>> waits_;
    std::weak_ptr<cojob::http::transport> gone_;
    bool is_calm_ = false;
};

} // namespace poll_storm_tests

BOOST_AUTO_TEST_SUITE(a_storm_of_waits)

using namespace poll_storm_tests;

BOOST_AUTO_TEST_CASE(ends_and_leaves_nothing)
{
    for (const auto mode : {cojob::threading::safe, cojob::threading::single})
        for (unsigned seed = 1; seed <= 20; ++seed)
            BOOST_TEST_CONTEXT("seed " << seed << ", mode " << static_cast<int>(mode))
            {
                storm(seed, mode).run();
            }
}

BOOST_AUTO_TEST_SUITE_END()
