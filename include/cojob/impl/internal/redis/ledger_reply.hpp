#ifndef COJOB_IMPL_INTERNAL_REDIS_LEDGER_REPLY_HPP
#define COJOB_IMPL_INTERNAL_REDIS_LEDGER_REPLY_HPP

#include <cojob/impl/internal/redis/ledger_scripts.hpp>

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace cojob::detail {

/// One call of a script.
struct ledger_request {
    ledger_operation what = ledger_operation::acquire;
    std::vector<std::string> arguments{}; ///< all of ARGV
    std::uint64_t lease = 0;              ///< that the operation is about, or that it is to make
    std::int64_t sent_at = 0;
    std::vector<std::string> restored{}; ///< the leases that are written back
    bool is_all = false;                 ///< they are all that the process knows
};

/// What a script returned. Lengths of time are in microseconds.
struct ledger_reply {
    enum kind_type {
        granted,
        wait,   ///< no slot now
        done,   ///< ended or renewed
        gone,   ///< the lease had run out
        lost,   ///< the ledger lacks what the process knows of
        options ///< the ledger has another limit or window
    };

    kind_type kind = done;
    std::string epoch{};
    std::int64_t revision = 0, pauses = 0, taken = 0, lasts = 0;
    std::int64_t wait_for = 0;          ///< acquire
    std::int64_t limit = 0, window = 0; ///< options

    /// Reads the elements of the reply; nothing if it is not one of a ledger's scripts.
    [[nodiscard]] static std::optional<ledger_reply> parse(const std::vector<std::string>& in)
    {
        constexpr std::array<std::pair<std::string_view, kind_type>, 6> kinds{{{"granted", granted},
                                                                               {"wait", wait},
                                                                               {"done", done},
                                                                               {"gone", gone},
                                                                               {"lost", lost},
                                                                               {"options", options}}};
        ledger_reply r;
        bool is_known = false;
        for (const auto& [name, kind] : kinds)
            if (!in.empty() && in[0] == name)
                r.kind = kind, is_known = true;
        const bool is_long = r.kind == granted || r.kind == wait;
        if (!is_known || in.size() != (r.kind == options ? 3U : is_long ? 7U : 6U))
            return std::nullopt;
        if (r.kind == options)
            return read(in[1], r.limit) && read(in[2], r.window) ? std::optional(r) : std::nullopt;
        r.epoch = in[1];
        const bool is_read = read(in[2], r.revision) && read(in[3], r.pauses) && read(in[4], r.taken) &&
                             read(in[5], r.lasts) && (!is_long || read(in[6], r.wait_for));
        return is_read && !r.epoch.empty() ? std::optional(std::move(r)) : std::nullopt;
    }

  private:
    [[nodiscard]] static bool read(const std::string& text, std::int64_t& number)
    {
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        return error == std::errc() && end == text.data() + text.size() && number >= 0;
    }
};

/// The keys of a quota's ledger. All are in one slot of a cluster, because their names have the same hash tag. The
/// parts of the name are encoded, so that different ones never make the same name.
[[nodiscard]] inline std::vector<std::string> ledger_key_names(std::string_view prefix, std::string_view base_url,
                                                               std::string_view project)
{
    const auto encode = [](std::string& to, std::string_view text) {
        constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~:/";
        constexpr std::string_view digits = "0123456789ABCDEF";
        for (const char c : text) {
            const auto byte = static_cast<unsigned char>(c);
            if (plain.find(c) != std::string_view::npos)
                to += c;
            else
                to.append({'%', digits[byte >> 4U], digits[byte & 15U]});
        }
    };
    std::string pool(prefix);
    pool += "{";
    encode(pool, base_url);
    pool += "|";
    encode(pool, project);
    pool += "}";
    std::vector<std::string> names;
    for (const auto key : ledger_keys)
        names.push_back(pool + ":" + std::string(key));
    return names;
}

/// A server's or library's words, fit for an error message: one line of printable characters, not long.
[[nodiscard]] inline std::string short_words(std::string_view text)
{
    constexpr std::size_t most = 200;
    std::string words;
    for (const char c : text.substr(0, most))
        words += static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x7f ? c : '?';
    return words;
}

} // namespace cojob::detail

#endif
