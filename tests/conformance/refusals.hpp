#ifndef TESTS_CONFORMANCE_REFUSALS_HPP
#define TESTS_CONFORMANCE_REFUSALS_HPP

#include "same_as_json.hpp"
#include "same_sites.hpp"

#include <boost/json/value.hpp>

#include <initializer_list>
#include <string>
#include <type_traits>
#include <vector>

// Answers that fit the vendors' documents and that cojob refuses all the same, as invalid_response: in the documents
// nearly every member may be absent, ids and states too.
namespace conformance {

inline std::string absent(const comparison& c, const std::string& at, std::initializer_list<const char*> names)
{
    for (const auto* const name : names)
        if (c.at(at + "/" + name).is_null())
            return at + "/" + name + " is absent";
    return {};
}

/// The first reason that is one.
inline std::string first_of(std::initializer_list<std::string> reasons)
{
    for (const auto& reason : reasons)
        if (!reason.empty())
            return reason;
    return {};
}

/// Why an answer that should become a T is refused; empty: it is not. An item of a list that has no id or no state is
/// left out instead.
/// \param creates a job that was made needs only its id
template <class T>
std::string refusal(const json::value& body, bool creates)
{
    const comparison c(body);
    if constexpr (std::is_same_v<T, cojob::mintlify::agent_job>)
        return first_of({absent(c, "", {"id"}), creates ? "" : absent(c, "", {"status"})});
    else if constexpr (std::is_same_v<T, cojob::mintlify::agent_session>)
        return absent(c, "", {"sessionId", "haulted"});
    else if constexpr (std::is_same_v<T, std::vector<cojob::mintlify::agent_session>>)
        return absent(c, "", {"allSessions"});
    else if constexpr (std::is_same_v<T, cojob::osapi::job>)
        return absent(c, "", {"id", "status"});
    else if constexpr (std::is_same_v<T, cojob::osapi::job_page>)
        return absent(c, "", {"total_items", "items"});
    else if constexpr (std::is_same_v<T, cojob::mintlify::deployment>)
        return absent(c, "", {"_id", "status"});
    else if constexpr (std::is_same_v<T, cojob::mintlify::deployment_receipt>)
        return absent(c, "", {"statusId"});
    else if constexpr (std::is_same_v<T, cojob::mintlify::workflow_run>)
        return {};
    else if constexpr (std::is_same_v<T, cojob::mintlify::export_job>)
        return first_of({absent(c, "", {"jobId"}), creates ? "" : absent(c, "", {"status"})});
    else if constexpr (std::is_same_v<T, cojob::mintlify::export_bundle>)
        return absent(c, "", {"jobId", "bundleUrl"});
    else
        return absent(c, "", {"job_id", "status"});
}

} // namespace conformance

#endif
