#ifndef COJOB_APPS_ARGUMENTS_HPP
#define COJOB_APPS_ARGUMENTS_HPP

#include "exit_code.hpp"

#include <cojob/clock.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cli {

/// What `cojob mock` is asked for. A life is `active:2,completed`: states, and for how many polls.
struct mock_arguments {
    std::uint16_t port = 0;
    bool is_plain = false, ends_with_input = false, reports = false;
    std::string life = "active:2,completed", session_life = "processing:2,completed",
                osapi_life = "submitted,processing,completed", deployment_life = "queued,in_progress,success",
                export_life = "queued,running,completed", ca_out{};
    std::vector<std::string> jobs{}, sessions{}, osapi_jobs{}, deployments{}, exports{}, faults{};
    unsigned copies = 1;
    std::uint32_t rate_limit = 0;
};

/// A command line.
struct arguments {
    std::string command{}; ///< such as `mintlify run`
    bool is_json = false, is_quiet = false, is_verbose = false, wants_handle = false, waits = false, wants_file = false;
    std::optional<cojob::duration> timeout{}, interval{}, settle{};
    std::string base_url{}, key_file{}, quota_file{}, ca_file{}, project{};
    std::string api =
        "mintlify"; ///< what ids are of: mintlify, mintlify-v1, mintlify-deployments, mintlify-exports or osapi
    std::vector<std::string> ids{};
    std::string prompt{};
    std::string branch{}, model{}; ///< of a session or preview
    bool is_draft = false;
    std::string status{}, target{}; ///< of OSAPI's list and retry
    std::string domain{}, label{};  ///< of an export
    std::vector<std::string> pages{};
    std::string shell{}; ///< for which completions are printed
    unsigned limit = 0;  ///< how many a list shows; 0: all
    mock_arguments mock{};
};

/// Carries a command line out.
using action = exit_code (*)(const arguments&);

} // namespace cli

#endif
