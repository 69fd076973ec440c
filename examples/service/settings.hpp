#ifndef EXAMPLES_SERVICE_SETTINGS_HPP
#define EXAMPLES_SERVICE_SETTINGS_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace service {

/// Bounds on what strangers can make the program keep.
struct bounds {
    std::size_t connections = 512;         ///< open at once; one more is closed at once
    std::size_t streams = 256;             ///< pages that listen at once
    std::size_t rows = 2'000;              ///< jobs on the page, more only after a start; ended and lost ones make room
    std::size_t events = 256;              ///< kept for pages that come back: a minute of a busy page
    std::size_t creations = 16;            ///< in flight at once
    std::uint32_t header_bytes = 8 * 1024; ///< of a request
    std::uint64_t body_bytes = 64 * 1024;  ///< of a request: a prompt may take six bytes for each of its own
    std::size_t prompt_bytes = 8'000;      ///< of a prompt
    std::chrono::seconds request_time{10}; ///< for a request to arrive, idle time before it included
    std::chrono::seconds write_time{10};   ///< for a browser to take what it is sent, which is kept for so long
};

/// What the command line says.
struct settings {
    std::string address = "127.0.0.1";           ///< to listen on
    std::uint16_t port = 8080;                   ///< to listen on; 0: the system chooses
    std::string origin;                          ///< of the page, as browsers see it; empty: the loopback's
    std::filesystem::path data = "service-data"; ///< folder of the journal, the uses and the rows
    std::uint32_t uses = 100;                    ///< creations in an hour, as the account allows
    std::chrono::milliseconds poll_every{0};     ///< zero: as the vendor asks
    std::chrono::milliseconds stop_within{500};  ///< after SIGTERM, for creations in flight to get their response
    bounds most;                                 ///< how much of everything
};

/// Reads the command line. \throws std::invalid_argument with the usage.
[[nodiscard]] settings settings_from(const std::vector<std::string>& arguments);

} // namespace service

#endif
