#ifndef COJOB_IMPL_POLICY_QUOTA_IPP
#define COJOB_IMPL_POLICY_QUOTA_IPP

#include <cojob/detail/body.hpp>
#include <cojob/detail/share.hpp>
#include <cojob/error.hpp>
#include <cojob/impl/internal/base/durable_file.hpp>
#include <cojob/impl/internal/policy/checked_quota.hpp>
#include <cojob/impl/internal/policy/quota_core.hpp>
#include <cojob/impl/internal/policy/quota_file.hpp>
#include <cojob/policy/quota.hpp>

#include <utility>

namespace cojob {

quota::quota(quota_options options, clock_ptr clock, std::shared_ptr<quota_ledger> ledger)
    : core_(detail::share<detail::quota_core>(detail::checked(options), clock ? std::move(clock) : machine_clock(),
                                              std::move(ledger)))
{
}

std::uint32_t quota::remaining() const
{
    return core_->remaining();
}

timestamp quota::next_slot_at() const
{
    const auto now = core_->time().wall_now();
    const auto wait = core_->expected_wait();
    return wait > timestamp::max() - now ? timestamp::max() : now + wait;
}

const quota_options& quota::options() const noexcept
{
    return core_->options();
}

void quota::save(const std::filesystem::path& path) const
{
    if (core_->has_ledger())
        detail::throw_invalid_argument("quota::save", "the quota's ledger keeps its uses");
    const detail::quota_record record{options().window, core_->state(), core_->time().wall_now()};
    detail::file_replacement file({"quota file", path});
    file.write(detail::format_quota_file(record));
    file.replace();
}

std::shared_ptr<quota> quota::load(const std::filesystem::path& path, quota_options options, clock_ptr clock)
{
    if (!clock)
        clock = machine_clock();
    auto loaded = detail::share<quota>(options, clock);
    const auto text = detail::read_file({"quota file", path});
    const detail::quota_file_parser parser(detail::utf8(path));
    if (!text) {
        if (const auto leftover = detail::find_leftover(path); !leftover.empty())
            parser.fail("missing, but an interrupted save left " + detail::utf8(leftover) +
                        ": rename it to continue from it, or delete it when a whole window has passed");
        return loaded;
    }
    const auto record = parser.parse(*text);
    if (record.window < options.window)
        parser.fail("saved for a shorter window than quota_options::window: older uses are missing");
    const auto elapsed = detail::elapsed_since(record, clock->wall_now(), clock->now());
    loaded->core_ = detail::share<detail::quota_core>(options, clock, record.state, elapsed);
    return loaded;
}

} // namespace cojob

#endif
