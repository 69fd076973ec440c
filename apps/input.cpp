#include "input.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <iostream>
#include <string_view>
#include <system_error>
#include <unordered_set>

namespace cli {

namespace {

constexpr std::size_t longest_prompt = std::size_t{1024} * 1024, longest_line = std::size_t{64} * 1024,
                      most_names = 100'000;

std::string_view trimmed(std::string_view text)
{
    constexpr std::string_view blank = " \t\r\n";
    text.remove_prefix(std::min(text.find_first_not_of(blank), text.size()));
    return text.substr(0, text.find_last_not_of(blank) + 1);
}

/// A reading that failed looks like the end of the input, and half of it is not what was meant.
void check_input()
{
    if (std::ferror(stdin) != 0) // std::cin reads from it, and does not tell an error from the end
        throw usage_error("standard input: " + std::generic_category().message(errno));
}

void read_names(std::vector<std::string>& to)
{
    for (std::string line; std::getline(std::cin, line);) {
        if (line.size() > longest_line || to.size() > most_names)
            throw usage_error("standard input: a line is too long, or there are too many");
        if (auto name = name_in(line); !name.empty())
            to.push_back(std::move(name));
    }
    check_input();
}

} // namespace

std::string prompt_of(const arguments& given)
{
    if (given.prompt != "-")
        return given.prompt;
    std::string text;
    for (char c = 0; std::cin.get(c);) {
        text += c;
        if (text.size() > longest_prompt)
            throw usage_error("standard input: the prompt is longer than 1 MiB");
    }
    check_input();
    return std::string(trimmed(text));
}

std::string name_in(const std::string& line)
{
    const auto text = trimmed(line);
    if (!text.starts_with('{'))
        return std::string(text);
    boost::system::error_code ec;
    const auto value = boost::json::parse(text, ec);
    if (!ec && value.is_object())
        for (const auto* member : {"handle", "id"})
            if (const auto* name = value.get_object().if_contains(member); name && name->is_string())
                return std::string(name->get_string());
    throw usage_error("standard input: a line is JSON without a handle or an id");
}

std::vector<std::string> names_of(const arguments& given)
{
    std::vector<std::string> all;
    for (const auto& name : given.ids)
        if (name == "-")
            read_names(all);
        else
            all.push_back(name);
    std::unordered_set<std::string> seen;
    std::erase_if(all, [&](const auto& name) { return !seen.insert(name).second; });
    if (all.empty())
        throw usage_error("no jobs: standard input was empty");
    return all;
}

} // namespace cli
