#ifndef COJOB_IMPL_INTERNAL_JOB_WAIT_REPORT_HPP
#define COJOB_IMPL_INTERNAL_JOB_WAIT_REPORT_HPP

#include <cojob/impl/internal/client/client_state.hpp>
#include <cojob/impl/internal/job/wait_end.hpp>
#include <cojob/job/detail/polled_api.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cojob::detail {

/// Tells an observer of one wait.
class wait_report {
  public:
    wait_report(const client_state& state, const wait_subject& subject)
        : observer_(state.options.observer.get()), subject_(subject)
    {
        if (observer_)
            told_ = std::make_unique<told>(told{.id = subject.id});
    }

    void poll_has_ended() noexcept { ++polls_; }

    /// A poll that failed knows the key, and says the id without it.
    void show_id(const std::string& id)
    {
        if (observer_ && !id.empty())
            told_->id = id;
    }

    /// The next poll is made after that; zero: there is none.
    void poll(std::string_view status, error_code failure, duration next_in) const
    {
        if (observer_)
            observer_->on_poll(
                {subject_.api->api(), told_->id, failure ? std::string_view() : status, failure, polls_, next_in});
    }

    [[nodiscard]] bool has_listener() const noexcept { return observer_ != nullptr; }

    void job(const job_view& seen, bool is_change)
    {
        if (!observer_)
            return;
        if (seen.is_unknown && is_news(seen.status))
            observer_->on_unknown_status({subject_.api->api(), told_->id, seen.status});
        if (is_change)
            observer_->on_job_changed({subject_.api->api(), told_->id, seen.status, {}, polls_, {}});
    }

  private:
    /// Unknown states that are reported: a server must not fill the memory with states it makes up.
    static constexpr std::size_t max_unknown = 16;

    [[nodiscard]] bool is_news(const std::string& status)
    {
        auto& known = told_->unknown;
        if (std::find(known.begin(), known.end(), status) != known.end() || known.size() >= max_unknown)
            return false;
        known.push_back(status);
        return true;
    }

    struct told {
        std::string id{}; ///< as it is shown: a key may be where an id should be
        std::vector<std::string> unknown{};
    };

    observer* observer_;
    const wait_subject& subject_;
    std::unique_ptr<told> told_; // null without an observer
    unsigned polls_ = 0;
};

} // namespace cojob::detail

#endif
