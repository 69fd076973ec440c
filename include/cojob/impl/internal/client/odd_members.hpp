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

/// Which odd members a client has told its observer. Thread-safe: answers are decoded on their callers' threads.
class odd_member_memory {
  public:
    /// Whether it is news. Names of members are this library's, so there are few; more than that are not told.
    bool add(std::string_view api, const std::string& path)
    {
        constexpr std::size_t most = 256;
        auto name = std::string(api) + '\n' + path;
        const std::lock_guard lock(mutex_);
        if (told_.size() == most || std::find(told_.begin(), told_.end(), name) != told_.end())
            return false;
        told_.push_back(std::move(name));
        return true;
    }

  private:
    std::mutex mutex_;
    std::vector<std::string> told_;
};

/// Tells each member once in a client's life: a server that leaves one out does so in every answer.
/// \param api a literal
inline void tell_odd_members(client_state& state, std::string_view api, const std::vector<odd_member>& found)
{
    const auto& observer = state.options.observer;
    if (!observer)
        return;
    const auto memory = state.extension<odd_member_memory>();
    for (const auto& odd : found)
        if (memory->add(api, odd.path))
            run_later(state.executor, [observer, api, odd] { // a copy: the answer does not stay
                observer->on_odd_member({api, odd.path, odd.problem});
            });
}

} // namespace cojob::detail

#endif
