#ifndef COJOB_DETAIL_REQUIREMENTS_HPP
#define COJOB_DETAIL_REQUIREMENTS_HPP

#include <boost/version.hpp>

// Reports unsupported configurations first, because later errors would be less clear.

#if __cplusplus < 202002L && (!defined(_MSVC_LANG) || _MSVC_LANG < 202002L)
#error "cojob needs C++20: compile with -std=c++20 (MSVC: /std:c++20)."
#endif

#if !defined(__cpp_exceptions) && !defined(_CPPUNWIND)
#error "cojob needs exceptions: compile without -fno-exceptions."
#endif

#if !defined(__cpp_rtti) && !defined(_CPPRTTI)
#error "cojob needs run-time type information: compile without -fno-rtti."
#endif

#if BOOST_VERSION < 108100
#error "cojob needs Boost 1.81 or newer; boost/version.hpp tells of an older one."
#endif

#if defined(COJOB_SHARED) && !defined(COJOB_SEPARATE_COMPILATION)
#error "COJOB_SHARED says that cojob is in a shared library, and needs COJOB_SEPARATE_COMPILATION in all files."
#endif

#if defined(COJOB_SOURCE_FILE) && !defined(COJOB_SEPARATE_COMPILATION)
#error "COJOB_SOURCE_FILE chooses the file that has the bodies, and needs COJOB_SEPARATE_COMPILATION in all files."
#endif

#if defined(BOOST_ASIO_SEPARATE_COMPILATION) && defined(BOOST_ASIO_HEADER_ONLY)
#error                                                                                                                 \
    "BOOST_ASIO_HEADER_ONLY contradicts BOOST_ASIO_SEPARATE_COMPILATION: define one of them in all files, before any include."
#endif

#endif
