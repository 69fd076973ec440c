#define BOOST_TEST_MODULE cojob and Redis
#include <boost/test/included/unit_test.hpp>

#include "redis/ledger_scripts_test.cpp"
#include "redis/lost_replies_test.cpp"
#include "redis/outage_test.cpp"
#include "redis/processes_test.cpp"
#include "redis/quota_test.cpp"
#include "redis/repeated_scripts_test.cpp"
#include "redis/tls_test.cpp"

#include "support/forked_child.cpp"

#include <cojob/redis/src.hpp>
