#define BOOST_TEST_MODULE cojob
#include <boost/test/unit_test.hpp>
