#ifndef COJOB_IMPL_INTERNAL_TESTING_MOCK_OSAPI_INPUT_IPP
#define COJOB_IMPL_INTERNAL_TESTING_MOCK_OSAPI_INPUT_IPP

#include <cojob/detail/ascii.hpp>
#include <cojob/http/message.hpp>
#include <cojob/impl/internal/testing/mock_input.ipp>
#include <cojob/impl/internal/testing/mock_router.ipp>

#include <boost/json/value.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

// OSAPI's error responses to requests: from its framework (`message`) if the request cannot be parsed, from its
// validator (`error`) if it is invalid.
namespace cojob::testing::detail {

inline http::response message_response(int status, std::string_view text)
{
    return json_response(status, {{"message", text}});
}

/// An integer in the query; nothing if it is absent.
inline read_input<std::optional<std::int64_t>> read_number(std::string_view query, std::string_view name)
{
    const auto text = find_parameter(query, name);
    if (!text)
        return {};
    const auto number = to_whole_number(*text);
    if (number.error == std::errc())
        return {number.value, {}};
    const auto* why = number.error == std::errc::result_out_of_range ? "value out of range" : "invalid syntax";
    return {{},
            message_response(400, "Invalid format for parameter " + std::string(name) +
                                      ": error binding string parameter: strconv.ParseInt: parsing \"" + *text +
                                      "\": " + why)};
}

inline bool is_uuid(std::string_view text)
{
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto is_dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (is_dash ? text[i] != '-' : !cojob::detail::is_hex_digit(text[i]))
            return false;
    }
    return text.size() == 36;
}

/// An id in the form that the server writes.
inline read_input<std::string> read_uuid(std::string text)
{
    if (!is_uuid(text)) {
        const auto why =
            text.size() == 36 ? "invalid UUID format" : "invalid UUID length: " + std::to_string(text.size());
        return {{},
                message_response(400, "Invalid format for parameter id: error unmarshaling '" + text +
                                          "' text as *uuid.UUID: " + why)};
    }
    std::transform(text.begin(), text.end(), text.begin(), cojob::detail::to_lower);
    return {std::move(text), {}};
}

/// The text of this member of the body; nothing if the body lacks it.
inline read_input<std::optional<std::string>> read_member(const recorded_request& request, std::string_view name)
{
    const auto type = http::find_header(request.headers, "Content-Type").value_or("");
    if (!type.starts_with("application/json"))
        return {{}, message_response(415, "Unsupported Media Type")};
    const auto body = parse_body(request);
    if (!body)
        return {{}, message_response(400, "Syntax error: offset=1, error=invalid character")};
    const auto* object = body->if_object();
    const auto* member = object ? object->if_contains(name) : nullptr;
    if ((!object && !body->is_null()) || (member && !member->is_string() && !member->is_null()))
        return {{}, message_response(400, "Unmarshal type error: expected=string, field=" + std::string(name))};
    return {member && member->is_string() ? std::optional(std::string(member->get_string())) : std::nullopt, {}};
}

/// The host of a retry; nothing if the request has no body.
inline read_input<std::optional<std::string>> read_target(const recorded_request& request)
{
    return request.body.empty() ? read_input<std::optional<std::string>>() : read_member(request, "target_hostname");
}

/// The command to run; empty if it is missing.
inline read_input<std::string> read_command(const recorded_request& request)
{
    auto command = read_member(request, "command");
    return {command.value.value_or(""), std::move(command.refusal)};
}

/// The validator's messages, one for each failure.
class osapi_validation {
  public:
    explicit osapi_validation(std::string type) : type_(std::move(type)) {}

    void expect(bool holds, std::string_view member, std::string_view tag, std::string_view more = {})
    {
        if (holds)
            return;
        words_ += words_.empty() ? "" : "; ";
        words_.append("Key: '" + type_ + ".").append(member).append("' Error:Field validation for '");
        words_.append(member).append("' failed on the '").append(tag).append("' tag").append(more);
    }

    [[nodiscard]] std::optional<http::response> refusal() const
    {
        return words_.empty() ? std::nullopt : std::optional(error_response(400, words_));
    }

  private:
    std::string type_, words_;
};

} // namespace cojob::testing::detail

#endif
