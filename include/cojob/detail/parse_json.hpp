#ifndef COJOB_DETAIL_PARSE_JSON_HPP
#define COJOB_DETAIL_PARSE_JSON_HPP

#include <cojob/error.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <string>
#include <string_view>

// For .ipp files only: in separate compilation a user's file does not pay for the parser.
namespace cojob::detail {

/// A whole JSON text in UTF-8 with nothing but blanks around it. Of members with one name the last one counts.
/// \throws api_error `invalid_response`
[[nodiscard]] inline boost::json::value parse_json(std::string_view body, std::size_t max_depth)
{
    boost::json::parse_options options;
    options.max_depth = max_depth;
    error_code failed;
    auto value = boost::json::parse({body.data(), body.size()}, failed, {}, options);
    if (!failed)
        return value;
    if (body.find_first_not_of(" \t\r\n") == body.npos)
        throw_error(error_info(errc::invalid_response, "body: empty"));
    if (failed == boost::json::error::too_deep)
        throw_error(error_info(errc::invalid_response, "body: nested deeper than " + std::to_string(max_depth)));
    throw_error(error_info(errc::invalid_response, "body: not JSON"));
}

} // namespace cojob::detail

#endif
