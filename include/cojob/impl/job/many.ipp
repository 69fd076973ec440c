#ifndef COJOB_IMPL_JOB_MANY_IPP
#define COJOB_IMPL_JOB_MANY_IPP

#include <cojob/detail/body.hpp>
#include <cojob/impl/internal/job/wait_set.hpp>
#include <cojob/job/many.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cojob::detail {

/// The results in the order of the jobs.
inline std::vector<job_end> results_of(std::vector<wait_end> ends,
                                       std::vector<std::pair<std::size_t, error_info>> refused)
{
    std::vector<job_end> results;
    results.reserve(ends.size() + refused.size());
    auto next = refused.begin();
    const auto add_refused = [&] {
        for (; next != refused.end() && next->first == results.size(); ++next)
            results.emplace_back(std::move(next->second));
    };
    for (auto& end : ends) {
        add_refused();
        if (end.thrown)
            std::rethrow_exception(end.thrown);
        if (end.failure)
            results.emplace_back(std::move(*end.failure));
        else
            results.emplace_back(std::move(end.job));
    }
    add_refused();
    return results;
}

asio::awaitable<std::vector<job_end>> wait_for_all_ends(std::shared_ptr<const polled_api> api,
                                                        std::vector<job_reference> jobs, wait_options options)
{
    check_options(options, api->default_schedule());
    std::vector<wait_subject> subjects;
    std::vector<std::pair<std::size_t, error_info>> refused; // with their places among the results
    subjects.reserve(jobs.size());
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        try {
            subjects.push_back(make_subject(api, jobs[i]));
        } catch (const api_error& failure) {
            auto info = failure.info();
            info.job_id = jobs[i].id().substr(0, 256);
            refused.emplace_back(i, std::move(info));
        }
    }
    jobs = {}; // nothing is kept twice while they are waited for
    std::vector<wait_end> ends;
    if (!subjects.empty())
        ends = co_await wait_for_ends(std::move(subjects), options, set_goal::all_end);
    co_return results_of(std::move(ends), std::move(refused));
}

/// A success; else, when it was given up or the time was up, the first that was waited for until then; else the failure
/// that came first.
inline bool comes_before(const wait_end& a, const wait_end& b)
{
    const auto rank = [](const wait_end& end) -> std::size_t {
        if (end.is_success())
            return 0;
        return end.failure && end.failure->code() == errc::wait_timeout ? 1 : end.order + 1;
    };
    return rank(a) < rank(b);
}

asio::awaitable<std::pair<std::size_t, std::shared_ptr<const void>>>
wait_for_first_end(std::shared_ptr<const polled_api> api, std::vector<job_reference> jobs, wait_options options)
{
    if (jobs.empty())
        throw_invalid_argument("ids: must not be empty");
    std::vector<wait_subject> subjects;
    subjects.reserve(jobs.size());
    for (const auto& job : jobs)
        subjects.push_back(make_subject(api, job));
    auto ends = co_await wait_for_ends(std::move(subjects), options, set_goal::one_ends);
    const auto first = std::min_element(ends.begin(), ends.end(), comes_before);
    const auto place = static_cast<std::size_t>(first - ends.begin());
    co_return std::pair(place, value_of(std::move(*first)));
}

} // namespace cojob::detail

#endif
