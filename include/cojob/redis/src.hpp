#ifndef COJOB_REDIS_SRC_HPP
#define COJOB_REDIS_SRC_HPP

// The bodies of cojob/redis, and Boost.Redis' own: for one source file of a program.
#include <cojob/redis/quota_ledger.hpp>

#include <cojob/impl/internal/redis/open_quota.hpp>

#ifndef COJOB_NO_REDIS_SOURCE // the program has it elsewhere
#include <boost/redis/src.hpp>
#endif

#endif
