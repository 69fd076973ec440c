#ifndef COJOB_TESTS_PROGRAMS_PLUGIN_HPP
#define COJOB_TESTS_PROGRAMS_PLUGIN_HPP

#include <cojob/error.hpp>

/// What a shared library with a copy of cojob of its own, all of it hidden, gives away.
[[gnu::visibility("default")]] cojob::error_code plugin_code();
[[gnu::visibility("default")]] void plugin_throw();
[[gnu::visibility("default")]] const boost::system::error_category& plugin_category();

#endif
