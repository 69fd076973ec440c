#ifndef COJOB_IMPL_POLICY_QUOTA_IPP
#define COJOB_IMPL_POLICY_QUOTA_IPP

#include <cojob/detail/body.hpp>
#include <cojob/detail/share.hpp>
#include <cojob/error.hpp>
#include <cojob/impl/internal/base/durable_file.hpp>
#ifndef _WIN32
#include <cojob/impl/internal/policy/file_ledger.hpp>
#endif
#include <cojob/impl/internal/policy/quota_core.hpp>
#include <cojob/impl/internal/policy/quota_file.hpp>
#include <cojob/policy/quota.hpp>

#include <utility>

namespace cojob {

namespace detail {

inline quota_options checked(const quota_options& options)
{
    if (options.limit == 0)
        throw_invalid_argument("quota_options::limit: must be more than zero");
    if (options.window <= duration::zero() || options.window == no_timeout)
        throw_invalid_argument("quota_options::window: must be more than zero, and must not be no_timeout");
    if (options.max_wait <= duration::zero())
        throw_invalid_argument("quota_options::max_wait: must be more than zero; use no_timeout for no limit");
    return options;
}

} // namespace detail

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

std::shared_ptr<quota> quota::open(const std::filesystem::path& path, quota_options options, quota_file_options how,
                                   clock_ptr clock)
{
#ifdef _WIN32
    (void)path, (void)options, (void)how, (void)clock;
    detail::throw_invalid_argument("quota::open", "not available on Windows: use quota::save and quota::load");
#else
    if (detail::checked(options).limit > detail::ledger_book::most_slots)
        detail::throw_invalid_argument("quota_options::limit: must be at most 100000 for a file");
    const auto ledger = detail::share<detail::file_ledger>(path, options, how);
    return detail::share<quota>(options, std::move(clock), ledger);
#endif
}

} // namespace cojob

#endif
