#ifndef COJOB_IMPL_INTERNAL_REDIS_HEARD_LEDGER_HPP
#define COJOB_IMPL_INTERNAL_REDIS_HEARD_LEDGER_HPP

#include <cojob/impl/internal/redis/ledger_reply.hpp>
#include <cojob/impl/internal/redis/outage_plan.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace cojob::detail {

/// What a process has heard of its ledger, and whether it must write back what the ledger may lack.
class heard_ledger {
  public:
    [[nodiscard]] const std::string& epoch() const noexcept { return epoch_; }
    [[nodiscard]] std::int64_t revision() const noexcept { return revision_; }
    [[nodiscard]] std::int64_t pauses() const noexcept { return pauses_; }
    /// The ledger lacks what this process knows.
    [[nodiscard]] bool is_lost() const noexcept { return is_lost_; }
    [[nodiscard]] bool must_write_back() const noexcept { return is_lost_ || was_out_of_contact_; }

    /// Takes in what each reply says. Replies may come late: each session has its own connection.
    void hear(const ledger_reply& reply, outage_plan& plan, std::int64_t now)
    {
        const bool is_other = epoch_ != reply.epoch;
        // Otherwise another session heard it first, and all has been written back.
        const bool is_lost = reply.kind == ledger_reply::lost && (is_other || is_lost_);
        if (is_lost && !is_lost_) {
            seen_in_lost_ = plan.seen();
            counts_until_ = now + plan.counts_for(now);
        }
        is_lost_ = is_lost_ || is_lost;
        if (!was_out_of_contact_)
            heard_at_ = now;
        if (!is_other && reply.revision < revision_) { // it is older than what is known
            plan.reached();
            return;
        }
        pauses_ = is_lost || is_other ? std::max(pauses_, reply.pauses) : reply.pauses;
        epoch_ = reply.epoch;
        revision_ = reply.revision;
        plan.answered(static_cast<std::uint64_t>(reply.taken), reply.lasts, now);
    }

    /// Others may have granted slots without the ledger since the last reply.
    void lose_contact() noexcept { was_out_of_contact_ = heard_at_ > 0; }

    /// The first arguments of `restore`.
    [[nodiscard]] std::vector<std::string> to_restore(std::int64_t now) const
    {
        return {std::to_string(is_lost_ ? seen_in_lost_ : 0),
                std::to_string(is_lost_ ? std::max<std::int64_t>(counts_until_ - now, 0) : 0), std::to_string(pauses_),
                std::to_string(was_out_of_contact_ ? now - heard_at_ : 0)};
    }
    /// What the ledger may have lacked has been written back.
    void restored(std::int64_t now) noexcept
    {
        is_lost_ = was_out_of_contact_ = false;
        heard_at_ = now;
    }

  private:
    std::string epoch_;
    std::int64_t revision_ = 0, pauses_ = 0;
    std::int64_t heard_at_ = 0; // the last reply, before an outage if there was one
    bool was_out_of_contact_ = false, is_lost_ = false;
    std::uint64_t seen_in_lost_ = 0;
    std::int64_t counts_until_ = 0;
};

} // namespace cojob::detail

#endif
