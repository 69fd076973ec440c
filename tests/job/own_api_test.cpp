// A user's own API: no more than the concept asks for.
#include "support/waits.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace own_api_tests {

using namespace std::chrono_literals;
namespace asio = boost::asio;

struct prediction {
    std::string id{}, status{};

    friend bool operator==(const prediction&, const prediction&) = default;
};

std::string job_id(const prediction& p)
{
    return p.id;
}
std::string status_text(const prediction& p)
{
    return p.status;
}
bool is_finished(const prediction& p)
{
    return p.status == "succeeded";
}
bool is_unknown(const prediction&)
{
    return false;
}

/// Names of the user's that lookup by arguments finds wherever cojob calls one of its own without naming its
/// namespace.
template <class T, class... Arguments>
void share(Arguments&&...) = delete;
template <class... Arguments>
void wait_for(Arguments&&...) = delete;
template <class... Arguments>
void wait_for_end(Arguments&&...) = delete;
template <class... Arguments>
void create_into(Arguments&&...) = delete;
template <class... Arguments>
void create_and_wait(Arguments&&...) = delete;
template <class... Arguments>
void make_watch(Arguments&&...) = delete;
template <class... Arguments>
void reference_to(Arguments&&...) = delete;

/// Where a service may wait for what the client's context does not know of.
struct other_context {
    asio::io_context context;
    asio::steady_timer timer{context, asio::steady_timer::time_point::max()};

    void end_all()
    {
        timer.cancel();
        context.restart();
        context.run();
    }
};

other_context& elsewhere()
{
    static other_context there;
    return there;
}

asio::awaitable<prediction> answer(std::string id, std::string status)
{
    if (status == "hangs") {
        asio::steady_timer never(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
        co_await never.async_wait(asio::use_awaitable);
    }
    if (status == "elsewhere") { // and deaf meanwhile
        co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
        co_await elsewhere().timer.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    if (status == "stubborn") // leaves the coroutine deaf
        co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_return prediction{std::move(id), std::move(status)};
}

class predictions {
  public:
    using job_type = prediction;
    static constexpr std::string_view api_name = "predictions";

    predictions(cojob::client c, std::vector<std::string> states)
        : client_(std::move(c)), states_(std::make_shared<std::vector<std::string>>(std::move(states)))
    {
    }

    asio::awaitable<prediction> get_job(std::string id) { return answer(std::move(id), next()); }
    [[nodiscard]] cojob::client get_client() const { return client_; }
    [[nodiscard]] static std::string scope() { return "https://predictions.example"; }
    [[nodiscard]] static cojob::poll_schedule default_schedule() { return {1s, 1s, 2s, 1.5}; }

  private:
    std::string next() const
    {
        auto state = states_->front();
        if (states_->size() > 1)
            states_->erase(states_->begin());
        return state;
    }

    cojob::client client_;
    std::shared_ptr<std::vector<std::string>> states_; // copies are one service
};

static_assert(cojob::job_api<predictions>);

cojob::testing::scripted_reply no_answer(const cojob::http::request&)
{
    return {404, "", {}};
}

} // namespace own_api_tests

BOOST_AUTO_TEST_SUITE(an_own_api)

using namespace own_api_tests;

BOOST_AUTO_TEST_CASE(is_waited_for)
{
    tests::scripted_agent s(no_answer);
    const predictions api(s.agent.get_client(), {"starting", "processing", "succeeded"});
    auto waiting = s.start(cojob::wait_for_job(api, "p1"));
    BOOST_TEST(s.until_done(waiting) < 5.0);
    BOOST_TEST(waiting.get().value().status == "succeeded");
}

BOOST_AUTO_TEST_CASE(that_hangs_does_not_outlast_the_deadline)
{
    const std::vector<std::pair<std::vector<std::string>, cojob::errc>> rows{
        {{"hangs"}, cojob::errc::request_timeout}, {{"processing", "hangs"}, cojob::errc::wait_timeout}};
    for (const auto& [states, expected] : rows) {
        tests::scripted_agent s(no_answer);
        const predictions api(s.agent.get_client(), states);
        auto waiting = s.start(cojob::wait_for_job(api, "p1", {.timeout = 30s}));
        BOOST_TEST(s.until_done(waiting) == 30.0, boost::test_tools::tolerance(0.01));
        BOOST_TEST(waiting.code() == expected);
    }
}

BOOST_AUTO_TEST_CASE(that_switches_cancellation_off_does_not_keep_the_wait_from_ending)
{
    tests::scripted_agent s(no_answer);
    const predictions api(s.agent.get_client(), {"stubborn"});
    auto waiting = s.start(cojob::wait_for_job(api, "p1"));
    s.clock->advance(500ms);
    waiting.cancel();
    s.clock->settle();
    BOOST_TEST(waiting.is_done());
}

BOOST_AUTO_TEST_CASE(that_waits_elsewhere_keeps_the_context_at_work_although_nobody_wants_its_answer)
{
    tests::scripted_agent s(no_answer);
    auto waiting = s.start(cojob::wait_for_job(predictions(s.agent.get_client(), {"elsewhere"}), "p1"));
    waiting.cancel();
    s.clock->settle();
    BOOST_TEST(waiting.is_done());
    const auto would_return = [&] {
        s.context.restart();
        s.context.poll();
        return s.context.stopped();
    };
    BOOST_TEST(!would_return());
    elsewhere().end_all();
    BOOST_TEST(would_return());
}

BOOST_AUTO_TEST_CASE(that_waits_by_itself_goes_with_the_context)
{
    for (const auto threads : {cojob::threading::safe, cojob::threading::single}) {
        auto options = tests::one_attempt();
        options.threads = threads;
        auto s = std::make_unique<tests::scripted_agent>(no_answer, options);
        const auto waiting = s->start(cojob::wait_for_job(predictions(s->agent.get_client(), {"hangs"}), "p1"));
        BOOST_TEST(!waiting.is_done());
        s.reset();
        BOOST_TEST(!waiting.is_done());
    }
}

BOOST_AUTO_TEST_SUITE_END()
