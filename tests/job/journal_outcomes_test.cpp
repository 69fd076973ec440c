// What a journal knows when the outcome of a creation is odd, and what it is told about it.
#include "support/forked_child.hpp"
#include "support/journaled_agent.hpp"
#include "support/own_api.hpp"

#include <cojob/impl/internal/base/blocking.hpp>
#include <cojob/impl/internal/job/journal_creation.hpp>

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <exception>
#include <future>
#include <optional>
#include <string>
#include <vector>

#ifdef __GLIBC__
#include <atomic>

#include <pthread.h>
#include <sys/syscall.h>

namespace journal_tests {

std::atomic<int> flushes = 0;

} // namespace journal_tests

/// In place of the system's, for all tests of this program.
extern "C" int fsync(int descriptor)
{
    ++journal_tests::flushes;
    return static_cast<int>(::syscall(SYS_fsync, descriptor));
}
#endif

namespace journal_tests {

inline asio::awaitable<void> occupy_a_thread(std::shared_future<void> let_go)
{
    co_await cojob::detail::run_blocking([&] { let_go.wait(); });
}

} // namespace journal_tests

BOOST_AUTO_TEST_SUITE(a_journal, *boost::unit_test::label("threads"))

using namespace journal_tests;

BOOST_AUTO_TEST_CASE(has_a_tag_free_again_whose_context_went_between_its_intent_and_its_request)
{
    bench b({created});
    {
        bench gone({created});
        std::promise<void> let_go;
        const auto later = let_go.get_future().share();
        for (std::size_t i = 0; i < cojob::detail::blocking_calls::most_threads; ++i)
            static_cast<void>(gone.host.start(occupy_a_thread(later)));
        const auto never = gone.host.start(b.journal->create_once(gone.host.agent, "tag", "Document it"));
        gone.host.context.poll();
        let_go.set_value(); // the intent is written, and nothing resumes its caller
    }
    BOOST_TEST(b.create().get().has_value());
    BOOST_TEST(b.posts == 1U);
}

BOOST_AUTO_TEST_CASE(creates_many_jobs_at_once)
{
    bench b({created});
    std::vector<tests::started<agent_job>> runs;
    for (int i = 0; i < 100; ++i)
        runs.push_back(b.host.start(b.journal->create_once(b.host.agent, std::to_string(i), "Document it")));
    for (auto& run : runs)
        BOOST_TEST(b.finish(run).get().has_value());
    BOOST_TEST(b.posts == 100U);
    b.restart();
    BOOST_TEST(b.journal->unfinished().jobs.size() == 100U);
    BOOST_TEST(b.journal->unfinished().unresolved.empty());
}

BOOST_AUTO_TEST_CASE(keeps_the_outcome_of_a_job_with_an_id_that_no_handle_can_have)
{
    auto odd = created;
    odd.result.response.body.replace(odd.result.response.body.find("job_1"), 5, "..");
    bench b({odd});
    const auto run = b.create();
    if (run.get().has_error())
        BOOST_TEST(run.code() == errc::invalid_response);
    else
        BOOST_TEST(run.get()->id == "..");
    BOOST_TEST(b.create().code() == errc::outcome_unknown);
    BOOST_TEST(b.posts == 1U);
}

BOOST_AUTO_TEST_CASE(does_not_take_an_id_that_an_error_has_cut_for_that_of_a_job)
{
    for (const std::size_t size : {1000U, 1024U}) {
        cojob::error_info failure(errc::invalid_response);
        failure.job_id.assign(size, 'x');
        const auto judged = cojob::detail::judge_creation(std::make_exception_ptr(cojob::api_error(failure)));
        BOOST_TEST(judged.job_id.empty() == (size == 1024U));
        BOOST_TEST(!judged.created_nothing);
    }
}

BOOST_AUTO_TEST_CASE(does_not_take_the_failure_of_a_second_request_for_that_of_the_creation)
{
    bench b({created});
    const auto create = []() -> std::string {
        cojob::error_info failure(errc::unauthorized);
        failure.method = "GET";
        throw cojob::api_error(failure);
    };
    const tests::own_api api(b.host.agent.get_client(), create, [] { return "done"; });
    BOOST_TEST(b.run(b.journal->create_once(api, "tag", "Document it")).code() == errc::unauthorized);
    BOOST_TEST(b.run(b.journal->create_once(api, "tag", "Document it")).code() == errc::outcome_unknown);
}

