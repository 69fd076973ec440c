# Boost, OpenSSL and threads, or a message that names what to install. Targets that are already there (a parent project
# that brings its own Boost) are taken as they are.

set(COJOB_MINIMUM_BOOST 1.81)
set(COJOB_MINIMUM_OPENSSL 3.0)

if(NOT TARGET Boost::headers OR NOT TARGET Boost::json)
  find_package(Boost ${COJOB_MINIMUM_BOOST} CONFIG QUIET COMPONENTS headers json)
  if(NOT Boost_FOUND)
    string(
      CONCAT reason
             "cojob needs Boost ${COJOB_MINIMUM_BOOST} or newer with its JSON library, and no such Boost was found.\n"
             "  Debian 12:      apt-get install libboost1.81-dev libboost-json1.81-dev\n"
             "  Debian 13, Ubuntu 24.04 and newer:  apt-get install libboost-dev libboost-json-dev\n"
             "  Fedora:         dnf install boost-devel\n"
             "  Homebrew:       brew install boost\n"
             "  elsewhere:      name its prefix, -DCMAKE_PREFIX_PATH=/path/to/boost"
    )
    foreach(version IN LISTS Boost_CONSIDERED_VERSIONS)
      string(APPEND reason "\n  found, but too old or without the JSON library: Boost ${version}")
    endforeach()
    message(FATAL_ERROR "${reason}")
  endif()
endif()

if(NOT TARGET OpenSSL::SSL OR NOT TARGET OpenSSL::Crypto)
  find_package(OpenSSL ${COJOB_MINIMUM_OPENSSL} QUIET COMPONENTS SSL Crypto)
  if(NOT OPENSSL_FOUND)
    string(
      CONCAT reason
             "cojob needs OpenSSL ${COJOB_MINIMUM_OPENSSL} or newer with its headers, and it was not found.\n"
             "  Debian, Ubuntu: apt-get install libssl-dev\n"
             "  Fedora:         dnf install openssl-devel\n"
             "  Homebrew:       brew install openssl@3\n"
             "  elsewhere:      name its prefix, -DOPENSSL_ROOT_DIR=/path/to/openssl"
    )
    if(OPENSSL_VERSION)
      string(APPEND reason "\n  found, but too old: OpenSSL ${OPENSSL_VERSION}")
    endif()
    message(FATAL_ERROR "${reason}")
  endif()
endif()

if(NOT TARGET Threads::Threads)
  set(THREADS_PREFER_PTHREAD_FLAG ON)
  find_package(Threads REQUIRED)
endif()
