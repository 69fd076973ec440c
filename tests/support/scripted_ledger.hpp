#ifndef TESTS_SUPPORT_SCRIPTED_LEDGER_HPP
#define TESTS_SUPPORT_SCRIPTED_LEDGER_HPP

#include <cojob/policy/quota_ledger.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>

namespace tests {

/// A ledger that answers when a test says. Counts its leases and writes down what happens to them.
class scripted_ledger final : public cojob::quota_ledger {
  public:
    using answer_function = std::function<void(cojob::quota_answer)>;

    void acquire(const cojob::asio::any_io_executor&, cojob::duration attempt, answer_function answer) override
    {
        BOOST_TEST(!is_asked(), "asked twice");
        if (throws)
            throw std::runtime_error("the ledger is on fire");
        ++asked;
        asked_for = attempt;
        question = std::move(answer);
    }
    void stop_waiting() noexcept override { events += "stop "; }
    bool covers(std::uint64_t, cojob::duration) noexcept override { return is_covered; }
    void end(std::uint64_t lease, const cojob::quota_outcome& how) noexcept override
    {
        constexpr const char* names[] = {"unused", "used", "throttled"};
        events += names[how.kind] + std::to_string(lease) + " ";
        last = how;
    }

    void grant()
    {
        cojob::quota_answer granted;
        granted.is_granted = true;
        granted.lease = ++leases;
        answer(std::move(granted));
    }
    void refuse(cojob::duration wait, cojob::duration ask_again)
    {
        cojob::quota_answer refused;
        refused.wait = wait;
        refused.ask_again = ask_again;
        answer(std::move(refused));
    }
    void fail(std::string why)
    {
        cojob::quota_answer failed;
        failed.failure = std::move(why);
        answer(std::move(failed));
    }
    void drop() { std::exchange(question, {}) = {}; }
    [[nodiscard]] bool is_asked() const { return question != nullptr; }
    std::string take_events() { return std::exchange(events, {}); }

    answer_function question;
    cojob::duration asked_for{};
    cojob::quota_outcome last{};
    std::string events;
    std::uint64_t leases = 0;
    int asked = 0;
    bool throws = false, is_covered = true;

  private:
    void answer(cojob::quota_answer given)
    {
        BOOST_TEST_REQUIRE(is_asked(), "nothing was asked");
        std::exchange(question, {})(std::move(given));
    }
};

} // namespace tests

#endif
