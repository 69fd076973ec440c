#ifndef COJOB_SRC_HPP
#define COJOB_SRC_HPP

#ifndef COJOB_SEPARATE_COMPILATION
#error                                                                                                                 \
    "cojob/src.hpp is for separate compilation: define COJOB_SEPARATE_COMPILATION in all files, or do not include it."
#endif

// For a program that does not link Boost.JSON.
#ifdef COJOB_JSON_SOURCE
#include <boost/json/src.hpp>
#endif

// tools/check_includes --write keeps the list.

#include <cojob/impl/client.ipp>
#include <cojob/impl/clock.ipp>
#include <cojob/impl/error.ipp>
#include <cojob/impl/forks.ipp>
#include <cojob/impl/http/event_stream.ipp>
#include <cojob/impl/http/https_transport.ipp>
#include <cojob/impl/http/message.ipp>
#include <cojob/impl/http/url.ipp>
#include <cojob/impl/http_date.ipp>
#include <cojob/impl/job/detail/polled_api.ipp>
#include <cojob/impl/job/handle.ipp>
#include <cojob/impl/job/journal.ipp>
#include <cojob/impl/job/many.ipp>
#include <cojob/impl/job/page.ipp>
#include <cojob/impl/job/wait.ipp>
#include <cojob/impl/job/watch.ipp>
#include <cojob/impl/json_cursor.ipp>
#include <cojob/impl/json_document.ipp>
#include <cojob/impl/json_string.ipp>
#include <cojob/impl/list_cursor.ipp>
#include <cojob/impl/log.ipp>
#include <cojob/impl/mintlify/agent.ipp>
#include <cojob/impl/mintlify/agent_options.ipp>
#include <cojob/impl/mintlify/agent_stream.ipp>
#include <cojob/impl/mintlify/agent_v1.ipp>
#include <cojob/impl/mintlify/deployments.ipp>
#include <cojob/impl/mintlify/deployments_options.ipp>
#include <cojob/impl/mintlify/static_export.ipp>
#include <cojob/impl/mintlify/static_export_options.ipp>
#include <cojob/impl/operation.ipp>
#include <cojob/impl/osapi/jobs.ipp>
#include <cojob/impl/policy/quota.ipp>
#include <cojob/impl/policy/retry_after.ipp>
#include <cojob/impl/policy/shared_quota.ipp>
#include <cojob/impl/rfc3339.ipp>
#include <cojob/impl/secret.ipp>
#include <cojob/impl/started_operation.ipp>
#include <cojob/impl/testing/manual_clock.ipp>
#include <cojob/impl/testing/mock_server.ipp>
#include <cojob/impl/testing/scripted_transport.ipp>
#include <cojob/impl/text.ipp>
#include <cojob/impl/unknown_members.ipp>

#endif
