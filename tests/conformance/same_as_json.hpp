#ifndef TESTS_CONFORMANCE_SAME_AS_JSON_HPP
#define TESTS_CONFORMANCE_SAME_AS_JSON_HPP

#include <cojob/detail/rfc3339.hpp>
#include <cojob/mintlify/agent_job.hpp>
#include <cojob/mintlify/agent_session.hpp>
#include <cojob/osapi/job.hpp>

#include <boost/json/value.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <map>
#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

// Compares what was decoded with the JSON text it came from, member by member, without the decoder.
namespace conformance {

namespace json = boost::json;

/// Names the members that differ.
class comparison {
  public:
    explicit comparison(const json::value& body) : body_(body) {}

    /// The value at a JSON pointer; null where there is none.
    [[nodiscard]] const json::value& at(std::string_view pointer) const
    {
        static const json::value none;
        boost::system::error_code ec;
        const auto* const found = body_.find_pointer(pointer, ec);
        return found ? *found : none;
    }
    [[nodiscard]] std::size_t size(std::string_view pointer) const
    {
        const auto& value = at(pointer);
        if (const auto* const array = value.if_array())
            return array->size();
        const auto* const object = value.if_object();
        return object ? object->size() : 0;
    }

    /// Of the elements of an array those that have all of these members.
    [[nodiscard]] std::vector<std::string> whole(const std::string& array,
                                                 std::initializer_list<const char*> names) const
    {
        std::vector<std::string> found;
        for (std::size_t i = 0; i < size(array); ++i) {
            const auto element = array + "/" + std::to_string(i);
            if (std::none_of(names.begin(), names.end(),
                             [&](const char* name) { return at(element + "/" + name).is_null(); }))
                found.push_back(element);
        }
        return found;
    }

    void same(bool is_same, const std::string& pointer)
    {
        if (!is_same)
            differences_ += (differences_.empty() ? "" : ", ") + pointer;
    }
    /// Empty stands for an absent one.
    void text(const std::string& decoded, const std::string& pointer)
    {
        const auto& value = at(pointer);
        same(value.is_null() ? decoded.empty() : value == json::value(decoded), pointer);
    }
    void text(const std::optional<std::string>& decoded, const std::string& pointer)
    {
        same(at(pointer) == (decoded ? json::value(*decoded) : json::value()), pointer);
    }
    void flag(std::optional<bool> decoded, const std::string& pointer)
    {
        same(at(pointer) == (decoded ? json::value(*decoded) : json::value()), pointer);
    }
    void value(const json::value& decoded, const std::string& pointer) { same(at(pointer) == decoded, pointer); }
    void number(std::optional<std::int64_t> decoded, const std::string& pointer)
    {
        same(at(pointer) == (decoded ? json::value(*decoded) : json::value()), pointer);
    }
    void time(std::optional<cojob::timestamp> decoded, const std::string& pointer)
    {
        const auto& value = at(pointer);
        same(decoded == (value.is_string() ? cojob::detail::parse_time(value.get_string()) : std::nullopt), pointer);
    }

    [[nodiscard]] const std::string& differences() const { return differences_; }

