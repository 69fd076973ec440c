#include "words.hpp"

#include <algorithm>

namespace cli {

namespace {

bool is_letter_or_digit(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/// Whether all characters are those of keys: letters, digits and these.
bool is_one_word(std::string_view text, std::string_view further)
{
    return std::all_of(text.begin(), text.end(),
                       [=](char c) { return is_letter_or_digit(c) || further.find(c) != further.npos; });
}

} // namespace

std::string shell_quoted(std::string_view word)
{
    if (!word.empty() && is_one_word(word, "-_./:=,@%+"))
        return std::string(word);
    std::string quoted = "'";
    for (const char c : word)
        quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return quoted + "'";
}

bool looks_like_key(std::string_view argument)
{
    if (argument.starts_with("--"))
        argument.remove_prefix(std::min(argument.find('=') + 1, argument.size())); // npos + 1 is 0
    if (argument.starts_with("Bearer ") || argument.starts_with("bearer "))
        argument.remove_prefix(7);
    if (argument.starts_with("mint_"))
        return argument.size() > 5 && is_one_word(argument, "_-");
    return argument.starts_with("eyJ") && std::count(argument.begin(), argument.end(), '.') == 2 &&
           is_one_word(argument, "_-.");
}

} // namespace cli
