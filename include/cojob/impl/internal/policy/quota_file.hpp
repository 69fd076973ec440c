#ifndef COJOB_IMPL_INTERNAL_POLICY_QUOTA_FILE_HPP
#define COJOB_IMPL_INTERNAL_POLICY_QUOTA_FILE_HPP

#include <cojob/clock.hpp>
#include <cojob/detail/ascii.hpp>
#include <cojob/error.hpp>
#include <cojob/impl/internal/policy/quota_window.hpp>

#include <boost/crc.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

// The format of `quota::save`: lines with a name and an integer, times in nanoseconds. The last line is a CRC-32 of all
// lines before it.
//
//     cojob-quota 1
//     window 3600000000000        quota_options::window
//     wall 1767225600000000000    civil time of the save
//     steady 3600000000000        steady time of the save; it restarts with the machine
//     held 1                      slots of requests in flight
//     pause 0                     the rest of the pool's pause; at least 1 during a probe
//     guess 0                     the last pause without a hint; the next one is twice as long
//     stamps 2                    the number of `age` lines, which follow, oldest first
//     age 1200000000
//     age 700000000
//     crc 0123abcd
// Each state has exactly one text. A file that differs from the text of the state parsed from it is damaged.
namespace cojob::detail {

/// A saved quota.
struct quota_record {
    duration window{};
    quota_state state{};
    timestamp wall{}; ///< the civil time at `state.at`
};

[[nodiscard]] inline std::string format_quota_file(const quota_record& r)
{
    std::string text = "cojob-quota 1\n";
    const auto add = [&](std::string_view name, auto value) {
        text.append(name).append(" ").append(std::to_string(value)).append("\n");
    };
    const auto add_time = [&](std::string_view name, auto value) {
        add(name, std::chrono::duration_cast<std::chrono::nanoseconds>(value).count());
    };
    add_time("window", r.window);
    add_time("wall", r.wall.time_since_epoch());
    add_time("steady", r.state.at.time_since_epoch());
    add("held", r.state.held);
    add_time("pause", r.state.pause_left);
    add_time("guess", r.state.guess);
    add("stamps", r.state.ages.size());
    for (const auto age : r.state.ages)
        add_time("age", age);
    boost::crc_32_type crc;
    crc.process_bytes(text.data(), text.size());
    constexpr std::string_view digits = "0123456789abcdef";
    text += "crc ";
    for (int shift = 28; shift >= 0; shift -= 4)
        text += digits[(crc.checksum() >> shift) & 0xfU];
    return text += '\n';
}

/// Parses the text that `format_quota_file` writes.
class quota_file_parser {
  public:
    /// \param path for error messages
    explicit quota_file_parser(std::string path) : path_(std::move(path)) {}

    /// \throws api_error invalid_argument for any other text
    [[nodiscard]] quota_record parse(std::string_view text) const
    {
        const auto whole = text;
        if (text.find_first_not_of('\0') == std::string_view::npos)
            fail_lost(text.empty() ? "empty, as a crash may leave it" : "nothing but zeros, as a crash may leave it");
        check_version(text);
        quota_record r;
        r.window = take_length(text, "window");
        r.wall = timestamp(take_line(text, "wall"));
        r.state.at = time_point(take_line(text, "steady"));
        r.state.held = static_cast<std::uint64_t>(take_length(text, "held").count());
        r.state.pause_left = take_length(text, "pause");
        r.state.guess = take_length(text, "guess");
        for (auto left = take_length(text, "stamps").count(); left > 0; --left)
            r.state.ages.push_back(take_length(text, "age"));
        constexpr std::uint64_t most_held = 1'000'000; // more than any client has in flight; each takes memory
        const auto is_in_order = std::is_sorted(r.state.ages.begin(), r.state.ages.end(), std::greater());
        if (whole != format_quota_file(r) || !is_in_order || r.state.held > most_held)
            fail_damaged();
        return r;
    }

    [[noreturn]] void fail(std::string_view why) const { throw_invalid_argument("quota file: " + path_, why); }

    /// The uses of the last window are unknown: a new quota could spend them twice.
    [[noreturn]] void fail_lost(std::string why) const
    {
        fail(why + "; its uses are lost: delete the file when a whole window has passed since the last use");
    }

  private:
    [[noreturn]] void fail_damaged() const { fail_lost("damaged or cut off"); }

    void check_version(std::string_view& text) const
    {
        if (!take(text, "cojob-quota "))
            fail_lost("not a quota file, or damaged");
        const auto version = text.substr(0, text.find('\n'));
        const auto is_number = !version.empty() && std::all_of(version.begin(), version.end(), is_digit);
        if (is_number && version != "1" && version.front() != '0')
            fail("of a newer version than this library can read");
        if (!take(text, "1\n"))
            fail_damaged();
    }

    [[nodiscard]] std::chrono::nanoseconds take_line(std::string_view& text, std::string_view name) const
    {
        std::int64_t value = 0;
        if (!take(text, name) || !take(text, ' '))
            fail_damaged();
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        if (error != std::errc() || !take(text, '\n'))
            fail_damaged();
        return std::chrono::nanoseconds(value);
    }

    [[nodiscard]] duration take_length(std::string_view& text, std::string_view name) const
    {
        const auto length = take_line(text, name);
        if (length < duration::zero())
            fail_damaged();
        return length;
    }

    std::string path_;
};

/// The time from `then` to `now`; never negative.
template <class Time>
[[nodiscard]] constexpr duration time_since(Time then, Time now) noexcept
{
    if (now <= then)
        return duration::zero();
    const bool is_in_range =
        then.time_since_epoch() >= duration::zero() || now <= Time::max() + then.time_since_epoch();
    return is_in_range ? duration(now - then) : duration::max();
}

/// The minimum age of a record. The wall clock may have been set since; the steady clock cannot be set, but restarts
/// with the machine.
[[nodiscard]] inline duration elapsed_since(const quota_record& r, timestamp wall_now, time_point now) noexcept
{
    const auto by_wall = time_since(r.wall, wall_now);
    return now >= r.state.at ? std::min(by_wall, time_since(r.state.at, now)) : by_wall;
}

} // namespace cojob::detail

#endif
