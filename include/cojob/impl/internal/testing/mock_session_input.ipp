#ifndef COJOB_IMPL_INTERNAL_TESTING_MOCK_SESSION_INPUT_IPP
#define COJOB_IMPL_INTERNAL_TESTING_MOCK_SESSION_INPUT_IPP

#include <cojob/http/message.hpp>
#include <cojob/impl/internal/testing/mock_input.ipp>
#include <cojob/impl/internal/testing/mock_router.ipp>
#include <cojob/testing/mock_server.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

// Validation of requests to Mintlify v1. The vendor does not document its error responses: these are v2's.
namespace cojob::testing::detail {

inline bool is_one_of(const boost::json::value& text, std::initializer_list<std::string_view> allowed)
{
    const auto* string = text.if_string();
    return string && std::find(allowed.begin(), allowed.end(), std::string_view(*string)) != allowed.end();
}

inline bool is_message(const boost::json::value& message)
{
    const auto* object = message.if_object();
    const auto* role = object ? object->if_contains("role") : nullptr;
    const auto* content = object ? object->if_contains("content") : nullptr;
    return role && is_one_of(*role, {"system", "user", "assistant"}) && content && content->is_string();
}

inline bool are_messages(const boost::json::value* messages)
{
    const auto* array = messages ? messages->if_array() : nullptr;
    return array && !array->empty() && std::all_of(array->begin(), array->end(), is_message);
}

/// Whether the name has no white space and no control characters, which git and header lines do not allow.
inline bool is_branch(const boost::json::value& branch)
{
    const auto* name = branch.if_string();
    return name && !name->empty() && std::all_of(name->begin(), name->end(), [](char c) {
               const auto byte = static_cast<unsigned char>(c);
               return byte > 0x20 && byte != 0x7f;
           });
}

/// The branch for a new session, if the request names one.
inline read_input<std::optional<std::string>> read_session(const recorded_request& request)
{
    const auto refuse = [](std::string_view why) {
        return read_input<std::optional<std::string>>{{}, error_response(400, why)};
    };
    const auto body = parse_body(request);
    if (!body)
        return refuse("Malformed JSON");
    const auto* object = body->if_object();
    if (!object)
        return refuse("The body must be an object");
    if (!are_messages(object->if_contains("messages")))
        return refuse("messages must be an array that is not empty, of objects with role and content");
    const auto* branch = object->if_contains("branch");
    if (branch && !is_branch(*branch))
        return refuse("branch must be the name of a branch");
    if (const auto* draft = object->if_contains("asDraft"); draft && !draft->is_bool())
        return refuse("asDraft must be true or false");
    if (const auto* model = object->if_contains("model"); model && !is_one_of(*model, {"sonnet", "opus"}))
        return refuse("model must be sonnet or opus");
    return {branch ? std::optional<std::string>(branch->get_string()) : std::nullopt, {}};
}

/// An integer in a list's query.
inline read_input<std::int64_t> read_bounded(std::string_view query, std::string_view name, std::int64_t otherwise,
                                             std::int64_t least,
                                             std::int64_t most = std::numeric_limits<std::int64_t>::max())
{
    const auto text = find_parameter(query, name);
    if (!text)
        return {otherwise, {}};
    const auto number = to_whole_number(*text);
    const auto is_number = number.error != std::errc::invalid_argument; // the documentation has no limit for `skip`
    if (!is_number || number.value < least || number.value > most)
        return {{}, error_response(400, std::string(name) + " is out of range or not an integer")};
    return {number.value, {}};
}

} // namespace cojob::testing::detail

#endif
