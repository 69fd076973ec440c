#include <cojob/client.hpp>
#include <cojob/impl/internal/base/serial_executor.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/require.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <optional>
#include <string>

namespace serial_executor_tests {

namespace asio = boost::asio;
using asio::any_io_executor;
using cojob::detail::at_work;
using cojob::detail::serial_executor;

/// Whether `run()` would return now.
bool is_out_of_work(asio::io_context& context)
{
    context.restart();
    context.poll();
    return context.stopped();
}

any_io_executor never_blocking(asio::io_context& context)
{
    return asio::require(context.get_executor(), asio::execution::blocking.never);
}

/// What is begun from inside of a strand: `d`ispatched and `p`osted, and when the inside is `l`eft.
std::string order_on(asio::io_context& context, const any_io_executor& strand)
{
    std::string order;
    asio::post(strand, [&] {
        asio::post(strand, [&] { order += 'p'; });
        asio::dispatch(strand, [&] { order += 'd'; });
        order += 'l';
    });
    context.restart();
    context.run();
    return order;
}

} // namespace serial_executor_tests

BOOST_AUTO_TEST_SUITE(a_serial_executor, *boost::unit_test::label("threads"))

using namespace serial_executor_tests;

BOOST_AUTO_TEST_CASE(runs_one_thing_at_a_time)
{
    asio::thread_pool pool(3);
    const any_io_executor strand = serial_executor::on(pool.get_executor());
    std::atomic<int> inside{0};
    int count = 0, most = 0;
    for (int i = 0; i < 10'000; ++i)
        asio::post(i % 2 == 0 ? strand : asio::require(strand, asio::execution::blocking.never), [&] {
            most = std::max(most, ++inside);
            ++count;
            --inside;
        });
    pool.join();
    BOOST_TEST(count == 10'000);
    BOOST_TEST(most == 1);
}

BOOST_AUTO_TEST_CASE(dispatches_from_inside_at_once_on_any_context)
{
    asio::io_context context;
    const any_io_executor of_context = context.get_executor();
    for (const auto& inner : {of_context, never_blocking(context), any_io_executor(asio::make_strand(context))})
        BOOST_TEST(order_on(context, serial_executor::on(inner)) == "dlp");
}

BOOST_AUTO_TEST_CASE(stays_itself_whatever_is_required)
{
    asio::io_context context;
    const any_io_executor strand = serial_executor::on(context.get_executor());
    const auto never = asio::require(strand, asio::execution::blocking.never);
    BOOST_TEST(never.target<serial_executor>());
    BOOST_CHECK(asio::query(never, asio::execution::blocking) == asio::execution::blocking.never);
    BOOST_CHECK(asio::query(strand, asio::execution::blocking) == asio::execution::blocking.possibly);
    BOOST_CHECK(never != strand);
    BOOST_CHECK(asio::prefer(never, asio::execution::blocking.possibly) == strand);
    BOOST_CHECK(&asio::query(never, asio::execution::context) == &context);
}

BOOST_AUTO_TEST_CASE(is_kept_at_work_by_request)
{
    asio::io_context context;
    for (const any_io_executor& executor :
         {any_io_executor(serial_executor::on(context.get_executor())), any_io_executor(context.get_executor())}) {
        std::optional<any_io_executor> work(at_work(executor));
        BOOST_TEST(!is_out_of_work(context));
        work.reset();
        BOOST_TEST(is_out_of_work(context));
    }
}

BOOST_AUTO_TEST_CASE(is_one_strand_with_the_executor_that_a_client_shows)
{
    asio::io_context context;
    const auto strand = serial_executor::on(context.get_executor());
    const any_io_executor inside = strand, shown = strand.for_users();
    std::string order;
    asio::post(inside, [&] {
        asio::dispatch(shown, [&] { order += 'd'; });
        order += 'l';
    });
    context.run();
    BOOST_TEST(order == "dl");
}

BOOST_AUTO_TEST_CASE(of_a_client_counts_work_for_its_users)
{
    asio::io_context context;
    const cojob::client client(context.get_executor());
    const auto executor = client.get_executor();
    auto work = asio::make_work_guard(executor);
    BOOST_TEST(!is_out_of_work(context));
    BOOST_CHECK(work.get_executor() == executor);
    work.reset();
    BOOST_TEST(is_out_of_work(context));

    auto tracked = asio::prefer(executor, asio::execution::outstanding_work.tracked);
    tracked = asio::require(tracked, asio::execution::blocking.never);
    BOOST_TEST(!is_out_of_work(context)); // the property stays where another is required
    tracked = asio::prefer(tracked, asio::execution::outstanding_work.untracked);
    BOOST_TEST(is_out_of_work(context));
    BOOST_CHECK(tracked == asio::require(executor, asio::execution::blocking.never));
}

BOOST_AUTO_TEST_SUITE_END()
