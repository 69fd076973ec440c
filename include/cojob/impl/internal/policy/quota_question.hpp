#ifndef COJOB_IMPL_INTERNAL_POLICY_QUOTA_QUESTION_HPP
#define COJOB_IMPL_INTERNAL_POLICY_QUOTA_QUESTION_HPP

#include <cojob/policy/quota_ledger.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <utility>

namespace cojob::detail {

/// Takes the answers of a ledger, from any thread.
class quota_asker {
  public:
    virtual void answered(std::uint64_t question, quota_answer) = 0;
    /// The ledger dropped the question, because the context of its I/O was destroyed.
    virtual void abandoned(std::uint64_t question) = 0;

  protected:
    ~quota_asker() = default;
};

/// A question to a ledger, owned by the function that takes the answer.
class quota_question {
  public:
    quota_question(std::weak_ptr<quota_asker> asker, std::uint64_t number, std::weak_ptr<quota_ledger> ledger)
        : asker_(std::move(asker)), number_(number), ledger_(std::move(ledger))
    {
    }
    quota_question(const quota_question&) = delete;
    quota_question& operator=(const quota_question&) = delete;

    ~quota_question()
    {
        if (const auto asker = asker_.lock(); asker && !is_answered_)
            asker->abandoned(number_);
    }

    void answer(quota_answer given)
    {
        is_answered_ = true;
        if (const auto asker = asker_.lock())
            asker->answered(number_, std::move(given));
        else if (const auto ledger = ledger_.lock(); ledger && given.is_granted)
            ledger->end(given.lease, {});
    }
    void fail(const char* why)
    {
        quota_answer failed;
        failed.failure = why;
        answer(std::move(failed));
    }

  private:
    const std::weak_ptr<quota_asker> asker_;
    const std::uint64_t number_;
    const std::weak_ptr<quota_ledger> ledger_; // for a lease that comes too late
    bool is_answered_ = false;
};

/// Asks a ledger. An exception of the ledger is its answer.
inline void ask_ledger(const std::shared_ptr<quota_ledger>& ledger, const asio::any_io_executor& executor,
                       duration attempt, const std::weak_ptr<quota_asker>& asker, std::uint64_t number)
{
    const auto asked = std::make_shared<quota_question>(asker, number, ledger);
    try {
        ledger->acquire(executor, attempt, [asked](quota_answer given) { asked->answer(std::move(given)); });
    } catch (const std::exception& e) {
        asked->fail(e.what());
    } catch (...) {
        asked->fail("the quota's ledger threw an exception");
    }
}

} // namespace cojob::detail

#endif
