// A day of a fleet under "100 creations per project and hour", in four ways, side by side: a table on the standard
// output, and as Markdown and a plot into a folder where one is named. Fails when cojob's misses what it is meant to
// do.
//
//     quota_simulation [folder]

#include "alone.hpp"
#include "report.hpp"
#include "together.hpp"

#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

namespace {

using namespace simulation;

std::vector<outcome> run_all(rule r, std::uint64_t seed)
{
    const auto jobs = make_day(seed);
    std::vector<outcome> outcomes;
    for (const auto s : {strategy::page_loop, strategy::backoff, strategy::token_bucket})
        outcomes.push_back(fleet(s, r, jobs, seed).run());
    outcomes.push_back(cojob_fleet(r, jobs, seed).run());
    for (auto& o : outcomes)
        o.wanted = jobs.size();
    return outcomes;
}

/// What cojob is meant to reach, besides the others.
bool meets_goals(const std::vector<outcome>& o, std::ostream& complaints)
{
    const auto& ours = o.back();
    const auto& loop = o.front();
    std::size_t best = 0;
    for (std::size_t i = 0; i + 1 < o.size(); ++i)
        best = std::max(best, o[i].done);
    bool good = true;
    const auto expect = [&](bool holds, const char* goal) {
        if (!holds)
            complaints << "MISSED: " << goal << '\n';
        good = good && holds;
    };
    expect(ours.refusals == 0, "no 429");
    expect(static_cast<double>(ours.requests) <= 0.6 * static_cast<double>(loop.requests),
           "requests <= 0.6 x the loop");
    expect(quantile(ours.lateness, 0.95) <= 10 + 0.6, "the end noticed within 10 s and a round trip (p95)");
    expect(static_cast<double>(ours.done) >= 0.99 * static_cast<double>(best), "jobs done >= 0.99 x the best");
    return good;
}

} // namespace

int main(int argc, char** argv)
try {
    bool good = true;
    for (const auto r : {rule::rolling_hour, rule::fixed_hour}) {
        for (std::uint64_t seed = 1; seed <= 3; ++seed) {
            const auto outcomes = run_all(r, seed);
            good = meets_goals(outcomes, std::cout) && good;
            if (seed != 1)
                continue;
            std::cout << title(r) << "\n\n" << table(outcomes) << '\n';
            if (argc < 2)
                continue;
            const std::filesystem::path folder = argv[1];
            const std::string name = r == rule::rolling_hour ? "rolling" : "fixed";
            std::ofstream(folder / ("quota_" + name + ".md")) << table(outcomes);
            std::ofstream(folder / ("quota_" + name + ".svg")) << plot(outcomes, title(r));
        }
    }
    std::cout << (good ? "All goals are met, on three days for each rule.\n" : "Goals were missed.\n");
    return good ? 0 : 1;
} catch (const std::exception& e) {
    std::cerr << e.what() << '\n';
    return 2;
}
