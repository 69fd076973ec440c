#ifndef COJOB_IMPL_INTERNAL_JOB_JOURNAL_BOOK_HPP
#define COJOB_IMPL_INTERNAL_JOB_JOURNAL_BOOK_HPP

#include <cojob/detail/ascii.hpp>
#include <cojob/error.hpp>
#include <cojob/http/url.hpp>
#include <cojob/job/handle.hpp>
#include <cojob/job/journal_options.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

// The texts of a journal's lines. TAG is encoded as a path segment is. The handle of an intent has the tag in place of
// an id, and the time when it began.
//
//     cojob-journal 1             the first line: the version
//     intent DIGEST HANDLE        a creation begins
//     made TAG HANDLE             the job of the tag's intent
//     ended TAG                   the job has ended
//     closed TAG                  nothing was created
namespace cojob::detail {

inline constexpr std::string_view journal_version = "cojob-journal 1";

/// The creations and jobs that a journal knows. Each change is one text, so a file of them can be read back.
class journal_book {
  public:
    explicit journal_book(std::size_t ended_kept) : ended_kept_(ended_kept) {}

    [[nodiscard]] static std::string text_of_intent(const journal_entry& entry)
    {
        job_handle handle(entry.api, entry.scope, entry.tag);
        handle.created_at = entry.begun_at;
        return "intent " + entry.prompt_digest + ' ' + to_string(handle);
    }
    [[nodiscard]] static std::string text_of_job(const std::string& tag, const job_handle& job)
    {
        return "made " + http::encode_segment(tag) + ' ' + to_string(job);
    }
    [[nodiscard]] static std::string text_of_end(const std::string& tag)
    {
        return "ended " + http::encode_segment(tag);
    }
    [[nodiscard]] static std::string text_of_closing(const std::string& tag)
    {
        return "closed " + http::encode_segment(tag);
    }

    /// \throws api_error invalid_argument for a text that cannot follow what is known
    void apply(std::string_view text)
    {
        if (take(text, "intent "))
            begin(text);
        else if (take(text, "made "))
            add_job(text);
        else if (take(text, "ended "))
            end(text);
        else if (take(text, "closed "))
            close(text);
        else
            fail("a record of unknown kind");
    }

    [[nodiscard]] const journal_entry* find(const std::string& tag) const
    {
        const auto found = entries_.find(http::encode_segment(tag));
        return found == entries_.end() ? nullptr : &found->second.entry;
    }

    /// The tag of a job; empty if it has none.
    [[nodiscard]] std::string tag_of(const job_handle& job) const
    {
        const auto found = tags_.find(key_of(job));
        return found == tags_.end() ? std::string() : entries_.at(found->second).entry.tag;
    }

    [[nodiscard]] std::size_t unfinished() const noexcept { return entries_.size() - ended_.size(); }

    /// How many texts `for_each_text` has, at most.
    [[nodiscard]] std::size_t size() const noexcept { return 3 * entries_.size(); }

    /// Calls the function with the entries, in the order in which they began.
    template <class Function>
    void for_each(Function function) const
    {
        for (const auto& [number, tag] : order_)
            function(entries_.at(tag).entry);
    }

    /// Calls the function with texts from which the same book can be made.
    template <class Function>
    void for_each_text(Function function) const
    {
        for_each([&](const journal_entry& entry) {
            function(text_of_intent(entry));
            if (entry.job)
                function(text_of_job(entry.tag, *entry.job));
        });
        for (const auto& tag : ended_) // the first to be forgotten comes first
            function("ended " + tag);
    }

  private:
    struct numbered_entry {
        std::uint64_t number = 0;
        journal_entry entry{};
    };

    [[noreturn]] static void fail(std::string_view why) { throw_invalid_argument(why); }

    static std::string key_of(const job_handle& job) { return job.api + '\n' + job.scope + '\n' + job.id; }

    static std::string_view take_tag(std::string_view& text)
    {
        const auto tag = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(tag.size() + 1, text.size()));
        return tag;
    }

    journal_entry& entry_of(std::string_view tag)
    {
        const auto found = entries_.find(std::string(tag));
        if (found == entries_.end())
            fail("a record of a tag without an intent");
        return found->second.entry;
    }

    void begin(std::string_view text)
    {
        journal_entry entry;
        entry.prompt_digest = take_tag(text);
        auto handle = parse_job_handle(text);
        entry.begun_at = handle.created_at.value_or(timestamp());
        entry.api = std::move(handle.api);
        entry.scope = std::move(handle.scope);
        entry.tag = std::move(handle.id);
        const auto tag = http::encode_segment(entry.tag);
        if (const auto old = entries_.find(tag); old != entries_.end()) {
            if (!old->second.entry.is_ended)
                fail("a second intent of one tag");
            std::erase(ended_, tag);
            forget(tag);
        }
        const auto number = ++last_number_;
        entries_.emplace(tag, numbered_entry{number, std::move(entry)});
        order_.emplace(number, tag);
    }

    void add_job(std::string_view text)
    {
        auto& entry = entry_of(take_tag(text));
        auto job = parse_job_handle(text);
        if (entry.job)
            fail("a second job of one tag");
        tags_[key_of(job)] = http::encode_segment(entry.tag);
        entry.job = std::move(job);
    }

    void end(std::string_view tag)
    {
        auto& entry = entry_of(tag);
        if (!entry.job || entry.is_ended)
            fail("an end without a job");
        ended_.emplace_back(tag);
        entry.is_ended = true;
        while (ended_.size() > ended_kept_) {
            forget(ended_.front());
            ended_.pop_front();
        }
    }

    void close(std::string_view tag)
    {
        if (entry_of(tag).job)
            fail("a job whose intent is closed");
        forget(std::string(tag));
    }

    void forget(const std::string& tag)
    {
        const auto found = entries_.find(tag);
        if (const auto& job = found->second.entry.job; job && tags_[key_of(*job)] == tag)
            tags_.erase(key_of(*job));
        order_.erase(found->second.number);
        entries_.erase(found);
    }

    std::size_t ended_kept_;
    std::uint64_t last_number_ = 0;
    std::unordered_map<std::string, numbered_entry> entries_; // by the encoded tag, as all below
    std::map<std::uint64_t, std::string> order_;
    std::deque<std::string> ended_;
    std::unordered_map<std::string, std::string> tags_;
};

} // namespace cojob::detail

#endif
