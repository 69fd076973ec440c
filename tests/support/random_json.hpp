#ifndef TESTS_SUPPORT_RANDOM_JSON_HPP
#define TESTS_SUPPORT_RANDOM_JSON_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace tests {

/// Makes JSON texts that resemble responses: members with known names and right or wrong types, repeated members, odd
/// forms of strings and numbers. Most are valid; the others have a few bytes changed.
class random_json {
  public:
    /// \param samples texts of which changed copies are made, too
    random_json(std::uint64_t seed, std::vector<std::string> samples) : random_(seed), samples_(std::move(samples)) {}

    /// Whether an event with that chance of one in `n` happens.
    bool one_in(std::size_t n) { return below(n) == 0; }

    std::string document()
    {
        std::string text = one_in(4) ? samples_[below(samples_.size())] : blank() + document_value() + blank();
        if (one_in(50))
            text.insert(0, "\xEF\xBB\xBF");
        if (one_in(3))
            for (auto changes = 1 + below(3); changes != 0; --changes)
                change(text);
        return text;
    }

  private:
    std::size_t below(std::size_t n) { return static_cast<std::size_t>(random_() % n); }

    template <std::size_t N>
    std::string any_of(const std::array<std::string_view, N>& choices)
    {
        return std::string(choices[below(N)]);
    }

    std::string document_value()
    {
        switch (below(8)) {
        case 0: return value(0);
        case 1: return "{\"total_items\":" + value(2) + ",\"items\":[" + job() + ',' + job() + "]}";
        default: return job();
        }
    }

    std::string job() { return one_in(20) ? value(1) : object(1, 2 + below(12)); }

    std::string blank()
    {
        static constexpr std::array<std::string_view, 5> blanks{" ", "\n", "\t", "\r\n", "  "};
        return one_in(6) ? any_of(blanks) : std::string();
    }

    std::string name()
    {
        static constexpr std::array<std::string_view, 23> names{R"("id")",
                                                                R"("status")",
                                                                R"("source")",
                                                                R"("repository")",
                                                                R"("ref")",
                                                                R"("model")",
                                                                R"("prLink")",
                                                                R"("createdAt")",
                                                                R"("items")",
                                                                R"("created")",
                                                                R"("error")",
                                                                R"("timeline")",
                                                                R"("operation")",
                                                                R"("result")",
                                                                R"("data")",
                                                                R"("\u0069d")",
                                                                R"("stat\u0075s")",
                                                                R"("archivedAt")",
                                                                R"("total_items")",
                                                                R"("hostname")",
                                                                R"("changed")",
                                                                R"("responses")",
                                                                R"("")"};
        return one_in(8) ? string() : any_of(names);
    }

    std::string string()
    {
        static constexpr std::array<std::string_view, 30> parts{"active",
                                                                "job_1",
                                                                "2026-01-02T03:04:05.000Z",
                                                                "https://github.com/org/repo",
                                                                "x",
                                                                "",
                                                                "..",
                                                                "7",
                                                                "completed",
                                                                "submitted",
                                                                " ",
                                                                R"(\n)",
                                                                R"(\")",
                                                                R"(\\)",
                                                                R"(\/)",
                                                                R"(\u0041)",
                                                                R"(\u00e9)",
                                                                R"(\u0000)",
                                                                R"(\ud83d\ude00)",
                                                                R"(\uD83D)",
                                                                R"(\ude00)",
                                                                R"(\ufffd)",
                                                                "\xC3\xA9",
                                                                "\xE2\x82\xAC",
                                                                "\xF0\x9F\x98\x80",
                                                                "\xED\x9F\xBF",
                                                                "\x7F",
                                                                "2026-01-02 12:00:00",
                                                                "a text of many words that goes on",
                                                                "{}[]:,"};
        std::string text = "\"";
        for (auto n = one_in(4) ? below(5) : 1; n != 0; --n)
            text += any_of(parts);
        return text + '"';
    }

    std::string number()
    {
        static constexpr std::array<std::string_view, 26> numbers{"0",
                                                                  "-0",
                                                                  "7",
                                                                  "-12",
                                                                  "1767355200",
                                                                  "1767355200123",
                                                                  "1767355200.5",
                                                                  "3.0",
                                                                  "3e0",
                                                                  "1.5",
                                                                  "-0.0",
                                                                  "1e300",
                                                                  "1e400",
                                                                  "1E-400",
                                                                  "9223372036854775807",
                                                                  "9223372036854775808",
                                                                  "-9223372036854775808",
                                                                  "-9223372036854775809",
                                                                  "18446744073709551615",
                                                                  "18446744073709551616",
                                                                  "9007199254740993.0",
                                                                  "1e15",
                                                                  "0.1e1",
                                                                  "1e99999999999",
                                                                  "1e-2147483648",
                                                                  "123456789012345678901234567890.123456789e-20"};
        if (one_in(3))
            return any_of(numbers);
        std::string text = one_in(4) ? "-" : "";
        text += std::to_string(random_() >> below(64));
        if (one_in(3))
            text += '.' + std::to_string(random_() >> below(64));
        if (one_in(4))
            text += (one_in(2) ? "e-" : "E") + std::to_string(below(one_in(3) ? 400 : 20));
        return text;
    }

    std::string value(std::size_t depth)
    {
        static constexpr std::array<std::string_view, 3> literals{"null", "true", "false"};
        const auto kind = below(depth > 4 ? 6 : 9);
        if (kind < 3)
            return string();
        if (kind < 5)
            return number();
        if (kind == 5)
            return any_of(literals);
        return kind == 6 ? array(depth + 1) : object(depth + 1, below(one_in(10) ? 40 : 5));
    }

    std::string array(std::size_t depth)
    {
        std::string text = '[' + blank();
        for (auto n = below(4); n != 0; --n)
            text.append(value(depth)).append(blank()).append(n == 1 ? "" : ",").append(blank());
        return text + ']';
    }

    std::string object(std::size_t depth, std::size_t members)
    {
        std::string text = '{' + blank();
        for (auto n = members; n != 0; --n)
            text.append(name())
                .append(blank())
                .append(":")
                .append(blank())
                .append(value(depth))
                .append(blank())
                .append(n == 1 ? "" : ",");
        return text + '}';
    }

    void change(std::string& text)
    {
        static constexpr std::array<std::string_view, 26> pieces{"\"",
                                                                 "\\",
                                                                 "{",
                                                                 "}",
                                                                 "[",
                                                                 "]",
                                                                 ":",
                                                                 ",",
                                                                 "0",
                                                                 "-",
                                                                 ".",
                                                                 "e",
                                                                 "\x01",
                                                                 "\x80",
                                                                 "\xC2",
                                                                 "\xED\xA0\x80",
                                                                 "\xFF",
                                                                 "\\u",
                                                                 "\\ud800",
                                                                 " ",
                                                                 "null",
                                                                 "\xEF\xBB\xBF",
                                                                 "//",
                                                                 "'",
                                                                 "[[[[[[[[[[[[[[[[",
                                                                 "1e999999999"};
        const auto at = below(text.size() + 1);
        switch (below(5)) {
        case 0: text.resize(at); break;
        case 1: text.erase(at, 1 + below(3)); break;
        case 2: text.insert(at, any_of(pieces)); break;
        case 3: text.insert(at, text.substr(below(text.size() + 1), below(40))); break;
        default:
            if (at < text.size())
                text[at] = static_cast<char>(random_());
        }
    }

    std::mt19937_64 random_;
    std::vector<std::string> samples_;
};

} // namespace tests

#endif
