#ifndef COJOB_IMPL_INTERNAL_REDIS_OWN_USES_HPP
#define COJOB_IMPL_INTERNAL_REDIS_OWN_USES_HPP

#include <cojob/impl/internal/policy/ledger_record.hpp>
#include <cojob/policy/quota_ledger.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cojob::detail {

/// A lease of this process. Times are in microseconds.
struct own_lease {
    std::uint64_t id = 0;
    std::int64_t pauses = 0; ///< that the ledger had counted when it was granted
    std::int64_t since = 0, length = 0;
    bool is_renewed = false;
    bool is_local = false;   ///< the ledger does not know of it
    bool is_unheard = false; ///< the ledger may have granted it, and its name is not known
    bool is_sending = false; ///< a request about it is on its way
    std::uint64_t session = 0;
    std::optional<quota_outcome> outcome{}; ///< set: to be ended
    std::int64_t ended_at = 0;

    /// Of one that is unheard only its number.
    [[nodiscard]] std::string name() const
    {
        return (is_unheard ? "" : std::to_string(pauses) + ":") + std::to_string(id);
    }
    /// Whether it is to be renewed.
    [[nodiscard]] bool is_due(std::int64_t now) const { return is_renewed && !is_local && now - since >= length / 3; }
    [[nodiscard]] std::int64_t left(std::int64_t now) const { return length - (now - since); }
};

/// A use of this process in the last window.
struct own_use {
    std::string lease;
    std::int64_t at = 0;   ///< when it ended
    bool is_local = false; ///< the ledger does not know of it
};

/// The leases and uses of one process, which it writes back to a ledger that lacks them.
class own_uses {
  public:
    /// \param kept_for how long a use counts
    explicit own_uses(std::int64_t kept_for) : kept_for_(kept_for) {}

    [[nodiscard]] std::vector<own_lease>& leases() noexcept { return leases_; }
    [[nodiscard]] own_lease* find(std::uint64_t id) noexcept
    {
        const auto at = std::find_if(leases_.begin(), leases_.end(), [&](const own_lease& l) { return l.id == id; });
        return at == leases_.end() ? nullptr : &*at;
    }
    void add(own_lease l) { leases_.push_back(std::move(l)); }
    /// For a question whose reply is lost, and that the process answers itself.
    void reserve() { leases_.reserve(leases_.size() + 2); }

    /// Leases, and uses that still count.
    [[nodiscard]] std::size_t count(std::int64_t now) const
    {
        const auto counts = [&](const own_lease& l) {
            return !l.outcome || (l.outcome->kind == quota_outcome::used && now - l.ended_at < kept_for_);
        };
        return uses_.size() + static_cast<std::size_t>(std::count_if(leases_.begin(), leases_.end(), counts));
    }
    [[nodiscard]] bool has_local() const
    {
        const auto is_local = [](const auto& one) { return one.is_local; };
        return std::any_of(leases_.begin(), leases_.end(), is_local) ||
               std::any_of(uses_.begin(), uses_.end(), is_local);
    }

    /// The lease was used, and the ledger knows of its end unless it is local.
    void used(std::uint64_t id)
    {
        if (const auto* const l = find(id))
            uses_.push_back({l->name(), l->ended_at, l->is_local});
        forget(id);
    }
    /// Ends local leases, of which the ledger need not be told.
    void settle_local()
    {
        for (const auto& l : leases_)
            if (l.is_local && l.outcome && l.outcome->kind == quota_outcome::used)
                uses_.push_back({l.name(), l.ended_at, true});
        std::erase_if(leases_, [](const own_lease& l) { return l.is_local && l.outcome; });
    }
    void forget(std::uint64_t id)
    {
        std::erase_if(leases_, [&](const own_lease& l) { return l.id == id; });
    }
    void forget_old(std::int64_t now)
    {
        std::erase_if(uses_, [&](const own_use& u) { return now - u.at >= kept_for_; });
    }

    /// Calls `write(was_known, lease, age)` for all that a ledger lacks: if it lost its data all, otherwise what is
    /// local. The age of a lease that runs is negative. A lease that was returned counts nowhere.
    template <class Write>
    void write_back(bool is_all, std::int64_t now, const Write& write) const
    {
        for (const auto& u : uses_)
            if (is_all || u.is_local)
                write(!u.is_local, u.lease, now - u.at);
        for (const auto& l : leases_)
            if ((is_all || l.is_local) && (!l.outcome || l.outcome->kind == quota_outcome::used))
                write(!l.is_local, l.name(), -std::max<std::int64_t>(l.left(now), 0));
    }

    /// These are in the ledger now.
    void written_back(const std::vector<std::string>& names)
    {
        const auto is_there = [&](const std::string& name) {
            return std::find(names.begin(), names.end(), name) != names.end();
        };
        for (auto& u : uses_)
            u.is_local = u.is_local && !is_there(u.lease);
        for (auto& l : leases_)
            l.is_local = l.is_local && !is_there(l.name());
    }

  private:
    std::int64_t kept_for_;
    std::vector<own_lease> leases_;
    std::vector<own_use> uses_;
};

} // namespace cojob::detail

#endif
