#ifndef COJOB_IMPL_INTERNAL_POLICY_LEDGER_BOOK_HPP
#define COJOB_IMPL_INTERNAL_POLICY_LEDGER_BOOK_HPP

#include <cojob/impl/internal/policy/ledger_layout.hpp>
#include <cojob/impl/internal/policy/ledger_record.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

namespace cojob::detail {

/// The records of a quota's ledger, and all decisions about them. Has no I/O: it lists the records to write, in their
/// order. After any number of these writes the records allow no more than after all of them, so a process may be killed
/// in between. All lengths are in nanoseconds.
class ledger_book : private ledger_layout {
  public:
    static constexpr std::int64_t margin = 1'000'000'000;          ///< for the server's clock
    static constexpr std::int64_t longest_guess = 900'000'000'000; ///< 15 minutes
    static constexpr std::int64_t waits_for = 1'000'000'000;       ///< a process that does not ask for so long is gone

    struct answer {
        bool is_granted = false;
        std::uint64_t pauses = 0; ///< granted: so far
        std::int64_t wait = 0;    ///< not granted: until a slot is expected
    };

    /// \pre `ledger_layout::is_complete(records)`
    explicit ledger_book(std::vector<ledger_record> records) : all_(std::move(records)) {}

    [[nodiscard]] const std::vector<ledger_record>& records() const noexcept { return all_; }
    /// The records to write and their numbers, in this order. Empties the list.
    [[nodiscard]] std::vector<std::pair<std::size_t, ledger_record>> take_writes()
    {
        return std::exchange(writes_, {});
    }

    /// Whether this record is about uses, and not about a process that waits.
    [[nodiscard]] bool is_use(std::size_t i) const noexcept { return i < places_at(); }

    /// Dates the records of another boot by this one's clock. The latest comes last: until it is written, a wall clock
    /// that was set back is seen, and nothing of the others gets older.
    void adopt(const ledger_time& now)
    {
        std::vector<std::size_t> old;
        auto latest = std::numeric_limits<std::int64_t>::min();
        for (auto i = pause_at; i < all_.size(); ++i) {
            if (all_[i].at.boot == now.boot || all_[i].kind == ledger_record::slot_free ||
                all_[i].kind == ledger_record::nobody)
                continue;
            latest = std::max(latest, all_[i].at.wall);
            old.push_back(i);
        }
        std::sort(old.begin(), old.end(),
                  [&](std::size_t a, std::size_t b) { return all_[a].at.wall < all_[b].at.wall; });
        const bool is_set_back = latest > now.wall;
        for (const auto i : old) {
            auto& r = all_[i];
            const auto passed = is_set_back ? 0 : time_between(r.at, now);
            r.at = {subtract_time(now.steady, passed), subtract_time(now.wall, passed), now.boot};
            writes_.emplace_back(i, r);
        }
    }

    /// Grants a slot as lease `id`, or gives the process a place among those that wait.
    answer acquire(std::uint64_t process, std::uint64_t id, std::int64_t length, const ledger_time& now)
    {
        const auto rank = processes_ahead(process, now);
        const auto pause_left = subtract_time(all_[pause_at].length, time_between(all_[pause_at].at, now));
        std::vector<std::int64_t> waits;
        std::optional<std::size_t> free;
        std::uint64_t free_slots = 0;
        bool has_probe = false;
        for (auto i = slots_at; i < places_at(); ++i) {
            const auto left = taken_for(all_[i], now);
            waits.push_back(left);
            free_slots += left == 0 ? 1U : 0U;
            if (left == 0 && !free)
                free = i;
            has_probe = has_probe || (is_of_this_era(all_[i]) && all_[i].is_running(now));
        }
        const bool waits_for_probe = is_probing() && (has_probe || rank > 0);
        if (free && free_slots > rank && pause_left <= 0 && !waits_for_probe) {
            write(*free, ledger_record::slot_leased, now, length, id, all_[pause_at].number);
            stop_waiting(process, now);
            return {true, all_[pause_at].number, 0};
        }
        wait(process, now);
        std::sort(waits.begin(), waits.end());
        const auto nth = waits[std::min<std::size_t>(waits.size() - 1, static_cast<std::size_t>(rank))];
        return {false, 0, std::max({nth, pause_left, std::int64_t(0)})};
    }

    /// How many slots could be granted now, one after the other; none while the pool pauses.
    [[nodiscard]] std::uint32_t free_slots(const ledger_time& now) const
    {
        std::uint32_t free = 0;
        for (auto i = slots_at; i < places_at(); ++i)
            free += taken_for(all_[i], now) == 0 ? 1U : 0U;
        return subtract_time(all_[pause_at].length, time_between(all_[pause_at].at, now)) > 0 ? 0 : free;
    }

    /// The server may have counted the request. If the process was stopped for so long that its slot was granted anew,
    /// takes another one.
    void used(std::uint64_t id, bool was_answered, const ledger_time& now)
    {
        const auto own = find(id);
        const auto i = own ? own : find_free(now);
        if (!i)
            return;
        const bool ends_probe = own && was_answered && is_probing() && is_of_this_era(all_[*i]);
        write(*i, ledger_record::slot_stamped, now, 0, id, all_[*i].number);
        if (!ends_probe)
            return;
        write(pause_at, ledger_record::pause, now, 0, 0, all_[pause_at].number + 1); // even: no probe is missing
    }

    /// The server has certainly not counted the request.
    void unused(std::uint64_t id, const ledger_time& now)
    {
        if (const auto i = find(id))
            write(*i, ledger_record::slot_free, now, 0, 0, 0);
    }

