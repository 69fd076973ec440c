#include "support/journaled_agent.hpp"
#include "support/own_api.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace journal_tests {

asio::awaitable<void> tell_what_was_found(job_journal journal)
{
    co_await journal.resolve("order 7", "job_7");       // it created this job
    co_await journal.resolve_as_not_created("order 8"); // it created none: the tag may be used again
}

} // namespace journal_tests

BOOST_AUTO_TEST_SUITE(a_journal, *boost::unit_test::label("threads"))

using namespace journal_tests;

BOOST_AUTO_TEST_CASE(creates_the_job_of_a_tag_once_and_then_returns_it)
{
    bench b({created});
    BOOST_TEST(b.create().get()->id == "job_1");
    BOOST_TEST(b.create().get()->id == "job_1");
    b.restart();
    BOOST_TEST(b.create().get()->status_text == "completed");
    BOOST_TEST(b.posts == 1U);
}

BOOST_AUTO_TEST_CASE(has_the_intent_in_its_file_before_the_request_is_sent)
{
    bench b({created});
    std::string at_the_post;
    b.on_post = [&] { at_the_post = b.folder.text(); };
    BOOST_TEST(b.create().get().has_value());
    BOOST_TEST(at_the_post.find("intent ") != at_the_post.npos);
    BOOST_TEST(at_the_post.find("made ") == at_the_post.npos);
    BOOST_TEST(b.folder.text().find("made tag ") != at_the_post.npos);
    for (const auto* const secret : {"Document it", "key"})
        BOOST_TEST(b.folder.text().find(secret) == at_the_post.npos);
}

BOOST_AUTO_TEST_CASE(finds_after_a_crash_which_creations_nobody_knows_the_outcome_of)
{
    bench b({created});
    const journal_folder crashed;
    b.on_post = [&] { crashed.write(b.folder.text()); };
    BOOST_TEST(b.create("order 7").get().has_value());
    b.journal.reset();
    b.journal.emplace(crashed.journal(), plain);

    const auto unfinished = b.journal->unfinished(b.host.agent);
    BOOST_TEST(unfinished.jobs.empty());
    BOOST_TEST_REQUIRE(unfinished.unresolved.size() == 1U);
    BOOST_TEST(unfinished.unresolved[0].tag == "order 7");
    BOOST_TEST(unfinished.unresolved[0].prompt_digest == cojob::detail::prompt_digest("Document it"));
    const auto failure = b.create("order 7").error();
    BOOST_TEST(failure.code() == errc::outcome_unknown);
    BOOST_TEST(failure.message.find("began at ") != std::string::npos);
    BOOST_TEST(b.posts == 1U);
}

BOOST_AUTO_TEST_CASE(sends_nothing_with_an_unresolved_tag_until_the_caller_has_resolved_it)
{
    bench b({lost, created});
    BOOST_TEST(b.create("a").code() == errc::outcome_unknown);
    BOOST_TEST(b.create("a").code() == errc::outcome_unknown);
    BOOST_TEST(b.posts == 1U);
    BOOST_TEST(b.run(b.journal->resolve("a", "job_7")).code() == cojob::error_code());
    BOOST_TEST(b.journal->find("a")->job->id == "job_7");
    BOOST_TEST(b.run(b.journal->resolve_as_not_created("a")).code() == errc::invalid_argument);

    BOOST_TEST(b.create("b").get().has_value());
    BOOST_TEST(b.posts == 2U);
}

BOOST_AUTO_TEST_CASE(creates_a_job_after_the_caller_has_found_that_there_is_none)
{
    bench b({lost, created});
    BOOST_TEST(b.create().code() == errc::outcome_unknown);
    b.restart();
    BOOST_TEST(b.create().code() == errc::outcome_unknown);
    BOOST_TEST(b.run(b.journal->resolve_as_not_created("tag")).code() == cojob::error_code());
    b.restart();
    BOOST_TEST(b.create().get()->id == "job_1");
    BOOST_TEST(b.posts == 2U);
}

