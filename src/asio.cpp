// Asio's bodies for a program whose other files define BOOST_ASIO_SEPARATE_COMPILATION: see cmake/CojobAsio.cmake.

#include <boost/asio/impl/src.hpp>

#include <boost/asio/ssl/impl/src.hpp>