  private:
    const json::value& body_;
    std::string differences_;
};

/// As a JSON pointer writes a key.
inline std::string key(std::string_view name)
{
    std::string escaped;
    for (const char c : name)
        escaped += c == '~' ? std::string("~0") : c == '/' ? std::string("~1") : std::string(1, c);
    return escaped;
}

inline void compare(comparison& c, const cojob::mintlify::agent_job& job, const std::string& at)
{
    c.text(job.id, at + "/id");
    c.text(job.status_text, at + "/status");
    c.same(is_unknown(job) == (job.status_text != "active" && job.status_text != "completed" &&
                               job.status_text != "failed" && job.status_text != "archived"),
           at + "/status");
    c.text(job.source.repository, at + "/source/repository");
    c.text(job.source.ref, at + "/source/ref");
    c.text(job.model, at + "/model");
    c.text(job.pr_link, at + "/prLink");
    c.time(job.created_at, at + "/createdAt");
    c.time(job.archived_at, at + "/archivedAt");
}

inline void compare(comparison& c, const cojob::mintlify::agent_session& s, const std::string& at)
{
    c.text(s.session_id, at + "/sessionId");
    c.text(s.subdomain, at + "/subdomain");
    c.text(s.branch, at + "/branch");
    c.flag(s.halted, at + "/haulted");
    c.text(s.reason_text, at + "/haultReason");
    c.same(s.reason.has_value() == c.at(at + "/haultReason").is_string(), at + "/haultReason");
    c.text(s.pull_request_link, at + "/pullRequestLink");
    c.text(s.message_to_user, at + "/messageToUser");
    c.text(s.user_id, at + "/userId");
    c.text(s.title, at + "/title");
    c.time(s.created_at, at + "/createdAt");
    c.same(s.todos.size() == c.size(at + "/todos"), at + "/todos");
    for (std::size_t i = 0; i < s.todos.size(); ++i) {
        const auto todo = at + "/todos/" + std::to_string(i);
        c.text(s.todos[i].id, todo + "/id");
        c.text(s.todos[i].content, todo + "/content");
        c.text(s.todos[i].status, todo + "/status");
        c.text(s.todos[i].priority, todo + "/priority");
    }
}

inline void compare(comparison& c, const std::vector<cojob::mintlify::agent_session>& sessions, const std::string& at)
{
    const auto whole = c.whole(at + "/allSessions", {"sessionId", "haulted"});
    c.same(sessions.size() == whole.size(), at + "/allSessions");
    for (std::size_t i = 0; i < std::min(sessions.size(), whole.size()); ++i)
        compare(c, sessions[i], whole[i]);
}

/// A duration of Go that has one unit, as most have; any other only has to be there.
inline bool is_duration(std::optional<cojob::duration> decoded, const json::value& value)
{
    static const std::regex go("[+-]?(0|(([0-9]+\\.?[0-9]*|\\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+)");
    if (!value.is_string() || !std::regex_match(std::string(value.get_string()), go))
        return !decoded;
    if (!decoded)
        return false;
    static const std::map<std::string, double> units{{"ns", 1}, {"µs", 1e3}, {"ms", 1e6}, {"s", 1e9}};
    char* rest = nullptr;
    const auto number = std::strtod(value.get_string().c_str(), &rest);
    const auto unit = units.find(rest);
    const std::chrono::duration<double, std::nano> length = *decoded;
    return unit == units.end() || std::abs(length.count() - number * unit->second) < 2;
}

inline void compare_details(comparison& c, const cojob::osapi::job& job, const std::string& at)
{
    c.same(job.responses.size() == c.size(at + "/responses"), at + "/responses");
    for (const auto& [agent, response] : job.responses) {
        const auto place = at + "/responses/" + key(agent);
        c.text(response.status, place + "/status");
        c.value(response.data, place + "/data");
        c.flag(response.changed, place + "/changed");
        c.text(response.error, place + "/error");
        c.text(response.hostname, place + "/hostname");
    }
    c.same(job.agent_states.size() == c.size(at + "/agent_states"), at + "/agent_states");
    for (const auto& [agent, state] : job.agent_states) {
        const auto place = at + "/agent_states/" + key(agent);
        c.text(state.status, place + "/status");
        c.text(state.error, place + "/error");
        c.same(is_duration(state.duration, c.at(place + "/duration")), place + "/duration");
    }
    c.same(job.timeline.size() == c.size(at + "/timeline"), at + "/timeline");
    for (std::size_t i = 0; i < job.timeline.size(); ++i) {
        const auto place = at + "/timeline/" + std::to_string(i);
        c.time(job.timeline[i].time, place + "/timestamp");
        c.text(job.timeline[i].event, place + "/event");
        c.text(job.timeline[i].hostname, place + "/hostname");
        c.text(job.timeline[i].message, place + "/message");
        c.text(job.timeline[i].error, place + "/error");
    }
}

inline void compare(comparison& c, const cojob::osapi::job& job, const std::string& at)
{
    static const std::map<std::string, cojob::osapi::job_status> statuses{
        {"submitted", cojob::osapi::job_status::submitted},
        {"processing", cojob::osapi::job_status::processing},
        {"completed", cojob::osapi::job_status::completed},
        {"failed", cojob::osapi::job_status::failed},
        {"skipped", cojob::osapi::job_status::skipped},
        {"partial_failure", cojob::osapi::job_status::partial_failure}};
    c.text(job.id, at + "/id");
    c.text(job.status_text, at + "/status");
    const auto known = statuses.find(job.status_text);
    c.same(known == statuses.end() ? is_unknown(job) : job.status == known->second, at + "/status");
    c.time(job.created, at + "/created");
    c.time(job.updated_at, at + "/updated_at");
    c.same(job.operation ==
               (c.at(at + "/operation").is_object() ? c.at(at + "/operation").get_object() : json::object()),
           at + "/operation");
    c.value(job.result, at + "/result");
    c.flag(job.changed, at + "/changed");
    c.text(job.error, at + "/error");
    c.text(job.hostname, at + "/hostname");
    compare_details(c, job, at);
}

inline void compare(comparison& c, const cojob::osapi::job_page& page, const std::string& at)
{
    c.number(page.total_items, at + "/total_items");
    c.same(page.status_counts.size() == c.size(at + "/status_counts"), at + "/status_counts");
    for (const auto& [status, count] : page.status_counts)
        c.number(count, at + "/status_counts/" + key(status));
    const auto whole = c.whole(at + "/items", {"id", "status"});
    c.same(page.items.size() == whole.size() && page.skipped == c.size(at + "/items") - whole.size(), at + "/items");
    for (std::size_t i = 0; i < std::min(page.items.size(), whole.size()); ++i)
        compare(c, page.items[i], whole[i]);
}

inline void compare(comparison& c, const cojob::osapi::retry_receipt& receipt, const std::string& at)
{
    c.text(receipt.job_id, at + "/job_id");
    c.text(receipt.status, at + "/status");
    c.number(receipt.revision, at + "/revision");
    c.time(receipt.created, at + "/timestamp");
}

/// What a refusal says in the one way or the other.
inline std::string words_of(const json::value& body)
{
    const comparison c(body);
    const auto& words = c.at("/message").is_string() ? c.at("/message") : c.at("/error");
    return words.is_string() ? std::string(words.get_string()) : std::string();
}

/// JSON pointers of what differs; empty: nothing does.
template <class T>
std::string differences(const T& decoded, const json::value& body)
{
    comparison c(body);
    compare(c, decoded, "");
    return c.differences();
}

} // namespace conformance

#endif
