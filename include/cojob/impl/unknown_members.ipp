#ifndef COJOB_IMPL_UNKNOWN_MEMBERS_IPP
#define COJOB_IMPL_UNKNOWN_MEMBERS_IPP

#include <cojob/detail/body.hpp>
#include <cojob/unknown_members.hpp>

#include <algorithm>

namespace cojob {

unknown_members::member unknown_members::operator[](std::size_t i) const noexcept
{
    const std::string_view text(block_->text);
    const auto begin = i == 0 ? 0 : block_->places[i - 1].json_end;
    const auto [path_end, json_end] = block_->places[i];
    return {text.substr(begin, path_end - begin), text.substr(path_end, json_end - path_end)};
}

std::optional<std::string_view> unknown_members::find(std::string_view path) const noexcept
{
    for (std::size_t i = 0; i < size(); ++i)
        if (const auto found = (*this)[i]; found.path == path)
            return found.json;
    return std::nullopt;
}

bool operator==(const unknown_members& a, const unknown_members& b) noexcept
{
    if (a.block_ == b.block_)
        return true;
    if (a.size() != b.size() || a.is_cut() != b.is_cut())
        return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (!(a[i] == b[i]))
            return false;
    return true;
}

} // namespace cojob

#endif
