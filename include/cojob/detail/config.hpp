#ifndef COJOB_DETAIL_CONFIG_HPP
#define COJOB_DETAIL_CONFIG_HPP

#include <cojob/detail/requirements.hpp>

#include <boost/config.hpp>

// Header-only by default: every body is inline and included by its header. With COJOB_SEPARATE_COMPILATION the headers
// contain declarations only, and one file of the program includes <cojob/src.hpp>, or the program links
// cojob::compiled, which is that file.
#if !defined(COJOB_SEPARATE_COMPILATION)
#define COJOB_DECL inline
#elif defined(COJOB_SHARED) && defined(COJOB_SOURCE)
#define COJOB_DECL BOOST_SYMBOL_EXPORT
#elif defined(COJOB_SHARED)
#define COJOB_DECL BOOST_SYMBOL_IMPORT
#else
#define COJOB_DECL
#endif

namespace boost::asio {
}

namespace cojob {

namespace asio = boost::asio;

} // namespace cojob

#endif
