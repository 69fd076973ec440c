// The command line of the service: names with a value each.

#include "settings.hpp"

#include <boost/asio/ip/address.hpp>

#include <charconv>
#include <limits>
#include <stdexcept>
#include <string_view>

namespace service {

namespace {

constexpr auto usage =
    "usage: service [--port PORT] [--data FOLDER] [--address ADDRESS --origin URL] [--uses PER_HOUR]\n"
    "               [--poll-every MS] [--stop-within MS] [--connections MOST] [--streams MOST] [--rows MOST]\n"
    "               [--events MOST]\n"
    "The environment has MINTLIFY_PROJECT_ID, MINTLIFY_API_KEY and, if wanted, MINTLIFY_BASE_URL.\n"
    "An address that is not the loopback's needs --origin, the scheme, host and port of the page as\n"
    "browsers send it: https://jobs.example, without :443. Whoever reaches it can spend the account's uses.";

template <class Number>
Number number_from(std::string_view text, Number least)
{
    Number value{};
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc() || end != text.data() + text.size() || value < least)
        throw std::invalid_argument("not a number that will do: " + std::string(text) + '\n' + usage);
    return value;
}

void set(settings& chosen, std::string_view name, const std::string& value)
{
    if (name == "--port")
        chosen.port = number_from<std::uint16_t>(value, 0);
    else if (name == "--address")
        chosen.address = value;
    else if (name == "--origin")
        chosen.origin = value;
    else if (name == "--data")
        chosen.data = value;
    else if (name == "--uses")
        chosen.uses = number_from<std::uint32_t>(value, 1);
    else if (name == "--poll-every")
        chosen.poll_every = std::chrono::milliseconds(number_from<std::uint32_t>(value, 0));
    else if (name == "--stop-within")
        chosen.stop_within = std::chrono::milliseconds(number_from<std::uint32_t>(value, 0));
    else if (name == "--connections")
        chosen.most.connections = number_from<std::size_t>(value, 1);
    else if (name == "--streams")
        chosen.most.streams = number_from<std::size_t>(value, 1);
    else if (name == "--rows")
        chosen.most.rows = number_from<std::size_t>(value, 1);
    else if (name == "--events")
        chosen.most.events = number_from<std::size_t>(value, 1);
    else
        throw std::invalid_argument(usage);
}

/// Scheme and authority only, without the scheme's own port: anything else would never equal what a browser sends.
bool is_origin(std::string_view text)
{
    const auto is_plain = text.starts_with("http://");
    const auto scheme = text.find("://");
    return (is_plain || text.starts_with("https://")) && scheme + 3 < text.size() &&
           text.find_first_of("/?#@ ", scheme + 3) == std::string_view::npos &&
           !text.ends_with(is_plain ? ":80" : ":443");
}

} // namespace

settings settings_from(const std::vector<std::string>& arguments)
{
    settings chosen;
    for (std::size_t i = 0; i < arguments.size(); i += 2) {
        if (i + 1 == arguments.size())
            throw std::invalid_argument(usage);
        set(chosen, arguments[i], arguments[i + 1]);
    }
    boost::system::error_code failure;
    const auto address = boost::asio::ip::make_address(chosen.address, failure);
    if (failure)
        throw std::invalid_argument("not an address: " + chosen.address + '\n' + usage);
    if (!chosen.origin.empty() && !is_origin(chosen.origin))
        throw std::invalid_argument("not an origin: " + chosen.origin + '\n' + usage);
    if (chosen.origin.empty() && !address.is_loopback())
        throw std::invalid_argument(std::string("--address needs --origin\n") + usage);
    return chosen;
}

} // namespace service
