# The header-only library as a Debian package, or with COJOB_BUILD_CLI the command: cpack --config build/CPackConfig.cmake

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_PACKAGE_NAME cojob)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "C++20 coroutine client for job APIs (headers)")
set(CPACK_PACKAGE_HOMEPAGE_URL "${PROJECT_HOMEPAGE_URL}")
set(CPACK_PACKAGE_CONTACT "${COJOB_MAINTAINER}")
set(CPACK_DEBIAN_PACKAGE_NAME libcojob-dev)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE all)
set(CPACK_DEBIAN_PACKAGE_SECTION libdevel)
# Debian 12 calls Boost 1.74 just Boost, and has 1.81 under names of its own.
string(
  CONCAT CPACK_DEBIAN_PACKAGE_DEPENDS
         "libboost1.81-dev | libboost-dev (>= ${COJOB_MINIMUM_BOOST}), "
         "libboost-json1.81-dev | libboost-json-dev (>= ${COJOB_MINIMUM_BOOST}), libssl-dev (>= ${COJOB_MINIMUM_OPENSSL})"
)
string(
  CONCAT CPACK_DEBIAN_PACKAGE_DESCRIPTION
         "cojob is a header-only library for REST APIs that run jobs: create a job,\n"
         "poll it until it ends, act on the result. It is built on Boost.Asio,\n"
         "Boost.Beast, Boost.JSON and OpenSSL."
)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

if(COJOB_BUILD_CLI)
  # A package of its own, because it is for one architecture.
  set(CPACK_INSTALL_CMAKE_PROJECTS "${PROJECT_BINARY_DIR};cojob;command;/")
  set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "command line for job APIs")
  set(CPACK_DEBIAN_PACKAGE_NAME cojob)
  unset(CPACK_DEBIAN_PACKAGE_ARCHITECTURE)
  set(CPACK_DEBIAN_PACKAGE_SECTION utils)
  set(CPACK_DEBIAN_PACKAGE_DEPENDS ca-certificates)
  set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
  set(CPACK_STRIP_FILES ON)
  string(
    CONCAT CPACK_DEBIAN_PACKAGE_DESCRIPTION
           "cojob creates, waits for and watches jobs of the Mintlify agent API and of\n"
           "OSAPI, and runs a mock server of these APIs."
  )
endif()

set(CPACK_PRE_BUILD_SCRIPTS "${CMAKE_CURRENT_LIST_DIR}/DebianFiles.cmake")
set(CPACK_COJOB_CHANGES "${PROJECT_SOURCE_DIR}/CHANGELOG.md")
include(CPack)
