// The rows of the page, and when its readers are told of their changes.

#include "board.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace service {

namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

// States with a name of their own in the metrics: the program's, and those of the API that it knows.
using state_names = std::array<std::string_view, 4>;
constexpr state_names own_states{"creating", "not created", "unknown", "lost"};
constexpr state_names server_states{"active", "completed", "failed", "archived"};

json::object uses_of(const cojob::quota& quota)
{
    using std::chrono::duration_cast;
    const auto left = quota.remaining();
    json::object uses{{"left", left}, {"limit", quota.options().limit}};
    if (left == 0)
        uses["next"] = duration_cast<std::chrono::milliseconds>(quota.next_slot_at().time_since_epoch()).count();
    return uses;
}

std::string message(const std::vector<row_ptr>& rows, const std::vector<std::string>& gone, const cojob::quota& quota)
{
    json::array jobs, keys(gone.begin(), gone.end());
    for (const auto& row : rows)
        jobs.push_back(to_json(*row));
    return json::serialize(
        json::object{{"now", now()}, {"uses", uses_of(quota)}, {"jobs", std::move(jobs)}, {"gone", std::move(keys)}});
}

bool has_ended(const job_row& row)
{
    return row.ended != 0;
}

bool is_unwatched(const job_row& row)
{
    return has_ended(row) || row.is_lost;
}

} // namespace

board::board(boost::asio::any_io_executor executor, std::shared_ptr<cojob::quota> quota, std::size_t most_rows,
             std::function<void(const std::string&)> tell)
    : quota_(std::move(quota)), most_rows_(most_rows), tell_(std::move(tell)), flush_timer_(executor), second_(executor)
{
}

bool board::make_room()
{
    if (rows_.size() < most_rows_)
        return true;
    const auto is_watched = [](const row_ptr& row) { return !is_unwatched(*row); };
    if (std::cmp_greater_equal(std::ranges::count_if(rows_, is_watched), most_rows_))
        return false;
    remove_excess(has_ended);
    remove_excess(is_unwatched);
    return true;
}

/// Removes the oldest of these rows until there is room for one more, or none of them is left.
void board::remove_excess(bool (*may_go)(const job_row&))
{
    std::vector<row_ptr> kept;
    auto size = rows_.size();
    for (const auto& row : rows_) {
        if (size < most_rows_ || !may_go(*row)) {
            kept.push_back(row);
            continue;
        }
        --size;
        gone_.push_back(row->key);
        by_key_.erase(row->key);
        by_id_.erase(row->id);
    }
    rows_ = std::move(kept);
    std::erase_if(dirty_, [this](const row_ptr& row) { return !by_key_.contains(row->key); });
}

row_ptr board::add(job_row row)
{
    return make_room() ? restore(std::move(row)) : nullptr;
}

row_ptr board::restore(job_row row)
{
    const auto added = std::make_shared<job_row>(std::move(row));
    rows_.push_back(added);
    by_key_[added->key] = added;
    has_id(added);
    changed(added);
    return added;
}

void board::has_id(const row_ptr& row)
{
    if (!row->id.empty())
        by_id_[row->id] = row;
}

void board::changed(const row_ptr& row)
{
    if (!std::exchange(row->is_dirty, true))
        dirty_.push_back(row);
    schedule();
}

void board::schedule()
{
    if (is_closed_ || std::exchange(is_scheduled_, true))
        return;
    flush_timer_.expires_at(next_flush_);
    flush_timer_.async_wait([this](boost::system::error_code failure) {
        if (!failure)
            flush();
    });
}

void board::flush()
{
    for (const auto& row : dirty_)
        row->is_dirty = false;
    uses_told_ = quota_->remaining();
    tell_(message(dirty_, gone_, *quota_));
    dirty_.clear();
    gone_.clear();
    is_scheduled_ = false;
    next_flush_ = std::chrono::steady_clock::now() + 200ms;
}

row_ptr board::with_key(const std::string& key) const
{
    const auto found = by_key_.find(key);
    return found == by_key_.end() ? nullptr : found->second;
}

row_ptr board::with_id(std::string_view id) const
{
    const auto found = by_id_.find(std::string(id));
    return found == by_id_.end() ? nullptr : found->second;
}

std::map<std::string, std::size_t> board::states() const
{
    std::map<std::string, std::size_t> states;
    for (const auto& known : {own_states, server_states})
        for (const auto state : known)
            states[std::string(state)] = 0;
    for (const auto& row : rows_) {
        const auto& known = has_own_state(*row) ? own_states : server_states;
        ++states[std::ranges::find(known, row->state) != known.end() ? row->state : "other"];
    }
    return states;
}

std::string board::snapshot() const
{
    return message(rows_, {}, *quota_);
}

void board::start()
{
    look_at_uses();
}

void board::look_at_uses()
{
    if (quota_->remaining() != uses_told_)
        schedule();
    second_.expires_after(1s);
    second_.async_wait([this](boost::system::error_code failure) {
        if (!failure && !is_closed_)
            look_at_uses();
    });
}

void board::close()
{
    is_closed_ = true;
    flush_timer_.cancel();
    second_.cancel();
}

} // namespace service
