// What reading an answer allocates: nothing where all texts are short and no member is unknown, else a few blocks, not
// one for every member. Exit status: 0 all was right, 1 something was not.

#include <cojob/impl/internal/mintlify/agent_decode.hpp>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>

namespace {

std::size_t allocations = 0;

} // namespace

void* operator new(std::size_t size)
{
    ++allocations;
    if (auto* const block = std::malloc(size))
        return block;
    throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept
{
    ++allocations;
    return std::malloc(size);
}
void operator delete(void* p) noexcept
{
    std::free(p);
}
void operator delete(void* p, std::size_t) noexcept
{
    std::free(p);
}
void operator delete(void* p, const std::nothrow_t&) noexcept
{
    std::free(p);
}

namespace {

using cojob::mintlify::agent_job;

std::string job_with(int unknown)
{
    std::string text = R"({"id":"job_1","status":"active","source":{"repository":"r","ref":"b"},"model":"sonnet",)"
                       R"("prLink":null,"createdAt":"2026-01-02T03:04:05.000Z","archivedAt":null)";
    for (int i = 0; i < unknown; ++i)
        text += ",\"new_" + std::to_string(i) + R"(":{"cost":0.10,"of":"a member that came with a later version"})";
    return text + '}';
}

/// Allocations of reading it.
std::size_t cost(const std::string& text, agent_job& job)
{
    const auto before = allocations;
    const cojob::detail::json_document document(text, 32);
    cojob::detail::decode_context context(document, "mint_secret_key");
    job = cojob::mintlify::detail::decode_agent_job(cojob::detail::json_reader(context));
    return allocations - before;
}

bool expect(const char* what, std::size_t measured, std::size_t most)
{
    std::printf("%s: %zu allocations, at most %zu\n", what, measured, most);
    return measured <= most;
}

} // namespace

int main()
{
    agent_job none, one, twenty;
    bool is_right = expect("no unknown member", cost(job_with(0), none), 0);
    is_right = expect("1 unknown member", cost(job_with(1), one), 8) && is_right;
    is_right = expect("20 unknown members", cost(job_with(20), twenty), 24) && is_right;
    const auto before = allocations;
    const auto copy = twenty.unknown_members; // NOLINT(performance-unnecessary-copy-initialization): that is measured
    is_right = expect("a copy of 20", allocations - before, 0) && is_right;
    return is_right && none.unknown_members.empty() && one.unknown_members.size() == 1 && copy.size() == 20 ? 0 : 1;
}
