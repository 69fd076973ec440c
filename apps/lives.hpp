#ifndef COJOB_APPS_LIVES_HPP
#define COJOB_APPS_LIVES_HPP

#include <cojob/testing/mock_server.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

/// Reads `active:2,completed`: states, each for one poll or the given number. \throws usage_error
[[nodiscard]] std::vector<cojob::testing::lifecycle_step> parse_life(std::string_view);

/// A fault to inject.
struct planned_fault {
    cojob::testing::fault fault{};
    std::size_t times = 1;
    std::string method{}; ///< empty: any
};

/// Reads `stall`, `stall:3` or `stall:3:POST`. \throws usage_error
[[nodiscard]] planned_fault parse_fault(std::string_view);

/// The names of all faults.
[[nodiscard]] std::vector<std::string_view> fault_names();

} // namespace cli

#endif
