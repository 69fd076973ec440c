#include <cojob/impl/internal/http/lookups.hpp>
#include <cojob/testing/manual_clock.hpp>

#include "support/hop_and_return.hpp"
#include "support/run.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace lookups_tests {

namespace asio = boost::asio;
using asio::ip::tcp;
using cojob::error_code;
using cojob::operation;
using cojob::detail::endpoint_list;
using cojob::detail::found_names;
using cojob::detail::lookup_handler;
using cojob::detail::lookup_result;
using cojob::detail::lookups;
using strings = std::vector<std::string>;

const error_code success;
const error_code aborted = asio::error::operation_aborted;
const auto per_element = boost::test_tools::per_element();

asio::awaitable<lookup_result> find(std::shared_ptr<operation> op, std::shared_ptr<lookups> names,
                                    cojob::http::origin origin)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    co_return co_await names->find(*op, std::move(origin));
}

/// Lookups with a resolver that answers when the test says so.
struct desk {
    /// A resolver's question that has no answer yet.
    struct question {
        asio::any_io_executor executor;
        std::string host;
        lookup_handler handler;
    };

    asio::io_context context;
    std::shared_ptr<cojob::testing::manual_clock> clock = std::make_shared<cojob::testing::manual_clock>(context);
    std::vector<question> asked;
    bool throws = false;
    std::shared_ptr<lookups> names = std::make_shared<lookups>(
        [this](const asio::any_io_executor& executor, const std::string& host, lookup_handler handler) {
            if (throws)
                throw std::bad_alloc();
            asked.push_back({executor, host, std::move(handler)});
        });

    tests::started<lookup_result> find(const std::string& host, std::uint16_t port = 443)
    {
        auto op = std::make_shared<operation>(clock, context.get_executor());
        cojob::http::origin origin;
        origin.host = host;
        origin.port = port;
        auto body = lookups_tests::find(op, names, std::move(origin));
        auto s = tests::start(context, tests::hop_and_return(std::move(op), std::move(body)));
        clock->settle();
        return s;
    }

    void answer(std::size_t which, const error_code& error, const strings& addresses = {})
    {
        std::vector<tcp::endpoint> found;
        for (const auto& a : addresses)
            found.emplace_back(asio::ip::make_address(a), std::uint16_t{0});
        const auto& q = asked.at(which);
        asio::post(q.executor, [=, handler = q.handler] {
            handler(error, found_names::create(found.begin(), found.end(), q.host, ""));
        });
        clock->settle();
    }
};

/// `address:port` of each.
strings text_of(const endpoint_list& endpoints)
{
    strings all;
    for (const auto& e : endpoints) {
        std::ostringstream out;
        out << e;
        all.push_back(out.str());
    }
    return all;
}

strings found_by(const tests::started<lookup_result>& s)
{
    BOOST_TEST_REQUIRE(s.is_done());
    BOOST_TEST(s.get().value().error == success);
    return text_of(s.get().value().endpoints);
}

error_code error_of(const tests::started<lookup_result>& s)
{
    BOOST_TEST_REQUIRE(s.is_done());
    BOOST_TEST(s.get().value().endpoints.empty());
    return s.get().value().error;
}

} // namespace lookups_tests

BOOST_AUTO_TEST_SUITE(a_lookup)

using namespace lookups_tests;

BOOST_AUTO_TEST_CASE(is_shared_by_all_who_come_while_it_runs)
{
    desk d;
    const auto first = d.find("a.example"), second = d.find("a.example", 8443);
    BOOST_TEST(d.asked.size() == 1U);
    BOOST_TEST(!first.is_done());
    BOOST_TEST(!second.is_done());
    d.answer(0, success, {"192.0.2.1"});
    BOOST_TEST(found_by(first) == (strings{"192.0.2.1:443"}), per_element);
    BOOST_TEST(found_by(second) == (strings{"192.0.2.1:8443"}), per_element); // each with its own port
}

BOOST_AUTO_TEST_CASE(is_one_for_each_host)
{
    desk d;
    const auto a = d.find("a.example"), b = d.find("b.example");
    BOOST_TEST_REQUIRE(d.asked.size() == 2U);
    BOOST_TEST(d.asked[1].host == "b.example");
    d.answer(1, success, {"192.0.2.2"});
    BOOST_TEST(!a.is_done());
    BOOST_TEST(found_by(b) == (strings{"192.0.2.2:443"}), per_element);
    d.answer(0, success, {"192.0.2.1"});
    BOOST_TEST(found_by(a) == (strings{"192.0.2.1:443"}), per_element);
}

BOOST_AUTO_TEST_CASE(is_not_remembered)
{
    desk d;
    (void)d.find("a.example");
    d.answer(0, success, {"192.0.2.1"});
    const auto later = d.find("a.example");
    BOOST_TEST(d.asked.size() == 2U);
    BOOST_TEST(!later.is_done());
    d.answer(1, success, {"192.0.2.7"});
    BOOST_TEST(found_by(later) == (strings{"192.0.2.7:443"}), per_element);
}

