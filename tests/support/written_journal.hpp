#ifndef TESTS_SUPPORT_WRITTEN_JOURNAL_HPP
#define TESTS_SUPPORT_WRITTEN_JOURNAL_HPP

#include "support/journal_bench.hpp"
#include "support/run.hpp"

#include <cojob/impl/internal/job/journal_file.hpp>

#include <chrono>
#include <string>

namespace journal_file_tests {

using namespace std::chrono_literals;
using cojob::errc;
using cojob::journal_entry;
using cojob::journal_options;
using cojob::detail::journal_book;
using cojob::detail::journal_file;
using tests::failure_of;
using tests::journal_folder;

const journal_options plain{.flushes_to_disk = false};

inline std::string intent(const std::string& tag)
{
    journal_entry entry;
    entry.tag = tag;
    entry.api = "mintlify.agent.v2";
    entry.scope = "https://api.example p";
    entry.prompt_digest = std::string(64, 'a');
    entry.begun_at = cojob::timestamp(1h);
    return journal_book::text_of_intent(entry);
}

inline std::string job(const std::string& tag)
{
    return journal_book::text_of_job(tag, {"mintlify.agent.v2", "https://api.example p", "id of " + tag});
}

/// All that a journal knows, as text.
inline std::string contents(const journal_file& file)
{
    std::string all;
    file.book().for_each_text([&](const std::string& text) { all += text + '\n'; });
    return all;
}

inline std::string contents(const journal_folder& folder)
{
    return contents(journal_file(folder.journal(), plain));
}

/// Three creations: one has ended, one has a job, one has neither.
inline void write_three(journal_file& file)
{
    file.announce(intent("a"));
    file.note(job("a"), true);
    file.announce(intent("b/c d"));
    file.note(job("b/c d"), true);
    file.note(journal_book::text_of_end("a"), false);
    file.announce(intent("d"));
}

inline std::string message_of_opening(const journal_folder& folder)
{
    return failure_of([&] { journal_file(folder.journal(), plain); }).message;
}

} // namespace journal_file_tests

#endif
