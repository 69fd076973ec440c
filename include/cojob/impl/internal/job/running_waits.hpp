#ifndef COJOB_IMPL_INTERNAL_JOB_RUNNING_WAITS_HPP
#define COJOB_IMPL_INTERNAL_JOB_RUNNING_WAITS_HPP

#include <cojob/detail/share.hpp>
#include <cojob/impl/internal/base/linked_list.hpp>
#include <cojob/impl/internal/client/client_state.hpp>
#include <cojob/operation.hpp>

#include <boost/asio/cancellation_type.hpp>

#include <memory>
#include <optional>

namespace cojob::detail {

class running_waits;

/// A wait that `client::close()` and a fork stop.
class running_wait {
  public:
    running_wait() = default;
    running_wait(const running_wait&) = delete;
    running_wait& operator=(const running_wait&) = delete;

    /// It is on the list no more. Must not end others at once.
    virtual void stop() = 0;

  protected:
    ~running_wait() = default; // off the list, which the client has

    /// If it is on the list.
    inline void leave_list() noexcept;

  private:
    friend class running_waits;
    friend linked_list<running_wait>;

    running_waits* list_ = nullptr; // null: it is on none
    list_links<running_wait> links_;
};

/// The running waits of a client, on its strand. To the client they are one operation: one for each would be a tenth of
/// what a wait takes.
class running_waits {
  public:
    /// Whether the wait may run: the client is not closed.
    [[nodiscard]] bool add(client_state& client, running_wait& wait)
    {
        client.notice_fork(); // the parent's waits leave
        if (!running_)
            begin(client);
        if (operation_->is_stopped()) {
            end();
            return false;
        }
        wait.list_ = this;
        waits_.add(wait);
        return true;
    }

    void remove(running_wait& wait) noexcept
    {
        waits_.remove(wait);
        wait.list_ = nullptr;
        if (!waits_.first())
            end();
    }

  private:
    void begin(client_state& client)
    {
        operation_ = share<operation>(client.alarm);
        operation_->slot().assign([this](asio::cancellation_type) { stop_all(); });
        running_.emplace(client, operation_);
    }

    void end() noexcept
    {
        running_.reset();
        operation_.reset();
    }

    void stop_all()
    {
        const auto alive = operation_; // the last to leave ends it
        while (auto* const wait = waits_.first()) {
            remove(*wait);
            wait->stop();
        }
    }

    std::shared_ptr<operation> operation_; // null: there is none
    std::optional<client_state::running_guard> running_;
    linked_list<running_wait> waits_;
};

inline void running_wait::leave_list() noexcept
{
    if (list_)
        list_->remove(*this);
}

} // namespace cojob::detail

#endif
