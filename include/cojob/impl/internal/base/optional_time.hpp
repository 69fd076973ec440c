#ifndef COJOB_IMPL_INTERNAL_BASE_OPTIONAL_TIME_HPP
#define COJOB_IMPL_INTERNAL_BASE_OPTIONAL_TIME_HPP

#include <cojob/clock.hpp>

#include <optional>

namespace cojob::detail {

/// Half the size of `std::optional<time_point>`: a wait has eight of them. Nothing happens at the beginning of time,
/// which stands for none; so none comes before any time.
class optional_time {
  public:
    constexpr optional_time() = default;
    constexpr optional_time(time_point when) : when_(when) {}
    constexpr optional_time(const std::optional<time_point>& when) : when_(when.value_or(none)) {}

    constexpr operator std::optional<time_point>() const { return *this ? std::optional(when_) : std::nullopt; }

    [[nodiscard]] constexpr explicit operator bool() const noexcept { return when_ != none; }
    [[nodiscard]] constexpr bool has_value() const noexcept { return when_ != none; }
    [[nodiscard]] constexpr const time_point& operator*() const noexcept { return when_; }
    constexpr void reset() noexcept { when_ = none; }

    friend constexpr auto operator<=>(const optional_time&, const optional_time&) = default;

  private:
    static constexpr auto none = time_point::min();

    time_point when_ = none;
};

} // namespace cojob::detail

#endif
