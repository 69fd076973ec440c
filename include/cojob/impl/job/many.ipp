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

asio::awaitable<std::vector<job_end>> wait_for_all_ends(std::shared_ptr<const polled_api> api,
                                                        std::vector<job_reference> jobs, wait_options options)
{
    check_options(options, api->default_schedule());
    std::vector<job_end> results(jobs.size());
    std::vector<wait_subject> subjects;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        try {
            subjects.push_back(make_subject(api, jobs[i]));
            places.push_back(i);
        } catch (const api_error& failure) {
            auto info = failure.info();
            info.job_id = jobs[i].id().substr(0, 256);
            results[i] = std::move(info);
        }
    }
    if (subjects.empty())
        co_return results;
    auto ends = co_await wait_for_ends(std::move(subjects), options, set_goal::all_end);
    for (std::size_t i = 0; i < ends.size(); ++i) {
        if (ends[i].thrown)
            std::rethrow_exception(ends[i].thrown);
        if (ends[i].failure.code())
            results[places[i]] = std::move(ends[i].failure);
        else
            results[places[i]] = std::move(ends[i].job);
    }
    co_return results;
}

/// A success; else, when it was given up or the time was up, the first that was waited for until then; else the failure
/// that came first.
inline bool comes_before(const wait_end& a, const wait_end& b)
{
    const auto rank = [](const wait_end& end) -> std::size_t {
        if (end.is_success())
            return 0;
        return end.failure.code() == errc::wait_timeout ? 1 : end.order + 1;
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
