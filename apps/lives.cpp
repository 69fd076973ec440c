#include "lives.hpp"

#include "exit_code.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

namespace cli {

namespace {

using cojob::testing::fault;

/// Takes what is before the separator, and the separator, off the front.
std::string_view take(std::string_view& text, char separator)
{
    const auto word = text.substr(0, text.find(separator));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    return word;
}

std::optional<unsigned> number(std::string_view text)
{
    unsigned value = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (ec != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

} // namespace

std::vector<cojob::testing::lifecycle_step> parse_life(std::string_view text)
{
    std::vector<cojob::testing::lifecycle_step> life;
    do {
        auto step = take(text, ',');
        const auto state = take(step, ':');
        const auto polls = step.empty() ? 1U : number(step);
        if (state.empty() || !polls)
            throw usage_error("a life is states and numbers of polls, such as active:2,completed");
        life.emplace_back(std::string(state), *polls);
    } while (!text.empty());
    return life;
}

std::vector<std::string_view> fault_names()
{
    std::vector<std::string_view> names;
    for (int value = 0; value <= static_cast<int>(fault::status_999); ++value)
        names.push_back(to_string(static_cast<fault>(value)));
    return names;
}

planned_fault parse_fault(std::string_view text)
{
    const auto names = fault_names();
    const auto name = std::find(names.begin(), names.end(), take(text, ':'));
    const auto times = take(text, ':');
    const auto count = times.empty() ? 1U : number(times);
    const auto is_method = std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isupper(c); });
    if (name == names.end() || !count || *count == 0 || !is_method)
        throw usage_error("a fault is NAME, NAME:TIMES or NAME:TIMES:METHOD; --fault - lists the names");
    return {static_cast<fault>(name - names.begin()), *count, std::string(text)};
}

} // namespace cli
