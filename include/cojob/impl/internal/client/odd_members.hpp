#ifndef COJOB_IMPL_INTERNAL_CLIENT_ODD_MEMBERS_HPP
#define COJOB_IMPL_INTERNAL_CLIENT_ODD_MEMBERS_HPP

#include <cojob/impl/internal/base/decode_context.hpp>
#include <cojob/impl/internal/base/run_later.hpp>
#include <cojob/impl/internal/client/client_state.hpp>
#include <cojob/observer.hpp>

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cojob::detail {

/// The odd members that a client has reported to its observer. Thread-safe: responses are decoded on the callers'
/// threads.
class reported_odd_members {
  public:
    /// Adds a member. Returns true if it is new. The names are those that this library decodes, so there are few;
    /// members over the limit are not reported.
    bool add(std::string_view api, const std::string& path)
    {
        constexpr std::size_t most = 256;
        auto name = std::string(api) + '\n' + path;
        const std::lock_guard lock(mutex_);
        if (reported_.size() == most || std::find(reported_.begin(), reported_.end(), name) != reported_.end())
            return false;
        reported_.push_back(std::move(name));
        return true;
    }

  private:
    std::mutex mutex_;
    std::vector<std::string> reported_;
};

/// Reports each member once per client: a server that omits a member does so in every response.
/// \param api a string literal
inline void report_odd_members(client_state& state, std::string_view api, const std::vector<odd_member>& found)
{
    const auto& observer = state.options.observer;
    if (!observer)
        return;
    const auto memory = state.extension<reported_odd_members>();
    for (const auto& odd : found)
        if (memory->add(api, odd.path))
            run_later(state.executor, [observer, api, odd] { // a copy: the response may be gone by then
                observer->on_odd_member({api, odd.path, odd.problem});
            });
}

} // namespace cojob::detail

#endif
