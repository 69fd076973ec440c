#include "output.hpp"

#include "cells.hpp"
#include "table.hpp"
#include "terminal.hpp"

#include <cojob/detail/text.hpp>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace cli {

namespace json = boost::json;

namespace {

/// A value as a person reads it: texts without quotes, nothing for null and for what is empty.
std::string text_of(const json::value& value)
{
    if (value.is_string())
        return printable(value.get_string());
    if (value.is_bool())
        return value.get_bool() ? "yes" : "no";
    const auto is_empty = value.is_null() || (value.is_object() && value.get_object().empty()) ||
                          (value.is_array() && value.get_array().empty());
    return is_empty ? std::string() : printable(json::serialize(value));
}

/// The text of a member. Times are shown to the second.
std::string member_text(const job_view& job, std::string_view name)
{
    const auto* value = job.members.if_contains(name);
    auto text = value ? text_of(*value) : std::string();
    for (const auto* time : {"created", "updated", "finished", "archived"})
        if (name == time)
            if (const auto fraction = text.find('.'); fraction != text.npos)
                text.replace(fraction, text.npos, "Z");
    return text;
}

/// What a list shows of a job beside id and status: its title or error, or its link.
std::string remark_of(const job_view& job)
{
    for (const auto* name : {"link", "title", "summary", "error", "hostname"})
        if (auto text = member_text(job, name); !text.empty())
            return text;
    return {};
}

/// UTF-8 of a character below U+10000 as JSON's escape sequence.
std::string escaped(std::string_view character)
{
    std::uint32_t value = static_cast<unsigned char>(character.front());
    if (character.size() > 1)
        value &= 0x7FU >> character.size();
    for (const char next : character.substr(1))
        value = value << 6U | (static_cast<unsigned char>(next) & 0x3FU);
    return fmt::format("\\u{:04x}", value);
}

/// The id of the job that this command has created.
std::string& created()
{
    static std::string id;
    return id;
}

/// What cannot be written there is dropped: it must not undo what the command has done.
void to_stderr(std::string_view text) noexcept
{
    (void)std::fwrite(text.data(), 1, text.size(), stderr);
}

} // namespace

std::string json_line(const json::object& object)
{
    const auto text = json::serialize(object);
    std::string line;
    for (std::string_view rest = text; !rest.empty();) {
        const auto length = std::max<std::size_t>(cojob::detail::character_length(rest), 1);
        const auto character = rest.substr(0, length);
        rest.remove_prefix(length);
        // Only in strings: the rest of JSON is printable ASCII.
        if (printable(character) == character)
            line += character;
        else
            line += escaped(character);
    }
    return line;
}

void note_created(std::string_view id)
{
    created() = printable(id);
}

void print_line(std::string_view line)
{
    const auto text = fmt::format("{}\n", line);
    if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0)
        return;
    const auto failure = "standard output: " + std::generic_category().message(errno);
    throw std::runtime_error(created().empty() ? failure : failure + "; the job that was created is " + created());
}

void print_job(const arguments& given, const job_view& job)
{
    if (given.is_json)
        return print_line(json_line(job.members));
    std::vector<std::pair<std::string, std::string>> members;
    for (const auto& member : job.members)
        if (member.key() != "ended" && member.key() != "handle")
            members.emplace_back(member.key(), member_text(job, member.key()));
    for (const auto& line : record_lines(members, any_width))
        print_line(line);
}

void print_jobs(const arguments& given, const std::vector<job_view>& jobs)
{
    if (given.is_json) {
        for (const auto& job : jobs)
            print_line(json_line(job.members));
        return;
    }
    std::vector<table_row> rows{{"ID", "STATUS", "CREATED", ""}};
    for (const auto& job : jobs)
        rows.push_back({printable(job.id), printable(job.status), member_text(job, "created"), remark_of(job)});
    for (const auto& line : table_lines(rows, width_of_lines(stdout)))
        print_line(line);
}

void print_note(const arguments& given, std::string_view text)
{
    if (!given.is_quiet)
        to_stderr(fmt::format("{}\n", text));
}

void print_error(std::string_view text)
{
    to_stderr(fmt::format("cojob: {}\n", printable(text)));
}

void print_interrupted(std::string_view what_follows)
{
    to_stderr(fmt::format("cojob: interrupted{}{}\n", what_follows.empty() ? "" : "; ", what_follows));
}

} // namespace cli