BOOST_AUTO_TEST_CASE(is_told_that_a_job_is_gone)
{
    bench b({created, lost});
    BOOST_TEST(b.create("a").get().has_value());
    BOOST_TEST(b.create("b").code() == errc::outcome_unknown);
    for (int i = 0; i < 2; ++i)
        BOOST_TEST(b.run(b.journal->resolve_as_ended("a")).code() == cojob::error_code());
    for (const auto* const tag : {"b", "c"})
        BOOST_TEST(b.run(b.journal->resolve_as_ended(tag)).code() == errc::invalid_argument);
    b.restart();
    BOOST_TEST(b.journal->unfinished().jobs.empty());
    BOOST_TEST(b.create("a").get()->id == "job_1");
    BOOST_TEST(b.posts == 2U);
}

BOOST_AUTO_TEST_CASE(refuses_one_job_for_two_tags)
{
    bench b({created, lost});
    BOOST_TEST(b.create("a").get()->id == "job_1");
    BOOST_TEST(b.create("b").code() == errc::outcome_unknown);
    BOOST_TEST(b.run(b.journal->resolve("b", "job_1")).code() == errc::invalid_argument);
    BOOST_TEST(b.run(b.journal->resolve("b", "job_2")).code() == cojob::error_code());
}

#ifdef __GLIBC__
BOOST_AUTO_TEST_CASE(flushes_the_intent_before_the_request_is_sent_and_the_job_after_it)
{
    bench b({created});
    b.journal.reset();
    b.journal.emplace(b.folder.journal());
    const int before = flushes;
    int at_the_post = 0;
    b.on_post = [&] { at_the_post = flushes; };
    BOOST_TEST(b.create().get().has_value());
    BOOST_TEST(at_the_post == before + 1);
    BOOST_TEST(flushes == before + 2);
}

/// While it lives, no thread can be made: none has room for such a stack.
class no_threads {
  public:
    no_threads()
    {
        ::pthread_getattr_default_np(&old_);
        auto now = old_;
        ::pthread_attr_setstacksize(&now, std::size_t(1) << 46U);
        ::pthread_setattr_default_np(&now);
    }
    no_threads(const no_threads&) = delete;
    no_threads& operator=(const no_threads&) = delete;
    ~no_threads() { ::pthread_setattr_default_np(&old_); }

  private:
    pthread_attr_t old_{};
};

BOOST_AUTO_TEST_CASE(sends_nothing_if_no_thread_can_write_the_intent)
{
    bench b({created});
    const auto create = [&] {
        const no_threads none;
        return b.create().code();
    };
    BOOST_TEST((create() == boost::system::errc::resource_unavailable_try_again));
    BOOST_TEST(b.posts == 0U);
    BOOST_TEST(b.create().get().has_value());
}

BOOST_AUTO_TEST_CASE(keeps_the_job_if_no_thread_can_write_its_id)
{
    bench b({created});
    std::optional<no_threads> none;
    b.on_post = [&] { none.emplace(); };
    const auto run = b.create();
    none.reset();
    BOOST_TEST(run.get()->id == "job_1");
    b.restart();
    BOOST_TEST(b.journal->find("tag")->job->id == "job_1");
}
#endif

#ifndef _WIN32
// In the next two nothing is reported while the limit is in force: it is for the test's output too.
BOOST_AUTO_TEST_CASE(keeps_the_id_of_a_job_for_which_the_disk_had_no_room)
{
    bench b({created});
    std::optional<tests::size_limit> full;
    b.on_post = [&] { full.emplace(b.folder.text().size()); };
    const auto run = b.create();
    full.reset();
    BOOST_TEST(run.get()->id == "job_1");
    b.restart();
    BOOST_TEST(b.journal->find("tag")->job->id == "job_1");
}

BOOST_AUTO_TEST_CASE(is_told_once_more_what_the_disk_had_no_room_for)
{
    bench b({lost});
    BOOST_TEST(b.create().code() == errc::outcome_unknown);
    const auto resolve = [&] { return b.run(b.journal->resolve("tag", "job_7")).code(); };
    const auto on_full_disk = [&] {
        const tests::size_limit full(b.folder.text().size());
        return resolve();
    };
    BOOST_TEST((on_full_disk() == boost::system::errc::file_too_large));
    BOOST_TEST(resolve() == cojob::error_code());
}

BOOST_AUTO_TEST_CASE(of_a_parent_is_refused_in_a_forked_child)
{
    bench b({created});
    BOOST_TEST(b.create().get().has_value());
    const auto refused = tests::result_of_child([&] {
        const auto is_refused = [](const cojob::error_info& failure) {
            return failure.code() == errc::invalid_argument ? 1 : 0;
        };
        const auto count = is_refused(tests::failure_of([&] { static_cast<void>(b.journal->find("tag")); })) +
                           is_refused(tests::failure_of([&] { static_cast<void>(b.journal->unfinished()); }));
        b.journal.reset();
        return count;
    });
    BOOST_TEST(refused == 2);
    BOOST_TEST(b.journal->find("tag").has_value());
}
#endif

BOOST_AUTO_TEST_SUITE_END()
