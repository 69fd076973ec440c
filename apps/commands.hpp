#ifndef COJOB_APPS_COMMANDS_HPP
#define COJOB_APPS_COMMANDS_HPP

#include "arguments.hpp"

namespace cli {

// One function for each command. They throw usage_error, cojob::api_error, interrupted, or what the system says.

exit_code mintlify_create(const arguments&);
exit_code mintlify_get(const arguments&);
exit_code mintlify_message(const arguments&);
exit_code mintlify_run(const arguments&);

exit_code session_create(const arguments&);
exit_code session_get(const arguments&);
exit_code session_list(const arguments&);

exit_code osapi_list(const arguments&);
exit_code osapi_get(const arguments&);
exit_code osapi_retry(const arguments&);
exit_code osapi_delete(const arguments&);

exit_code deployment_update(const arguments&);
exit_code deployment_preview(const arguments&);
exit_code deployment_get(const arguments&);

exit_code export_create(const arguments&);
exit_code export_get(const arguments&);

exit_code wait_for_jobs(const arguments&);
exit_code watch_jobs(const arguments&);

exit_code run_mock(const arguments&);

exit_code print_completion(const arguments&);
exit_code print_manual(const arguments&);

} // namespace cli

#endif