BOOST_AUTO_TEST_CASE(runs_on_without_who_was_cancelled)
{
    desk d;
    auto gone = d.find("a.example");
    const auto stays = d.find("a.example");
    gone.cancel();
    d.clock->settle();
    BOOST_TEST(error_of(gone) == aborted);
    BOOST_TEST(!stays.is_done());
    const auto comes = d.find("a.example");
    BOOST_TEST(d.asked.size() == 1U);
    d.answer(0, success, {"192.0.2.1"});
    BOOST_TEST(found_by(stays) == (strings{"192.0.2.1:443"}), per_element);
    BOOST_TEST(found_by(comes) == (strings{"192.0.2.1:443"}), per_element);
    BOOST_TEST(error_of(gone) == aborted);
}

BOOST_AUTO_TEST_CASE(that_everybody_left_serves_who_comes_before_its_answer)
{
    desk d;
    auto gone = d.find("a.example");
    gone.cancel();
    d.clock->settle();
    BOOST_TEST(gone.is_done());
    const auto late = d.find("a.example");
    BOOST_TEST(d.asked.size() == 1U);
    d.answer(0, success, {"192.0.2.1"});
    BOOST_TEST(found_by(late) == (strings{"192.0.2.1:443"}), per_element);
}

BOOST_AUTO_TEST_CASE(fails_for_all_and_the_next_one_begins_anew)
{
    desk d;
    const auto first = d.find("a.example"), second = d.find("a.example");
    d.answer(0, asio::error::host_not_found);
    BOOST_TEST(error_of(first) == asio::error::host_not_found);
    BOOST_TEST(error_of(second) == asio::error::host_not_found);
    const auto again = d.find("a.example");
    BOOST_TEST(d.asked.size() == 2U);
    d.answer(1, success, {"192.0.2.1"});
    BOOST_TEST(found_by(again) == (strings{"192.0.2.1:443"}), per_element);
}

BOOST_AUTO_TEST_CASE(that_cannot_be_started_does_not_block_its_host)
{
    desk d;
    d.throws = true;
    const auto failed = d.find("a.example");
    BOOST_TEST(failed.is_done());
    BOOST_CHECK_THROW((void)failed.get(), std::bad_alloc);
    d.throws = false;
    const auto next = d.find("a.example");
    BOOST_TEST(d.asked.size() == 1U);
    d.answer(0, success, {"192.0.2.1"});
    BOOST_TEST(found_by(next) == (strings{"192.0.2.1:443"}), per_element);
}

BOOST_AUTO_TEST_CASE(finds_the_families_in_turn_and_no_address_twice)
{
    desk d;
    const auto mixed = d.find("a.example"), only_v4 = d.find("b.example");
    d.answer(0, success, {"2001:db8::1", "2001:db8::2", "2001:db8::1", "2001:db8::3", "192.0.2.1", "192.0.2.2"});
    BOOST_TEST(found_by(mixed) == (strings{"[2001:db8::1]:443", "192.0.2.1:443", "[2001:db8::2]:443", "192.0.2.2:443",
                                           "[2001:db8::3]:443"}),
               per_element);
    d.answer(1, success, {"192.0.2.2", "192.0.2.1", "192.0.2.2"});
    BOOST_TEST(found_by(only_v4) == (strings{"192.0.2.2:443", "192.0.2.1:443"}), per_element);
}

BOOST_AUTO_TEST_CASE(is_not_needed_for_addresses_and_localhost)
{
    desk d;
    BOOST_TEST(found_by(d.find("192.0.2.1")) == (strings{"192.0.2.1:443"}), per_element);
    BOOST_TEST(found_by(d.find("2001:db8::1", 8443)) == (strings{"[2001:db8::1]:8443"}), per_element);
    BOOST_TEST(found_by(d.find("localhost")) == (strings{"[::1]:443", "127.0.0.1:443"}), per_element);
    BOOST_TEST(d.asked.empty());
}

BOOST_AUTO_TEST_CASE(may_be_answered_after_its_client_is_gone)
{
    desk d;
    auto gone = d.find("a.example");
    d.names->shutdown();
    gone.cancel();
    d.clock->settle();
    BOOST_TEST(gone.is_done());
    d.names.reset();
    d.answer(0, success, {"192.0.2.1"});
    BOOST_TEST(error_of(gone) == aborted);
}

BOOST_AUTO_TEST_CASE(by_the_system_is_answered_from_the_context)
{
    asio::io_context context;
    std::optional<error_code> answered;
    // RFC 6761, section 6.4: no such name exists.
    cojob::detail::resolve_name(context.get_executor(), "no-such-host.invalid",
                                [&](const error_code& ec, const found_names&) { answered = ec; });
    BOOST_TEST(!answered.has_value());
    context.run();
    BOOST_TEST_REQUIRE(answered.has_value());
    BOOST_TEST(*answered != success);
}

BOOST_AUTO_TEST_SUITE_END()
