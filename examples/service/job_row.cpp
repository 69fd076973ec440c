// A row of the page, as JSON: for browsers, and for the file of rows.

#include "job_row.hpp"

#include <boost/json/value_to.hpp>

#include <algorithm>

namespace service {

namespace json = boost::json;

json::object to_json(const job_row& row)
{
    return {{"key", row.key},     {"title", row.title},          {"id", row.id},
            {"link", row.link},   {"state", row.state},          {"note", row.note},
            {"began", row.began}, {"ended", row.ended},          {"next_poll", row.next_poll},
            {"gone", row.gone},   {"is_own", has_own_state(row)}};
}

std::optional<job_row> row_from(const json::value& value)
try {
    const auto text = [&](const char* name) { return json::value_to<std::string>(value.at(name)); };
    const auto number = [&](const char* name) { return value.at(name).to_number<milliseconds>(); };
    job_row row;
    row.key = text("key"), row.title = text("title"), row.id = text("id"), row.link = text("link");
    row.state = text("state"), row.note = text("note");
    row.began = number("began"), row.ended = number("ended");
    if (value.as_object().contains("gone")) // files of earlier versions do not have it
        row.gone = number("gone");
    if (row.key.empty())
        return std::nullopt;
    return row;
} catch (const std::exception&) {
    return std::nullopt;
}

std::string safe_link(std::string_view address)
{
    const auto is_odd = [](unsigned char c) { return c <= ' ' || c == 0x7f; };
    const auto is_web = address.starts_with("https://") || address.starts_with("http://");
    return is_web && address.size() <= 2'000 && std::ranges::none_of(address, is_odd) ? std::string(address) : "";
}

std::string first_line(std::string_view text, std::size_t most_bytes)
{
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
    text = text.substr(0, text.find_first_of("\r\n"));
    if (text.size() <= most_bytes)
        return std::string(text);
    auto end = most_bytes;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80)
        --end; // not within a character
    return std::string(text.substr(0, end)) + "…";
}

} // namespace service