    /// The server answered 429. A pause that is a guess doubles from one to the next; with a full log it lasts until
    /// the oldest use leaves it.
    void throttled(std::uint64_t id, std::int64_t length, bool is_hinted, const ledger_time& now)
    {
        const auto i = find(id);
        auto& p = all_[pause_at];
        const auto left = subtract_time(p.length, time_between(p.at, now));
        const bool is_next = i && is_of_this_era(all_[*i]);
        auto guess = p.guess;
        if (!is_hinted && left <= 0) {
            guess = std::min(std::max(length, is_next ? 2 * guess : guess), longest_guess);
            length = std::max(guess, oldest_of_a_full_log(now));
        }
        if (left <= 0 || (is_hinted && length > left)) {
            const auto number = left <= 0 ? next_pause(p.number) : p.number;
            write(pause_at, ledger_record::pause, now, length, 0, number, guess);
        }
        unused(id, now);
    }

    /// Returns false if there is no such lease, or it has run out.
    [[nodiscard]] bool renew(std::uint64_t id, std::int64_t length, const ledger_time& now)
    {
        const auto i = find(id);
        if (!i || !all_[*i].is_running(now))
            return false;
        write(*i, ledger_record::slot_leased, now, length, id, all_[*i].number);
        return true;
    }

    void stop_waiting(std::uint64_t process, const ledger_time& now)
    {
        for (auto i = places_at(); i < all_.size(); ++i)
            if (all_[i].kind == ledger_record::waiting && all_[i].id == process)
                write(i, ledger_record::nobody, now, 0, 0, 0);
    }

  private:
    [[nodiscard]] std::size_t places_at() const noexcept { return slots_at + static_cast<std::size_t>(all_[0].id); }

    /// From a pause until a request after it gets a response other than 429, the number of pauses is odd.
    [[nodiscard]] bool is_probing() const noexcept { return all_[pause_at].number % 2 == 1; }
    [[nodiscard]] static std::uint64_t next_pause(std::uint64_t number) noexcept { return number + 1 + number % 2; }
    [[nodiscard]] bool is_of_this_era(const ledger_record& r) const noexcept
    {
        return r.number == all_[pause_at].number;
    }

    void write(std::size_t i, ledger_record::kind_type kind, const ledger_time& now, std::int64_t length,
               std::uint64_t id, std::uint64_t number, std::int64_t guess = 0)
    {
        auto& r = all_[i];
        r.kind = kind;
        r.at = now;
        r.length = length;
        r.id = id;
        r.number = number;
        r.guess = guess;
        writes_.emplace_back(i, r);
    }

    /// For how much longer a slot is taken, if its request ended now. A lease that ran out is stamped when it did.
    [[nodiscard]] std::int64_t taken_for(const ledger_record& r, const ledger_time& now) const
    {
        if (r.kind == ledger_record::slot_free)
            return 0;
        if (r.is_running(now))
            return add_time(all_[0].length, margin);
        const auto passed = time_between(r.at, now);
        const auto stamped = r.kind == ledger_record::slot_leased ? r.length : 0;
        return std::max<std::int64_t>(subtract_time(add_time(add_time(all_[0].length, margin), stamped), passed), 0);
    }

    /// When the oldest use of a full log leaves it; zero if the log is not full, or no use in it has ended.
    [[nodiscard]] std::int64_t oldest_of_a_full_log(const ledger_time& now) const
    {
        std::optional<std::int64_t> least;
        for (auto i = slots_at; i < places_at(); ++i) {
            const auto left = taken_for(all_[i], now);
            if (left == 0)
                return 0;
            if (!all_[i].is_running(now))
                least = std::min(least.value_or(left), left);
        }
        return least.value_or(0);
    }

    [[nodiscard]] std::optional<std::size_t> find_free(const ledger_time& now) const
    {
        for (auto i = slots_at; i < places_at(); ++i)
            if (taken_for(all_[i], now) == 0)
                return i;
        return std::nullopt;
    }

    [[nodiscard]] std::optional<std::size_t> find(std::uint64_t id) const
    {
        for (auto i = slots_at; i < places_at(); ++i)
            if (all_[i].kind != ledger_record::slot_free && all_[i].id == id)
                return i;
        return std::nullopt;
    }

    /// The number of other processes that have waited for longer.
    [[nodiscard]] std::uint64_t processes_ahead(std::uint64_t process, const ledger_time& now) const
    {
        auto own = std::numeric_limits<std::uint64_t>::max();
        for (auto i = places_at(); i < all_.size(); ++i)
            if (all_[i].id == process && all_[i].is_waiting(now))
                own = all_[i].number;
        std::uint64_t ahead = 0;
        for (auto i = places_at(); i < all_.size(); ++i)
            ahead += all_[i].id != process && all_[i].is_waiting(now) && all_[i].number < own ? 1U : 0U;
        return ahead;
    }

    /// Keeps the process's place, or gives it the last one. If there is none left, it has none.
    void wait(std::uint64_t process, const ledger_time& now)
    {
        std::uint64_t last = 0;
        std::optional<std::size_t> unused_place;
        for (auto i = places_at(); i < all_.size(); ++i) {
            const bool is_there = all_[i].is_waiting(now);
            if (is_there && all_[i].id == process && time_between(all_[i].at, now) < waits_for / 4)
                return;
            if (is_there && all_[i].id == process)
                return write(i, ledger_record::waiting, now, waits_for, process, all_[i].number);
            if (is_there)
                last = std::max(last, all_[i].number);
            else if (!unused_place)
                unused_place = i;
        }
        if (unused_place)
            write(*unused_place, ledger_record::waiting, now, waits_for, process, last + 1);
    }

    std::vector<ledger_record> all_;
    std::vector<std::pair<std::size_t, ledger_record>> writes_;
};

} // namespace cojob::detail

#endif
