#ifndef COJOB_IMPL_INTERNAL_TESTING_MOCK_ADDRESS_IPP
#define COJOB_IMPL_INTERNAL_TESTING_MOCK_ADDRESS_IPP

#include <cojob/testing/mock_server.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/errc.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <cstdint>
#include <string>

namespace cojob::testing::detail {

inline asio::ip::tcp::endpoint loopback_endpoint(const std::string& text, std::uint16_t port)
{
    error_code ec;
    const auto address = asio::ip::make_address(text, ec);
    if (!ec && !address.is_loopback())
        ec = boost::system::errc::make_error_code(boost::system::errc::address_not_available);
    if (ec)
        throw boost::system::system_error(ec, "mock_server: '" + text + "' is not a loopback address");
    return {address, port};
}

inline std::string host_of(const mock_server_options& options)
{
    const auto& names = options.certificate.names;
    const auto is_for_localhost = !options.use_tls || std::find(names.begin(), names.end(), "localhost") != names.end();
    if (options.address == "127.0.0.1" && is_for_localhost)
        return "localhost";
    return options.address.find(':') == std::string::npos ? options.address : '[' + options.address + ']';
}

} // namespace cojob::testing::detail

#endif
