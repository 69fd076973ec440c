#ifndef COJOB_IMPL_INTERNAL_POLICY_LEDGER_LAYOUT_HPP
#define COJOB_IMPL_INTERNAL_POLICY_LEDGER_LAYOUT_HPP

#include <cojob/impl/internal/policy/ledger_record.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace cojob::detail {

/// Which record of a quota's ledger is where: the quota, its pause, a slot for each use, a place for each process that
/// waits.
struct ledger_layout {
    static constexpr std::size_t most_waiting = 64;
    static constexpr std::uint64_t version = 1;
    static constexpr std::uint32_t most_slots = 2'000; ///< the file is read as a whole, under its lock
    static constexpr std::size_t pause_at = 1, slots_at = 2;

    [[nodiscard]] static std::vector<ledger_record> make(std::uint64_t limit, std::int64_t window,
                                                         const ledger_time& now)
    {
        const auto of = [&](ledger_record::kind_type kind) {
            ledger_record r;
            r.kind = kind;
            r.at = now;
            return r;
        };
        std::vector<ledger_record> all{of(ledger_record::quota), of(ledger_record::pause)};
        all[0].length = window;
        all[0].id = limit;
        all[0].number = version;
        all.resize(all.size() + static_cast<std::size_t>(limit), of(ledger_record::slot_free));
        all.resize(all.size() + most_waiting, of(ledger_record::nobody));
        return all;
    }

    /// Whether these are the records of a ledger, none missing or damaged.
    [[nodiscard]] static bool is_complete(const std::vector<ledger_record>& all)
    {
        if (all.size() <= slots_at + most_waiting || all[0].kind != ledger_record::quota ||
            all[1].kind != ledger_record::pause || all[0].id != all.size() - slots_at - most_waiting ||
            all[0].length <= 0)
            return false;
        for (auto i = slots_at; i < all.size(); ++i) {
            const bool is_slot = all[i].kind >= ledger_record::slot_free && all[i].kind <= ledger_record::slot_stamped;
            const bool is_place = all[i].kind == ledger_record::waiting || all[i].kind == ledger_record::nobody;
            if (i < slots_at + all[0].id ? !is_slot : !is_place)
                return false;
        }
        return true;
    }
};

} // namespace cojob::detail

#endif
