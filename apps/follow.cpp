#include "follow.hpp"

#include "follow_state.hpp"

#include <fmt/format.h>

#include <utility>

namespace cli {

namespace {

/// The state is the client's observer, so it must not own the job's watch.
asio::awaitable<void> follow_one(std::shared_ptr<follow_state> state, std::size_t job, job_changes next)
{
    try {
        while (auto view = co_await next())
            state->changed(job, std::move(*view));
    } catch (const cojob::api_error& failure) {
        state->failed(job, failure.info());
    }
}

std::string farewell(const arguments& given, const follow_state& state)
{
    const auto names = state.unfinished();
    return fmt::format("{} on. To wait for {} again:\n{}", names.size() == 1 ? "the job goes" : "the jobs go",
                       names.size() == 1 ? "it" : "them", command_to_go_on(given, names));
}

} // namespace

cojob::wait_options wait_options_of(const arguments& given)
{
    cojob::wait_options options;
    if (given.timeout)
        options.timeout = *given.timeout;
    if (given.settle)
        options.settle = *given.settle;
    if (given.interval)
        options.schedule = {*given.interval, *given.interval, *given.interval, 1};
    return options;
}

follower::follower(const arguments& given, shown what) : state_(std::make_shared<follow_state>(given, what)) {}

cojob::observer_ptr follower::observer() const
{
    return state_;
}

exit_code follower::run(session& on, std::vector<followed_job> jobs)
{
    std::vector<asio::awaitable<void>> all;
    for (std::size_t i = 0; i < jobs.size(); ++i)
        all.push_back(follow_one(state_, i, std::exchange(jobs[i].next, {})));
    state_->begin(std::move(jobs));
    on.set_farewell([state = state_, &given = on.given()] { return farewell(given, *state); });
    if (state_->is_live())
        on.set_ticker([state = state_, &on](bool is_resized) { state->redraw(is_resized, on.quota_left()); });
    try {
        on.run(std::move(all));
    } catch (const interrupted&) {
        state_->finish(on.quota_left());
        throw;
    }
    on.set_ticker({});
    on.set_farewell({});
    state_->finish(on.quota_left());
    return state_->result();
}

} // namespace cli
