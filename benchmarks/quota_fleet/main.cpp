// 20 processes under one limit of 100 creations an hour, that are killed now and then, and whose shared ledger is away
// now and then, side by side with other ways: a table on the standard output, and as Markdown and a plot into a folder
// where one is named. Fails when the shared quota misses what it is meant to do.
//
//     quota_fleet [hours [folder]]
//
// 1,000 hours unless told otherwise, as in CI. More than that, such as 10,000, is for the shared quota alone.

#include "bucket.hpp"
#include "process.hpp"
#include "report.hpp"
#include "together.hpp"

#include <cojob/policy/quota_options.hpp>

#include <cstdint>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace simulation;
using cojob::detail::quota_core;

/// Processes that know nothing of each other.
fleet_outcome run_alone(std::string name, std::uint32_t of_each, const history& h, double length)
{
    fleet_world w;
    w.result.name = std::move(name);
    const auto clock = std::make_shared<virtual_clock>(w.time);
    const auto make = [&] {
        return std::make_shared<quota_core>(cojob::quota_options{.limit = of_each, .max_wait = cojob::no_timeout},
                                            clock);
    };
    std::vector<std::unique_ptr<quota_process>> fleet;
    for (std::size_t i = 0; i < processes; ++i)
        fleet.push_back(std::make_unique<quota_process>(w, make));
    bool nothing = false;
    live_through(w, h, length, fleet, nothing, [] {});
    return w.result;
}

fleet_outcome run_bucket(const history& h, double length)
{
    fleet_world w;
    w.result.name = "token bucket";
    token_bucket bucket;
    std::vector<std::unique_ptr<bucket_process>> fleet;
    for (std::size_t i = 0; i < processes; ++i)
        fleet.push_back(std::make_unique<bucket_process>(w, bucket));
    live_through(w, h, length, fleet, bucket.is_away, [] {});
    return w.result;
}

fleet_outcome run_together(when_away policy, const history& h, double length)
{
    fleet_world w;
    constexpr const char* names[] = {"cojob, fail", "cojob, divide", "cojob, divide at once"};
    w.result.name = names[static_cast<int>(policy)];
    w.result.has_ledger = true;
    w.result.is_warning = policy == when_away::divide_at_once;
    const auto clock = std::make_shared<virtual_clock>(w.time);
    shared_ledger shared(w.time, policy != when_away::fail);
    w.is_pause_recorded = [&] { return shared.is_pausing(); };
    std::vector<std::unique_ptr<quota_process>> fleet;
    std::vector<std::shared_ptr<ledger_of_process>> ledgers(processes);
    std::uint64_t started = 0;
    for (std::size_t i = 0; i < processes; ++i) {
        fleet.push_back(std::make_unique<quota_process>(w, [&, i] {
            ledgers[i] = std::make_shared<ledger_of_process>(w.time, shared, policy, ++started);
            return std::make_shared<quota_core>(cojob::quota_options{.limit = limit, .max_wait = cojob::no_timeout},
                                                clock, ledgers[i]);
        }));
        fleet.back()->silence = [&, i] {
            ledgers[i]->is_killed = true;
            shared.forget(ledgers[i]->process());
            ledgers[i].reset();
        };
    }
    live_through(w, h, length, fleet, shared.is_away, [&] { shared.changed(); });
    for (auto& ledger : ledgers)
        if (ledger)
            ledger->is_killed = true;
    w.result.without_ledger = shared.uses_without;
    return w.result;
}

std::vector<fleet_outcome> run_all(const history& h, double length)
{
    std::vector<fleet_outcome> all;
    if (length <= 1000 * hour)
        all = {run_alone("each alone", limit, h, length), run_alone("limit / 20 each", limit / processes, h, length),
               run_bucket(h, length), run_together(when_away::divide_at_once, h, length)};
    for (const auto policy : {when_away::fail, when_away::divide})
        all.push_back(run_together(policy, h, length));
    return all;
}

/// What the shared quota is meant to reach, besides the others.
bool meets_goals(const std::vector<fleet_outcome>& all, std::ostream& complaints)
{
    std::size_t best = 0;
    for (const auto& o : all)
        best = std::max(best, o.done);
    bool good = true;
    for (const auto& o : all) {
        const auto expect = [&](bool holds, const char* goal) {
            if (!holds)
                complaints << "MISSED by " << o.name << ": " << goal << '\n';
            good = good && holds;
        };
        if (!o.has_ledger || o.is_warning)
            continue;
        expect(o.avoidable == 0, "no avoidable 429, so the limit is kept");
        expect(static_cast<double>(o.done) >= 0.99 * static_cast<double>(best), "jobs done >= 0.99 x the best");
    }
    return good;
}

} // namespace

int main(int argc, char** argv)
try {
    const auto hours = argc > 1 ? std::stod(argv[1]) : 1000;
    constexpr double others_in_an_hour = 10;
    const auto alone = run_all(make_history(hours * hour, 0, 1), hours * hour);
    const auto beside = run_all(make_history(hours * hour / 10, others_in_an_hour, 2), hours * hour / 10);
    const auto text = table(alone, hours) + "\n" + table_beside_others(beside, hours / 10);
    std::cout << text << '\n';
    if (argc > 2) {
        const std::filesystem::path folder = argv[2];
        std::ofstream(folder / "quota_fleet.md") << text;
        std::ofstream(folder / "quota_fleet.svg") << fleet_plot(alone, hours);
    }
    bool good = meets_goals(alone, std::cout);
    good = meets_goals(beside, std::cout) && good;
    if (hours >= 1000 && alone.back().without_ledger == 0) {
        std::cout << "MISSED: no outage was long enough to divide the limit\n";
        good = false;
    }
    std::cout << (good ? "All goals are met.\n" : "Goals were missed.\n");
    return good ? 0 : 1;
} catch (const std::exception& e) {
    std::cerr << e.what() << '\n';
    return 2;
}
