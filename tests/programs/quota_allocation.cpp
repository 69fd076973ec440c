// An allocation that fails, in every place of a quota where there is one: no slot is lost for ever, and a slot that was
// granted is stamped without an allocation.
#include <cojob/impl/internal/policy/quota_core.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <new>
#include <utility>
#include <vector>

namespace {

int left_until_failure = -1; // allocations; negative: none fails
int failures = 0;

class still_clock final : public cojob::clock {
  public:
    cojob::time_point at{std::chrono::hours(1000)};

    [[nodiscard]] cojob::time_point now() const override { return at; }
    [[nodiscard]] cojob::timestamp wall_now() const override { return {}; }
    [[nodiscard]] std::unique_ptr<cojob::alarm> make_alarm(const cojob::asio::any_io_executor&) override { return {}; }
};

void check(bool holds, const char* what, int allocation)
{
    if (holds)
        return;
    ++failures;
    std::printf("allocation %d: %s\n", allocation, what);
}

/// Three callers of two slots; the third queues, and gets the one that is given back.
void use_up(int allocation)
{
    const auto clock = std::make_shared<still_clock>();
    const auto core = std::make_shared<cojob::detail::quota_core>(
        cojob::quota_options{.limit = 2, .window = std::chrono::hours(1)}, clock);
    std::vector<std::unique_ptr<cojob::detail::quota_core::ticket>> tickets;
    for (int i = 0; i < 3; ++i)
        tickets.push_back(std::make_unique<cojob::detail::quota_core::ticket>(core, [] {}));
    left_until_failure = allocation;
    try {
        for (const auto& t : tickets)
            if (t->request(cojob::no_timeout, false).kind == cojob::detail::quota_reply::granted)
                check(t->commit(), "a slot was lost", allocation);
        left_until_failure = left_until_failure < 0 ? -1 : 0; // from here on nothing may allocate
        tickets[0]->give_back();
        if (tickets[2]->commit())
            tickets[2]->stamp(true);
        tickets[1]->stamp(true);
    } catch (const std::bad_alloc&) {
        check(left_until_failure != 0, "a slot could not be given", allocation);
        check(core->state().held <= 2, "more is held than there is", allocation);
    }
    left_until_failure = -1;
    tickets.clear();
    check(core->state().held == 0, "a slot is held by nobody", allocation);
    clock->at += std::chrono::hours(2);
    check(core->remaining() == 2, "a slot is gone for ever", allocation);
}

} // namespace

void* operator new(std::size_t size)
{
    if (left_until_failure >= 0 && left_until_failure-- == 0)
        throw std::bad_alloc();
    if (auto* const memory = std::malloc(size != 0 ? size : 1))
        return memory;
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept
{
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept
{
    std::free(memory);
}

int main()
{
    for (int allocation = 0; allocation < 20; ++allocation)
        use_up(allocation);
    if (failures == 0)
        std::puts("no slot was lost");
    return failures == 0 ? 0 : 1;
}
