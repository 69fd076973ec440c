#ifndef TESTS_CONFORMANCE_REFUSALS_HPP
#define TESTS_CONFORMANCE_REFUSALS_HPP

#include "same_as_json.hpp"

#include <cojob/detail/rfc3339.hpp>

#include <boost/json/value.hpp>

#include <initializer_list>
#include <regex>
#include <string>
#include <type_traits>
#include <vector>

// Answers that fit the vendors' documents and that cojob refuses all the same, as invalid_response: in the documents
// nearly every member may be absent, and OSAPI's calls times and durations just strings.
namespace conformance {

inline std::string absent(const comparison& c, const std::string& at, std::initializer_list<const char*> names)
{
    for (const auto* const name : names)
        if (c.at(at + "/" + name).is_null())
            return at + "/" + name + " is absent";
    return {};
}

/// Times that OSAPI's real server writes as RFC 3339 has them; one that signs its jobs leaves some empty.
inline std::string no_time(const comparison& c, const std::string& pointer, bool may_be_empty)
{
    const auto& value = c.at(pointer);
    if (!value.is_string() || (may_be_empty && value.get_string().empty()) ||
        cojob::detail::parse_rfc3339(value.get_string()))
        return {};
    return pointer + " is no time";
}

inline std::string no_duration(const comparison& c, const std::string& pointer)
{
    static const std::regex duration("[+-]?(0|(([0-9]+\\.?[0-9]*|\\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+)");
    const auto& value = c.at(pointer);
    if (!value.is_string() || value.get_string().empty() || std::regex_match(std::string(value.get_string()), duration))
        return {};
    return pointer + " is no duration";
}

/// The first reason that is one.
inline std::string first_of(std::initializer_list<std::string> reasons)
{
    for (const auto& reason : reasons)
        if (!reason.empty())
            return reason;
    return {};
}

inline std::string refusal_of_osapi_job(const comparison& c, const std::string& at)
{
    auto reason = first_of(
        {absent(c, at, {"id", "status"}), no_time(c, at + "/created", true), no_time(c, at + "/updated_at", true)});
    if (const auto* const states = c.at(at + "/agent_states").if_object())
        for (const auto& [name, state] : *states)
            reason = first_of({reason, no_duration(c, at + "/agent_states/" + key(name) + "/duration")});
    for (std::size_t i = 0; i < c.size(at + "/timeline"); ++i) {
        const auto event = at + "/timeline/" + std::to_string(i);
        reason = first_of({reason, absent(c, event, {"timestamp", "event"}), no_time(c, event + "/timestamp", false)});
    }
    return reason;
}

inline std::string refusal_of_session(const comparison& c, const std::string& at)
{
    return absent(c, at, {"sessionId", "haulted"});
}

template <class RefusalOf>
std::string refusal_of_each(const comparison& c, const std::string& at, RefusalOf refusal_of)
{
    for (std::size_t i = 0; i < c.size(at); ++i)
        if (auto reason = refusal_of(c, at + "/" + std::to_string(i)); !reason.empty())
            return reason;
    return {};
}

/// Why an answer that should become a T is refused; empty: it is not.
template <class T>
std::string refusal(const json::value& body)
{
    const comparison c(body);
    if constexpr (std::is_same_v<T, cojob::mintlify::agent_job>)
        return first_of(
            {absent(c, "", {"id", "status", "source", "model", "createdAt"}), absent(c, "/source", {"repository"})});
    else if constexpr (std::is_same_v<T, cojob::mintlify::agent_session>)
        return refusal_of_session(c, "");
    else if constexpr (std::is_same_v<T, std::vector<cojob::mintlify::agent_session>>)
        return first_of({absent(c, "", {"allSessions"}), refusal_of_each(c, "/allSessions", refusal_of_session)});
    else if constexpr (std::is_same_v<T, cojob::osapi::job>)
        return refusal_of_osapi_job(c, "");
    else if constexpr (std::is_same_v<T, cojob::osapi::job_page>)
        return first_of({absent(c, "", {"total_items", "items"}), refusal_of_each(c, "/items", refusal_of_osapi_job)});
    else
        return first_of({absent(c, "", {"job_id", "status"}), no_time(c, "/timestamp", true)});
}

} // namespace conformance

#endif
