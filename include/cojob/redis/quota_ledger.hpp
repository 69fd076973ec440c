#ifndef COJOB_REDIS_QUOTA_LEDGER_HPP
#define COJOB_REDIS_QUOTA_LEDGER_HPP

#include <boost/version.hpp>

#if BOOST_VERSION < 108400
#error "cojob/redis needs Boost.Redis, which is in Boost 1.84 and newer."
#elif !__has_include(<boost/redis/connection.hpp>)
#error "cojob/redis needs the headers of Boost.Redis, and this Boost was installed without them."
#elif !__has_include(<openssl/ssl.h>)
#error "cojob/redis needs OpenSSL's headers, as Boost.Redis does."
#endif

#include <cojob/clock.hpp>
#include <cojob/http/options.hpp>
#include <cojob/policy/quota.hpp>
#include <cojob/policy/quota_options.hpp>
#include <cojob/redis/when_unreachable.hpp>
#include <cojob/secret.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace boost::redis {
class connection;
} // namespace boost::redis

namespace cojob {

/// Where the ledger of a quota is, and how a process reaches it.
class redis_ledger_options {
  public:
    redis_ledger_options() = default;

    std::string base_url;              ///< of the API that has the limit; names the pool together with `project`
    std::string project;               ///< that the API counts for; names the pool together with `base_url`
    std::string key_prefix = "cojob:"; ///< of all keys; different ones for several limits of one project

    std::string host = "127.0.0.1"; ///< name or address of the Redis server
    std::string port = "6379";      ///< a number from 1 to 65535
    std::string user;               ///< of Redis' access control list; empty: its default user
    secret password;                ///< of that user; in no error and no log
    int database = 0;               ///< number of the database; a cluster has only 0
    bool use_tls = false;           ///< connect with TLS; needs Boost 1.85 or newer
    tls_options tls;                ///< for `use_tls`
    /// The longest that a process waits for one reply, including the name lookup, the connection and the
    /// authentication if it has to connect first. Positive, and not `no_timeout`.
    duration timeout = std::chrono::seconds(2);

    /// A connection of the program, in place of `host` to `tls`: its `async_run` is the program's affair. All that the
    /// ledger does runs on its executor, which must be a strand unless one thread runs it. It must reach the same
    /// server as those of all other processes.
    std::shared_ptr<boost::redis::connection> connection;

    /// What calls do while the ledger cannot be reached.
    when_unreachable unreachable = when_unreachable::fail();
};

/// Opens a quota that all processes share which use the same Redis server, base URL and project, with the same limit
/// and window. Each slot is in Redis before its request is sent. Times are those of Redis' clock.
///
/// Sends nothing yet. A connection of the quota's own is opened by the first call that needs a slot, on the executor of
/// its client, and closed when no call needs a slot or has one: it does not keep `io_context::run()` from returning.
/// A use takes two round trips: one before its request, one after. Needs Redis 7 or Valkey 8, and a user that may run
/// `EVAL`, `EVALSHA` and the commands of `docs/guide/several_processes.md` on keys that begin with `key_prefix`.
///
/// If Redis cannot be reached, calls do what `redis_ledger_options::unreachable` says. If Redis has lost its data, each
/// process writes its own uses of the last window back, and for one window only the limit minus the last known total
/// is granted.
///
/// A child process must open its quota itself after the fork. One source file of the program includes
/// `<cojob/redis/src.hpp>`, also with `cojob::compiled`. Thread-safe.
///
/// \throws api_error `invalid_argument` as the constructor of `quota`, and for options that cannot work: the message
/// names the option
[[nodiscard]] std::shared_ptr<quota> open_redis_quota(redis_ledger_options, quota_options, clock_ptr = {});

} // namespace cojob

#endif
