#ifndef TESTS_SUPPORT_FAILING_MEMORY_HPP
#define TESTS_SUPPORT_FAILING_MEMORY_HPP

// Replaces the allocation functions of a program. Include it in exactly one file.

#include <cstddef>
#include <cstdlib>
#include <new>

namespace tests {

inline long to_go = 0; // allocations until one fails; negative: none does

inline void* allocate(std::size_t size, std::size_t alignment = 0)
{
    if (to_go > 0 && --to_go == 0)
        throw std::bad_alloc();
    void* const memory = alignment == 0 ? std::malloc(size == 0 ? 1 : size)
                                        : std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
    if (!memory)
        throw std::bad_alloc();
    return memory;
}

} // namespace tests

void* operator new(std::size_t size)
{
    return tests::allocate(size);
}
void* operator new(std::size_t size, std::align_val_t alignment)
{
    return tests::allocate(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept
{
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept
{
    std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept
{
    std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept
{
    std::free(memory);
}

#endif
