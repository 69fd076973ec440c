#ifndef COJOB_DETAIL_BODY_HPP
#define COJOB_DETAIL_BODY_HPP

// Included by every .ipp file: in separate compilation bodies are not inline, so exactly one file includes them all.
#if defined(COJOB_SEPARATE_COMPILATION) && !defined(COJOB_SRC_HPP) && !defined(COJOB_SOURCE_FILE)
#error "An .ipp file of cojob was included. With COJOB_SEPARATE_COMPILATION, include <cojob/src.hpp>, in one file."
#endif

#endif
