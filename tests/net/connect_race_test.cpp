#include <cojob/impl/internal/http/connect_race.hpp>
#include <cojob/testing/manual_clock.hpp>

#include "support/hop_and_return.hpp"
#include "support/run.hpp"
#include "support/silent_listener.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>

namespace connect_race_tests {

namespace asio = boost::asio;
using asio::ip::tcp;
using cojob::error_code;
using cojob::operation;
using cojob::detail::connect_race;
using cojob::detail::endpoint_list;
using namespace std::chrono_literals;

struct finish {
    error_code error{};
    std::uint16_t port = 0; ///< connected to
};

asio::awaitable<finish> race(std::shared_ptr<operation> op, endpoint_list to)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    const auto runners = std::make_shared<connect_race>(*op, std::move(to));
    const auto end = co_await runners->run(*op);
    co_return finish{end.error, end.socket ? end.socket->remote_endpoint().port() : std::uint16_t{0}};
}

/// A race in virtual time, and somebody who listens.
struct track {
    asio::io_context context;
    std::shared_ptr<cojob::testing::manual_clock> clock = std::make_shared<cojob::testing::manual_clock>(context);
    std::shared_ptr<operation> op = std::make_shared<operation>(clock, context.get_executor());
    tcp::acceptor acceptor{context, {asio::ip::address_v4::loopback(), 0}};
    tcp::endpoint listening = acceptor.local_endpoint();
    tests::refusing_port refusing_port;
    tcp::endpoint refusing = refusing_port.endpoint();
    tests::silent_listener silent_listener;
    tcp::endpoint silent = silent_listener.endpoint();

    tests::started<finish> start(endpoint_list to)
    {
        auto s = tests::start(context, tests::hop_and_return(op, race(op, std::move(to))));
        until([] { return true; });
        return s;
    }

    template <class Predicate>
    bool until(Predicate holds)
    {
        const auto came = clock->run_until(holds);
        context.poll();
        return came;
    }

    /// Whether it is won without time moving on.
    bool is_won(const tests::started<finish>& s)
    {
        return until([&] { return s.is_done(); }) && s.get().value().port == listening.port() && !s.get().value().error;
    }

    [[nodiscard]] bool can_be_silent() const
    {
        if (!silent_listener.is_silent())
            BOOST_TEST_MESSAGE("SKIPPED: this system accepts connections beyond a listener's backlog");
        return silent_listener.is_silent();
    }
};

} // namespace connect_race_tests

BOOST_AUTO_TEST_SUITE(a_connect_race)

using namespace connect_race_tests;

BOOST_AUTO_TEST_CASE(is_won_by_the_only_runner)
{
    track t;
    BOOST_TEST(t.is_won(t.start({t.listening})));
}

BOOST_AUTO_TEST_CASE(goes_on_at_once_when_an_address_refuses)
{
    track t;
    BOOST_TEST(t.is_won(t.start({t.refusing, t.refusing, t.listening})));
}

BOOST_AUTO_TEST_CASE(goes_on_after_250_ms_when_an_address_is_silent)
{
    track t;
    if (!t.can_be_silent())
        return;
    const auto s = t.start({t.silent, t.listening});
    t.clock->jump(250ms - 1ns);
    t.until([moments = 0]() mutable { return ++moments > 4; });
    BOOST_TEST(!s.is_done());
    t.clock->jump(1ns);
    BOOST_TEST(t.is_won(s));
}

BOOST_AUTO_TEST_CASE(counts_the_250_ms_from_each_start)
{
    track t;
    if (!t.can_be_silent())
        return;
    const auto s = t.start({t.silent, t.silent, t.refusing, t.silent, t.listening});
    t.clock->jump(250ms); // the second, silent
    t.clock->jump(250ms); // the third refuses, the fourth follows at once
    t.until([moments = 0]() mutable { return ++moments > 4; });
    t.clock->jump(250ms - 1ns);
    BOOST_TEST(!s.is_done());
    t.clock->jump(1ns);
    BOOST_TEST(t.is_won(s));
}

BOOST_AUTO_TEST_CASE(is_lost_when_all_have_refused)
{
    track t;
    const auto s = t.start({t.refusing, t.refusing});
    BOOST_TEST(t.until([&] { return s.is_done(); }));
    BOOST_TEST(s.get().value().error == asio::error::connection_refused);
    BOOST_TEST(s.get().value().port == 0U);
}

BOOST_AUTO_TEST_CASE(is_not_lost_while_one_may_still_answer)
{
    track t;
    if (!t.can_be_silent())
        return;
    const auto s = t.start({t.silent, t.refusing});
    t.clock->jump(1s);
    t.until([moments = 0]() mutable { return ++moments > 4; });
    BOOST_TEST(!s.is_done());
    t.op->stop(cojob::stop_reason::limit);
    BOOST_TEST(t.until([&] { return s.is_done(); }));
    BOOST_TEST(s.get().value().error == asio::error::operation_aborted);
    BOOST_TEST(t.clock->pending() == 0U);
}

BOOST_AUTO_TEST_CASE(leaves_nothing_behind_when_it_is_won)
{
    track t;
    if (!t.can_be_silent())
        return;
    const auto s = t.start({t.silent, t.listening, t.silent});
    t.clock->jump(250ms);
    BOOST_TEST(t.is_won(s));
    t.op->finish();
    BOOST_TEST(t.clock->pending() == 0U);
    BOOST_TEST(t.context.run_for(10s) == 0U); // ends by itself: nothing is left to be done
    BOOST_TEST(t.context.stopped());
}

BOOST_AUTO_TEST_CASE(may_be_abandoned_with_its_context)
{
    track t;
    (void)t.start({t.silent, t.listening});
}

BOOST_AUTO_TEST_SUITE_END()
