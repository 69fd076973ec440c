#ifndef BENCHMARKS_QUOTA_FLEET_PROCESS_HPP
#define BENCHMARKS_QUOTA_FLEET_PROCESS_HPP

#include "world.hpp"

#include <cojob/impl/internal/policy/quota_core.hpp>

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <utility>
#include <vector>

namespace simulation {

/// A process with a quota of the library: its queue, window and pauses, with or without a ledger. What it was asked for
/// and has not sent yet survives its end, as in a service with a database.
class quota_process {
  public:
    using make_quota = std::function<std::shared_ptr<cojob::detail::quota_core>()>;

    quota_process(fleet_world& world, make_quota make) : world_(world), make_(std::move(make)) { start(); }

    void want(double wanted_at)
    {
        if (!core_)
            return wanted_.push_back(wanted_at);
        calls_.push_back(std::make_shared<call>(*this, wanted_at));
        calls_.back()->step();
    }

    void start()
    {
        if (core_)
            return;
        core_ = make_();
        for (const auto wanted_at : std::exchange(wanted_, {}))
            want(wanted_at);
    }

    /// \param silence makes the ledger deaf: who is killed tells it nothing
    std::function<void()> silence = [] {};
    void crash()
    {
        if (!core_)
            return;
        silence();
        for (const auto& c : calls_)
            if (!c->is_sent)
                wanted_.push_back(c->wanted_at);
        calls_.clear();
        core_.reset();
    }

  private:
    using reply = cojob::detail::quota_reply;

    /// A job that is wanted, until it is created.
    struct call : std::enable_shared_from_this<call> {
        call(quota_process& process, double wanted) : self(process), wanted_at(wanted) { draw(); }

        void draw()
        {
            ticket.reset();
            ticket = std::make_unique<cojob::detail::quota_core::ticket>(
                self.core_, [this] { step_after(0); }, nullptr, to_duration(30));
        }

        void step_after(double length)
        {
            const auto then = self.world_.time.now() + length;
            if (next > self.world_.time.now() && next <= then)
                return;
            next = then;
            self.world_.time.at(then, [weak = weak_from_this(), then] {
                if (const auto c = weak.lock(); c && c->next == then && !c->is_granted) {
                    c->next = 0;
                    c->step();
                }
            });
        }

        /// Asks for a slot; then the call connects, for as long as a request takes.
        void step()
        {
            const auto given = ticket->request(cojob::no_timeout, had_slot);
            if (given.kind == reply::queued)
                return step_after(to_seconds(given.wait));
            if (given.kind == reply::asking)
                return; // the answer wakes it
            if (given.kind == reply::refused)
                return again_after(10);
            had_slot = is_granted = true;
            self.world_.time.after(self.world_.way.delay(), [weak = weak_from_this()] {
                if (const auto c = weak.lock())
                    c->send();
            });
        }

        /// The ledger failed, and so did the call: the service repeats it.
        void again_after(double length)
        {
            draw();
            had_slot = false;
            step_after(length);
        }

        void send()
        {
            is_granted = false;
            if (!ticket->commit())
                return step();
            is_granted = is_sent = true;
            self.world_.send(wanted_at, [weak = weak_from_this()](bool is_created) {
                if (const auto c = weak.lock())
                    c->finish(is_created);
            });
        }

        void finish(bool is_created)
        {
            if (is_created) {
                ticket->stamp(true);
                self.calls_.remove(shared_from_this());
                return;
            }
            is_granted = is_sent = false;
            (void)ticket->throttled(std::nullopt, 0);
            step();
        }

        quota_process& self;
        const double wanted_at;
        std::unique_ptr<cojob::detail::quota_core::ticket> ticket;
        double next = 0;
        bool had_slot = false, is_granted = false, is_sent = false;
    };

    fleet_world& world_;
    const make_quota make_;
    std::shared_ptr<cojob::detail::quota_core> core_;
    std::list<std::shared_ptr<call>> calls_; // sent and queued, oldest first
    std::vector<double> wanted_;             // while the process does not run
};

} // namespace simulation

#endif
