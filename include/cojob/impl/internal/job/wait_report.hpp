#ifndef COJOB_IMPL_INTERNAL_JOB_WAIT_REPORT_HPP
#define COJOB_IMPL_INTERNAL_JOB_WAIT_REPORT_HPP

#include <cojob/impl/internal/client/client_state.hpp>
#include <cojob/impl/internal/job/wait_end.hpp>
#include <cojob/job/detail/polled_api.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cojob::detail {

/// Tells an observer of one wait.
class wait_report {
  public:
    wait_report(const client_state& state, const wait_subject& subject)
        : observer_(state.options.observer.get()), subject_(subject), shown_id_(observer_ ? subject.id : std::string())
    {
    }

    void poll_has_ended() noexcept { ++polls_; }

    /// A poll that failed knows the key, and says the id without it.
    void show_id(const std::string& id)
    {
        if (observer_ && !id.empty())
            shown_id_ = id;
    }

    /// The next poll is made after that; zero: there is none.
    void poll(std::string_view status, error_code failure, duration next_in) const
    {
        if (observer_)
            observer_->on_poll(
                {subject_.api->api(), shown_id_, failure ? std::string_view() : status, failure, polls_, next_in});
    }

    [[nodiscard]] bool has_listener() const noexcept { return observer_ != nullptr; }

    void job(const job_view& seen, bool is_change)
    {
        if (!observer_)
            return;
        if (seen.is_unknown && is_news(seen.status))
            observer_->on_unknown_status({subject_.api->api(), shown_id_, seen.status});
        if (is_change)
            observer_->on_job_changed({subject_.api->api(), shown_id_, seen.status, {}, polls_, {}});
    }

  private:
    /// Unknown states that are reported: a server must not fill the memory with states it makes up.
    static constexpr std::size_t max_unknown = 16;

    [[nodiscard]] bool is_news(const std::string& status)
    {
        const auto is_seen = std::find(unknown_seen_.begin(), unknown_seen_.end(), status) != unknown_seen_.end();
        if (is_seen || unknown_seen_.size() >= max_unknown)
            return false;
        unknown_seen_.push_back(status);
        return true;
    }

    observer* observer_;
    const wait_subject& subject_;
    std::string shown_id_; // a key may be where an id should be
    unsigned polls_ = 0;
    std::vector<std::string> unknown_seen_;
};

} // namespace cojob::detail

#endif
