#ifndef COJOB_IMPL_INTERNAL_BASE_DECODE_CONTEXT_HPP
#define COJOB_IMPL_INTERNAL_BASE_DECODE_CONTEXT_HPP

#include <cojob/detail/json_document.hpp>
#include <cojob/impl/internal/base/unknown_collector.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cojob::detail {

/// A member of an answer that was read as if it were not there.
struct odd_member {
    std::string path;         ///< without indices and keys: `timeline[].timestamp`
    std::string_view problem; ///< a literal
};

/// What the readers of one answer share: its text, and what they found beside what was asked for.
class decode_context {
  public:
    decode_context(const json_document& d, std::string_view key) noexcept : document(d), unknown(key) {}

    const json_document& document;
    unknown_collector unknown;
    const json_node* job = nullptr; ///< whose unknown members are gathered; null: nobody's

    /// Each path once. A server that sends a hundred thousand odd items does not fill the memory with them: paths have
    /// only this library's names in them, and no answer has that many.
    void note(std::string path, std::string_view problem)
    {
        constexpr std::size_t most = 64;
        const auto is_known =
            std::any_of(odd_.begin(), odd_.end(), [&](const odd_member& odd) { return odd.path == path; });
        if (!is_known && odd_.size() < most)
            odd_.push_back({std::move(path), problem});
    }

    [[nodiscard]] const std::vector<odd_member>& odd() const noexcept { return odd_; }

  private:
    std::vector<odd_member> odd_;
};

} // namespace cojob::detail

#endif
