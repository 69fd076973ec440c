// What a journal has of the system: links, modes, locks, and a disk that is full.
#include "support/written_journal.hpp"

#include <boost/test/unit_test.hpp>

#ifndef _WIN32
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

BOOST_AUTO_TEST_SUITE(a_journal_file)

using namespace journal_file_tests;

/// Makes a journal replace itself.
void end_many(journal_file& file)
{
    for (int i = 0; i < 600; ++i) {
        file.announce(intent("many"));
        file.note(job("many"), false);
        file.note(journal_book::text_of_end("many"), false);
    }
}

BOOST_AUTO_TEST_CASE(is_its_owners_and_behind_a_link_stays_behind_it)
{
    const journal_folder folder;
    std::filesystem::create_symlink("real", folder.journal());
    {
        journal_file file(folder.journal(), {.flushes_to_disk = false, .ended_jobs = 0});
        end_many(file);
    }
    BOOST_TEST(std::filesystem::is_symlink(folder.journal()));
    for (const auto* const name : {"real", "real.lock"}) {
        const auto mode = std::filesystem::status(folder.path() / name).permissions();
        BOOST_TEST((mode == (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write)));
    }
    const auto other = folder.path() / "other";
    std::filesystem::create_symlink("real", other);
    const journal_file by_link(folder.journal(), plain);
    BOOST_TEST(failure_of([&] { journal_file(other, plain); }).code() ==
               make_error_code(boost::system::errc::device_or_resource_busy));
}

/// What a child finds when it opens the journal: 1, that it is open elsewhere.
int opening_in_a_child(const journal_folder& folder)
{
    const auto child = ::fork();
    if (child == 0) {
        const auto failure = failure_of([&] { journal_file(folder.journal(), plain); });
        ::_exit(failure.code() == boost::system::errc::device_or_resource_busy ? 1 : 0);
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    return WEXITSTATUS(status);
}

BOOST_AUTO_TEST_CASE(is_locked_against_other_processes_until_it_is_closed)
{
    const journal_folder folder;
    {
        const journal_file file(folder.journal(), plain);
        ::close(::open(folder.journal().c_str(), O_RDONLY)); // releases no lock: it is on another file
        BOOST_TEST(opening_in_a_child(folder) == 1);
        BOOST_TEST(failure_of([&] { journal_file(folder.journal(), plain); }).code() ==
                   make_error_code(boost::system::errc::device_or_resource_busy));
        BOOST_TEST(opening_in_a_child(folder) == 1);
    }
    BOOST_TEST(opening_in_a_child(folder) == 0);
}

/// In a child that opened the journal after its parent let it go: whether a third process finds it locked although the
/// child has destroyed what it inherited.
int opening_beside_a_child(const journal_folder& folder)
{
    auto inherited = std::make_unique<journal_file>(folder.journal(), plain);
    int let_go[2];
    BOOST_TEST_REQUIRE(::pipe(let_go) == 0);
    const auto child = ::fork();
    if (child == 0) {
        ::close(let_go[1]);
        char none = 0;
        static_cast<void>(::read(let_go[0], &none, 1)); // until the parent has closed its journal
        const journal_file own(folder.journal(), plain);
        inherited.reset();
        ::_exit(opening_in_a_child(folder));
    }
    inherited.reset();
    ::close(let_go[0]);
    ::close(let_go[1]);
    int status = -1;
    ::waitpid(child, &status, 0);
    return WEXITSTATUS(status);
}

BOOST_AUTO_TEST_CASE(stays_locked_by_a_forked_child_that_destroys_the_one_of_its_parent)
{
    BOOST_TEST(opening_beside_a_child(journal_folder()) == 1);
}

/// Changes the working directory while it lives.
class working_directory {
  public:
    explicit working_directory(const std::filesystem::path& now) : before_(std::filesystem::current_path())
    {
        std::filesystem::current_path(now);
    }
    working_directory(const working_directory&) = delete;
    working_directory& operator=(const working_directory&) = delete;
    ~working_directory() { std::filesystem::current_path(before_); }

  private:
    std::filesystem::path before_;
};

BOOST_AUTO_TEST_CASE(stays_where_it_was_opened_when_the_working_directory_changes)
{
    const journal_folder folder, other;
    {
        const working_directory before(folder.path());
        journal_file file("jobs", {.flushes_to_disk = false, .ended_jobs = 0});
        const working_directory now(other.path());
        end_many(file);
        file.announce(intent("a"));
    }
    BOOST_TEST(journal_file(folder.journal(), plain).book().find("a"));
    BOOST_TEST(std::filesystem::is_empty(other.path()));
}

BOOST_AUTO_TEST_CASE(stays_where_it_was_opened_when_its_link_or_that_of_its_folder_changes)
{
    const journal_folder folder;
    for (const auto* const name : {"real", "other"})
        std::filesystem::create_directory(folder.path() / name);
    const auto link = folder.path() / "link";
    std::filesystem::create_directory_symlink("real", link);
    std::filesystem::create_symlink("link/here", folder.journal());
    {
        journal_file file(folder.journal(), {.flushes_to_disk = false, .ended_jobs = 0});
        std::filesystem::remove(folder.journal());
        std::filesystem::create_symlink("other/here", folder.journal());
        std::filesystem::remove(link);
        std::filesystem::create_directory_symlink("other", link);
        end_many(file);
        file.announce(intent("a"));
    }
    BOOST_TEST(std::filesystem::is_empty(folder.path() / "other"));
    BOOST_TEST(journal_file(folder.path() / "real" / "here", plain).book().find("a"));
}

/// The limit is for the test's own output too, so nothing is reported while it is in force.
template <class Function>
cojob::error_code failure_on_full_disk(std::size_t size, Function function)
{
    const tests::size_limit full(size);
    return failure_of(function).code();
}

BOOST_AUTO_TEST_CASE(on_a_full_disk_refuses_intents_and_later_has_what_happened_meanwhile)
{
    const journal_folder folder;
    std::string said;
    {
        journal_file file(folder.journal(), plain);
        file.announce(intent("a"));
        const auto size = folder.text().size();
        for (std::size_t room = 0; room < 100; room += 9) {
            const auto failure = failure_on_full_disk(size + room, [&] { file.announce(intent("b")); });
            BOOST_TEST((failure == boost::system::errc::file_too_large));
            BOOST_TEST(!file.book().find("b"));
        }
        const auto failure = failure_on_full_disk(size, [&] { file.note(job("a"), true); });
        BOOST_TEST((failure == boost::system::errc::file_too_large));
        BOOST_TEST(file.book().find("a")->job.has_value());
        BOOST_TEST(folder.text().size() == size);
        file.announce(intent("c"));
        said = contents(file);
    }
    BOOST_TEST(contents(folder) == said);
    BOOST_TEST(said.find("made a ") != said.npos);
}

BOOST_AUTO_TEST_CASE(writes_when_it_is_closed_what_the_full_disk_did_not_take)
{
    const journal_folder folder;
    {
        journal_file file(folder.journal(), plain);
        file.announce(intent("a"));
        const auto failure = failure_on_full_disk(folder.text().size(), [&] { file.note(job("a"), true); });
        BOOST_TEST((failure == boost::system::errc::file_too_large));
    }
    BOOST_TEST(contents(folder).find("made a ") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

#endif
