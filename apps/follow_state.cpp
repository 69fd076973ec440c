#include "follow_state.hpp"

#include "cells.hpp"
#include "output.hpp"

#include <fmt/format.h>

#include <utility>

namespace cli {

namespace {

/// An error before a timeout before a failed job.
int rank(exit_code code)
{
    switch (code) {
    case exit_code::completed: return 0;
    case exit_code::failed: return 1;
    case exit_code::timed_out: return 2;
    default: return 3;
    }
}

} // namespace

follow_state::follow_state(const arguments& given, shown what)
    : given_(given), shown_(what), terminal_(what == shown::changes ? stdout : stderr),
      is_live_(is_terminal(terminal_) && !given.is_json && !given.is_quiet && !given.is_verbose), lines_(terminal_)
{
}

void follow_state::begin(std::vector<followed_job> jobs)
{
    jobs_ = std::move(jobs);
    views_.resize(jobs_.size());
    for (std::size_t i = 0; i < jobs_.size(); ++i) {
        places_.emplace(std::pair(jobs_[i].api, jobs_[i].id), i);
        board_row row;
        row.id = printable(jobs_[i].id);
        row.since = now();
        board_.rows.push_back(std::move(row));
    }
}

void follow_state::on_poll(const cojob::poll_event& poll) noexcept
try {
    const auto [first, last] = places_.equal_range({std::string(poll.api), std::string(poll.job_id)});
    for (auto place = first; place != last; ++place) {
        auto& row = board_.rows[place->second];
        row.polls = poll.number;
        row.next_poll = now() + poll.next_in;
        if (poll.error && row.end == job_end::none)
            row.status = poll.error.message();
        else if (!poll.status.empty() && row.end == job_end::none)
            row.status = printable(poll.status);
    }
} catch (...) { // an observer must not throw; a number less is no harm
}

void follow_state::changed(std::size_t job, job_view view)
{
    auto& row = board_.rows[job];
    row.status = printable(view.status);
    row.link = printable(view.link);
    if (view.end != job_end::none)
        ended(job, view.end);
    if (view.end == job_end::failed)
        worse(exit_code::failed);
    if (shown_ == shown::changes && !is_live_)
        show_change(view);
    else if (shown_ == shown::ends && given_.is_json && view.end != job_end::none)
        print_job(given_, view);
    views_[job] = std::move(view);
}

void follow_state::failed(std::size_t job, const cojob::error_info& failure)
{
    const auto is_timeout = failure.code() == cojob::errc::wait_timeout;
    worse(is_timeout ? exit_code::timed_out : exit_code::error);
    board_.rows[job].status = is_timeout ? "time is up, was " + board_.rows[job].status : failure.code().message();
    ended(job, job_end::lost);
    if (given_.is_json)
        return print_line(json_line(view_of_failure(jobs_[job].api, jobs_[job].id, failure)));
    lines_.clear();
    print_error(jobs_[job].id + ": " + explain(failure));
}

void follow_state::show_change(const job_view& view) const
{
    if (given_.is_json)
        return print_job(given_, view);
    print_line(fmt::format("{} {}{}", printable(view.id), printable(view.status),
                           view.link.empty() ? "" : " " + printable(view.link)));
}

void follow_state::redraw(bool is_resized, std::string quota_left)
{
    if (!is_live_)
        return;
    if (is_resized)
        lines_.resized();
    board_.quota = std::move(quota_left);
    lines_.draw(board_.lines(now(), size_of(terminal_)));
}

void follow_state::finish(std::string quota_left)
{
    if (shown_ == shown::changes)
        return redraw(false, std::move(quota_left));
    if (is_live_)
        lines_.clear();
    if (given_.is_json)
        return;
    std::vector<job_view> known;
    for (std::size_t i = 0; i < views_.size(); ++i)
        if (views_[i] && board_.rows[i].end != job_end::lost && board_.rows[i].end != job_end::none)
            known.push_back(*views_[i]);
    if (jobs_.size() == 1 && known.size() == 1)
        print_job(given_, known.front());
    else if (!known.empty())
        print_jobs(given_, known);
}

void follow_state::ended(std::size_t job, job_end how)
{
    board_.rows[job].end = how;
    board_.rows[job].until = now();
}

void follow_state::worse(exit_code code)
{
    if (rank(code) > rank(result_))
        result_ = code;
}

std::vector<std::string> follow_state::unfinished() const
{
    std::vector<std::string> names;
    for (std::size_t i = 0; i < jobs_.size(); ++i)
        if (board_.rows[i].end == job_end::none)
            names.push_back(jobs_[i].name);
    return names;
}

} // namespace cli
