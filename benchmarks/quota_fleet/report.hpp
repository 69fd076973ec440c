#ifndef BENCHMARKS_QUOTA_FLEET_REPORT_HPP
#define BENCHMARKS_QUOTA_FLEET_REPORT_HPP

#include "../quota_simulation/report.hpp"
#include "world.hpp"

#include <cstddef>
#include <sstream>
#include <string>
#include <vector>

namespace simulation {

/// As Markdown.
inline std::string table(const std::vector<fleet_outcome>& outcomes, double hours)
{
    std::ostringstream out;
    out << "| 20 processes, " << fixed(hours, 0)
        << " hours | requests | of these without the ledger | 429s | jobs created | creation waited, median / p95 |\n"
           "|---|---:|---:|---:|---:|---:|\n";
    for (const auto& o : outcomes)
        out << "| " << o.name << " | " << o.requests << " | " << o.without_ledger << " | " << o.refusals << " | "
            << o.done << " | " << fixed(quantile(o.waits, 0.5) / 60, 1) << " min / "
            << fixed(quantile(o.waits, 0.95) / 60, 1) << " min |\n";
    return out.str();
}

/// Here a 429 is avoidable if its request was sent during a pause that the ledger had recorded.
inline std::string table_beside_others(const std::vector<fleet_outcome>& outcomes, double hours)
{
    std::ostringstream out;
    out << "| the same beside others, who use 10 an hour, " << fixed(hours, 0)
        << " hours | requests | 429s | sent during a recorded pause | jobs created |\n"
           "|---|---:|---:|---:|---:|\n";
    for (const auto& o : outcomes)
        out << "| " << o.name << " | " << o.requests << " | " << o.refusals << " | "
            << (o.has_ledger ? std::to_string(o.avoidable) : "–") << " | " << o.done << " |\n";
    return out.str();
}

/// Without the way that nobody should go.
inline std::string fleet_plot(const std::vector<fleet_outcome>& outcomes, double hours)
{
    std::vector<outcome> drawn;
    for (const auto& o : outcomes)
        if (!o.is_warning)
            drawn.push_back(o);
    return plotter("", hours / 24)
        .draw(drawn, "20 processes, at most 100 creations in any 60 minutes: the average day");
}

} // namespace simulation

#endif
