#ifndef COJOB_COJOB_HPP
#define COJOB_COJOB_HPP

// Everything but testing/. tools/check_includes --write keeps the list.

#include <cojob/client.hpp>
#include <cojob/clock.hpp>
#include <cojob/error.hpp>
#include <cojob/http/event_stream.hpp>
#include <cojob/http/https_transport.hpp>
#include <cojob/http/message.hpp>
#include <cojob/http/options.hpp>
#include <cojob/http/proxy_options.hpp>
#include <cojob/http/transport.hpp>
#include <cojob/http/url.hpp>
#include <cojob/job/concepts.hpp>
#include <cojob/job/handle.hpp>
#include <cojob/job/many.hpp>
#include <cojob/job/page.hpp>
#include <cojob/job/progress.hpp>
#include <cojob/job/wait.hpp>
#include <cojob/job/wait_options.hpp>
#include <cojob/job/watch.hpp>
#include <cojob/log.hpp>
#include <cojob/mintlify/agent.hpp>
#include <cojob/mintlify/agent_job.hpp>
#include <cojob/mintlify/agent_options.hpp>
#include <cojob/mintlify/agent_session.hpp>
#include <cojob/mintlify/agent_stream.hpp>
#include <cojob/mintlify/agent_v1.hpp>
#include <cojob/observer.hpp>
#include <cojob/operation.hpp>
#include <cojob/osapi/job.hpp>
#include <cojob/osapi/jobs.hpp>
#include <cojob/osapi/node_operation.hpp>
#include <cojob/policy/effect.hpp>
#include <cojob/policy/quota.hpp>
#include <cojob/policy/quota_ledger.hpp>
#include <cojob/policy/quota_options.hpp>
#include <cojob/policy/retry.hpp>
#include <cojob/policy/retry_after.hpp>
#include <cojob/result.hpp>
#include <cojob/secret.hpp>
#include <cojob/start.hpp>
#include <cojob/unknown_members.hpp>
#include <cojob/version.hpp>

#endif
