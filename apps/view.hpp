#ifndef COJOB_APPS_VIEW_HPP
#define COJOB_APPS_VIEW_HPP

#include "board.hpp"

#include <cojob/error.hpp>
#include <cojob/mintlify/agent.hpp>
#include <cojob/mintlify/agent_session.hpp>
#include <cojob/mintlify/deployment.hpp>
#include <cojob/mintlify/export_job.hpp>
#include <cojob/osapi/job.hpp>

#include <boost/json/object.hpp>

#include <string>

namespace cli {

/// A job of any API, as the command shows it. Texts are the server's.
struct job_view {
    std::string id{}, status{}, link{};
    job_end end = job_end::none;
    boost::json::object members{}; ///< as --json prints them; the names are documented and stay
};

/// The view of a job of each API. Every view begins with `api`, `id`, `status`, `ended`, `link` and `created`.
[[nodiscard]] job_view view_of(const cojob::mintlify::agent_job&);
[[nodiscard]] job_view view_of(const cojob::mintlify::agent_session&);
[[nodiscard]] job_view view_of(const cojob::mintlify::deployment&);
[[nodiscard]] job_view view_of(const cojob::mintlify::export_job&);
[[nodiscard]] job_view view_of(const cojob::osapi::job&);

/// A job whose wait has failed: `api`, `id`, `error`, which is the name of the code, and `message`.
[[nodiscard]] boost::json::object view_of_failure(const std::string& api, const std::string& id,
                                                  const cojob::error_info&);

} // namespace cli

#endif
