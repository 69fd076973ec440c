// The jobs of the service: created once each, followed to their end, taken up again after a restart. The part to copy.
//
// One client serves all. The journal has each creation on disk before its request, so that a kill loses no job and
// doubles none. The observer tells of every poll, which is more than a wait returns.

#include "job_desk.hpp"

#include <cojob/error.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <functional>
#include <iostream>
#include <utility>

namespace service {

namespace asio = boost::asio;

namespace {

/// Passes the polls on.
class poll_watcher final : public cojob::observer {
  public:
    explicit poll_watcher(std::function<void(const cojob::poll_event&)> saw) : saw_(std::move(saw)) {}
    void on_poll(const cojob::poll_event& e) noexcept override
    try {
        saw_(e);
    } catch (...) { // an observer must not throw; the next poll shows what this one has not
    }

  private:
    std::function<void(const cojob::poll_event&)> saw_;
};

/// One thread runs the program: no strand is needed.
cojob::client_options client_options_for(std::function<void(const cojob::poll_event&)> saw)
{
    cojob::client_options options;
    options.threads = cojob::threading::single;
    options.observer = std::make_shared<poll_watcher>(std::move(saw));
    return options;
}

cojob::mintlify::agent_options agent_options_for(std::shared_ptr<cojob::quota> quota)
{
    auto options = cojob::mintlify::agent_options_from_environment();
    options.shared_quota = std::move(quota);
    return options;
}

/// Nobody waits for a result here, so a wait has no time limit and goes on however long the server is silent.
cojob::wait_options wait_options_for(std::chrono::milliseconds poll_every)
{
    cojob::wait_options options;
    options.timeout = options.patience = cojob::no_timeout;
    options.schedule.first = options.schedule.min_interval = options.schedule.max_interval = poll_every;
    return options;
}

bool is_cancellation(const boost::system::system_error& failure)
{
    return failure.code() == asio::error::operation_aborted;
}

/// Whether the server says that there is no such job, or none any more.
bool is_not_found(const boost::system::system_error& failure)
{
    const auto* answer = dynamic_cast<const cojob::api_error*>(&failure);
    return answer && (answer->code() == cojob::errc::not_found || answer->status() == 410);
}

constexpr milliseconds longest_outage = 3'600'000; // of a gateway, which then answers 404 for every job

} // namespace

job_desk::job_desk(asio::io_context& context, const settings& chosen, board& rows, std::shared_ptr<cojob::quota> quota,
                   counters& count)
    : context_(context), count_(count), board_(rows), quota_(std::move(quota)), uses_file_(chosen.data / "uses"),
      journal_(chosen.data / "jobs"), rows_(chosen.data / "rows", chosen.most.rows),
      wait_(wait_options_for(chosen.poll_every)),
      client_(context, client_options_for([this](const auto& e) { saw_poll(e); })),
      agent_(client_, agent_options_for(quota_)), most_creations_(chosen.most.creations), idle_(context)
{
}

void job_desk::spawn(asio::awaitable<void> work)
{
    asio::co_spawn(context_, std::move(work), asio::detached);
}

void job_desk::start()
{
    for (auto& row : rows_.take_rows())
        take_up(std::move(row));
    take_up_without_row();
}

/// Where the file of rows was lost, the journal alone knows of a job.
void job_desk::take_up_without_row()
{
    const auto left = journal_.unfinished(agent_);
    for (const auto& handle : left.jobs) {
        if (board_.with_id(handle.id))
            continue;
        job_row row{.key = handle.id, .title = handle.id, .id = handle.id, .state = "active", .began = now()};
        spawn(follow(board_.restore(std::move(row)), handle));
    }
    for (const auto& entry : left.unresolved) {
        if (board_.with_key(entry.tag))
            continue;
        job_row row{.key = entry.tag, .title = entry.tag, .began = now()};
        end(board_.restore(std::move(row)), "unknown", "the request may have been carried out: look at the dashboard");
    }
}

void job_desk::take_up(job_row row)
{
    const auto was_over = row.ended != 0;
    const auto added = board_.restore(std::move(row));
    if (was_over)
        return;
    const auto entry = journal_.find(added->key);
    if (!entry)
        return end(added, "not created", "the program ended before the request was sent");
    if (!entry->job)
        return end(added, "unknown", "the program ended while the request was on its way: look at the dashboard");
    added->id = entry->job->id;
    board_.has_id(added);
    show(added, "active", "");
    spawn(follow(added, *entry->job));
}

job_desk::answer job_desk::create(const std::string& key, const std::string& prompt)
{
    const auto earlier = board_.with_key(key);
    if (earlier && (earlier->state != "not created" || !earlier->id.empty())) // with an id, that is a server's word
        return answer::known;
    if (is_stopping_ || creating_ >= most_creations_)
        return answer::busy;
    // Nothing queues for a use: a creation that queued when the program was killed would have an unknown outcome.
    if (quota_->remaining() == 0)
        return answer::no_use;
    const auto row = earlier ? earlier : board_.add({.key = key, .title = first_line(prompt, 200)});
    if (!row)
        return answer::busy;
    row->began = now();
    row->ended = 0;
    show(row, "creating", "");
    rows_.add(*row);
    if (rows_.is_long()) // looked at here alone: each creation adds a few lines
        rows_.replace(board_.rows());
    spawn(run(row, prompt));
    return answer::accepted;
}

asio::awaitable<void> job_desk::run(row_ptr row, std::string prompt)
{
    ++creating_;
    const bool is_created = co_await create_job(row, std::move(prompt));
    save_uses();
    if (--creating_ == 0)
        idle_.cancel();
    if (!is_created)
        co_return;
    const auto entry = journal_.find(row->key);
    co_await follow(row, entry->job.value());
}

/// After each, because a kill gives no time. It forgets at most those in flight, and then the server's 429 is heeded.
void job_desk::save_uses()
{
    try {
        quota_->save(uses_file_);
    } catch (const boost::system::system_error& failure) {
        std::clog << "cannot write " << uses_file_ << ": " << failure.code().message() << std::endl;
    }
}

asio::awaitable<bool> job_desk::create_job(row_ptr row, std::string prompt)
{
    try {
        const auto job = co_await journal_.create_once(agent_, row->key, prompt);
        row->id = job.id;
        board_.has_id(row);
        show(row, job.status_text, "");
        rows_.add(*row);
        ++count_.creations["created"];
        co_return true;
    } catch (const boost::system::system_error& failure) {
        const bool is_unknown = failure.code() == cojob::errc::outcome_unknown;
        ++count_.creations[is_unknown ? "unknown" : "not created"];
        if (!is_cancellation(failure)) // the journal of the next start knows
            end(row, is_unknown ? "unknown" : "not created", failure.code().message());
    }
    co_return false;
}

asio::awaitable<void> job_desk::follow(row_ptr row, cojob::job_handle handle)
{
    bool is_gone = false;
    try {
        const auto job = co_await journal_.wait_for_job(agent_, handle, wait_);
        row->link = safe_link(job.pr_link.value_or(""));
        row->gone = 0;
        end(row, job.status_text, "");
    } catch (const boost::system::system_error& failure) {
        is_gone = is_not_found(failure);
        // Otherwise the job goes on. It has not ended for the journal either, so the next start tries again.
        if (!is_gone && !is_cancellation(failure))
            lose(row, failure.code().message());
    }
    if (is_gone)
        co_await not_found(row);
}

/// The server does not know the job, and has said so for half a minute. A gateway may say that of every job while it is
/// being replaced, so the job has ended only if a later start, long after, hears the same.
asio::awaitable<void> job_desk::not_found(row_ptr row)
{
    const bool is_known = journal_.find(row->key).has_value(); // a row made from the journal has the id as its key
    const bool is_over = is_known && row->gone != 0 && now() - row->gone > longest_outage;
    if (row->gone == 0)
        row->gone = now();
    if (!is_over) {
        lose(row, "the server does not know it: the next start asks again");
        if (is_known)
            rows_.add(*row);
        co_return;
    }
    try {
        co_await journal_.resolve_as_ended(row->key);
        end(row, "lost", "the server does not know it any more");
    } catch (const boost::system::system_error& failure) { // the next start asks again
        lose(row, "cannot write the journal: " + failure.code().message());
    }
}

void job_desk::saw_poll(const cojob::poll_event& e)
{
    const auto row = board_.with_id(e.job_id);
    if (!row || row->ended != 0)
        return;
    if (e.number != 0) {
        ++count_.polls;
        count_.polls_failed += e.error ? 1U : 0U;
        if (e.next_in == cojob::duration::zero())
            return; // the wait ends: `follow` shows how, and with its link
        if (!e.error && std::exchange(row->gone, 0) != 0)
            rows_.add(*row); // the server knows it again
    }
    using std::chrono::duration_cast;
    row->next_poll = now() + duration_cast<std::chrono::milliseconds>(e.next_in).count();
    show(row, e.status.empty() ? std::string_view(row->state) : e.status, e.error ? e.error.message() : "");
}

/// The job may go on, but this run does not watch it any more.
void job_desk::lose(const row_ptr& row, std::string note)
{
    row->is_lost = true;
    row->next_poll = 0;
    show(row, "lost", std::move(note));
}

void job_desk::show(const row_ptr& row, std::string_view state, std::string note)
{
    row->state = std::string(state.substr(0, 100));
    row->note = std::move(note);
    board_.changed(row);
}

void job_desk::end(const row_ptr& row, std::string_view state, std::string note)
{
    row->ended = now();
    row->next_poll = 0;
    show(row, state, std::move(note));
    rows_.add(*row);
}

asio::awaitable<void> job_desk::stop(std::chrono::steady_clock::duration at_most)
{
    is_stopping_ = true;
    if (creating_ != 0) {
        idle_.expires_after(at_most);
        co_await idle_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    client_.close();
}

} // namespace service
