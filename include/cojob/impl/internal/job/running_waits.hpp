#ifndef COJOB_IMPL_INTERNAL_JOB_RUNNING_WAITS_HPP
#define COJOB_IMPL_INTERNAL_JOB_RUNNING_WAITS_HPP

#include <cojob/detail/share.hpp>
#include <cojob/impl/internal/client/client_state.hpp>
#include <cojob/operation.hpp>

#include <boost/asio/cancellation_type.hpp>

#include <memory>
#include <optional>
#include <utility>

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

    running_waits* list_ = nullptr; // null: it is on none
    running_wait* next_ = nullptr;
    running_wait* previous_ = nullptr; // of the first: the last
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
        wait.previous_ = first_ ? std::exchange(first_->previous_, &wait) : &wait;
        (first_ ? wait.previous_->next_ : first_) = &wait;
        return true;
    }

    void remove(running_wait& wait) noexcept
    {
        (&wait == first_ ? first_ : wait.previous_->next_) = wait.next_;
        if (auto* const behind = wait.next_ ? wait.next_ : first_)
            behind->previous_ = wait.previous_;
        wait.list_ = nullptr;
        wait.next_ = nullptr;
        if (!first_)
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
        while (first_) {
            auto& wait = *first_;
            remove(wait);
            wait.stop();
        }
    }

    std::shared_ptr<operation> operation_; // null: there is none
    std::optional<client_state::running_guard> running_;
    running_wait* first_ = nullptr;
};

inline void running_wait::leave_list() noexcept
{
    if (list_)
        list_->remove(*this);
}

} // namespace cojob::detail

#endif