struct failed_creation {
    const char* what;
    reply answer;
    bool created_nothing;
};

const failed_creation failed_creations[] = {
    {"no connection", unreachable, true},
    {"a handshake that lasts too long", {errc::connect_timeout, phase::handshaking}, true},
    {"a connection lost after it", lost, false},
    {"400", status(400), true},
    {"401", status(401), true},
    {"404", status(404), true},
    {"409", status(409), true},
    {"429", status(429), true},
    {"500", status(500), false},
    {"501", status(501), true},
    {"503 that says nothing", status(503), false},
    {"303", status(303), false},
    {"a success that cannot be read", {201, "{}", {}}, false},
};

BOOST_AUTO_TEST_CASE(is_told_what_the_caller_has_found)
{
    bench b({lost});
    BOOST_TEST(b.create("order 7").code() == errc::outcome_unknown);
    BOOST_TEST(b.create("order 8").code() == errc::outcome_unknown);
    BOOST_TEST(b.run(tell_what_was_found(*b.journal)).code() == cojob::error_code());
    BOOST_TEST(b.journal->unfinished().jobs.at(0).id == "job_7");
    BOOST_TEST(b.journal->unfinished().unresolved.empty());
}

BOOST_AUTO_TEST_CASE(lets_a_tag_be_used_again_only_if_nothing_was_created_for_certain)
{
    for (const auto& row : failed_creations) {
        BOOST_TEST_CONTEXT(row.what)
        {
            bench b({row.answer, created});
            BOOST_TEST(b.create().get().has_error());
            BOOST_TEST(b.journal->find("tag").has_value() != row.created_nothing);
            b.restart();
            BOOST_TEST(b.create().get().has_value() == row.created_nothing);
            BOOST_TEST(b.posts == (row.created_nothing ? 2U : 1U));
        }
    }
}

BOOST_AUTO_TEST_CASE(refuses_a_tag_with_another_prompt_or_service_and_an_invalid_one)
{
    bench b({created});
    BOOST_TEST(b.create().get().has_value());
    BOOST_TEST(b.create("tag", "Another").code() == errc::invalid_argument);
    const tests::own_api other(b.host.agent.get_client(), [] { return "new"; }, [] { return "done"; });
    BOOST_TEST(b.run(b.journal->create_once(other, "tag", "Document it")).code() == errc::invalid_argument);
    BOOST_TEST(b.create("").code() == errc::invalid_argument);
    BOOST_TEST(b.create(std::string(2000, 'x')).code() == errc::invalid_argument);
    BOOST_TEST(b.posts == 1U);
}

BOOST_AUTO_TEST_CASE(refuses_more_unfinished_jobs_than_it_may_have)
{
    bench b({created});
    b.journal.reset();
    b.journal.emplace(b.folder.journal(), cojob::journal_options{.flushes_to_disk = false, .unfinished_jobs = 1});
    BOOST_TEST(b.create("a").get().has_value());
    BOOST_TEST(b.create("b").code() == errc::invalid_argument);
    BOOST_TEST(b.create("a").get().has_value());
    BOOST_TEST(b.posts == 1U);
}

#ifndef _WIN32
BOOST_AUTO_TEST_CASE(on_a_full_disk_sends_nothing)
{
    bench b({created});
    const auto on_full_disk = [&] {
        const tests::size_limit full(b.folder.text().size() + 20);
        return b.create().code();
    };
    BOOST_TEST((on_full_disk() == boost::system::errc::file_too_large));
    BOOST_TEST((on_full_disk() == boost::system::errc::file_too_large));
    BOOST_TEST(b.posts == 0U);
    BOOST_TEST(b.create().get().has_value());
    BOOST_TEST(b.posts == 1U);
}
#endif

BOOST_AUTO_TEST_SUITE_END()
