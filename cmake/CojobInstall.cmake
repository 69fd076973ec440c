# What find_package(cojob CONFIG) and pkg-config find.

include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

# Headers are the same for every architecture, a library is not: Debian wants them apart, and CMake and pkg-config look in both.
set(package_room "${CMAKE_INSTALL_DATADIR}")
if(COJOB_INSTALL_COMPILED)
  set(package_room "${CMAKE_INSTALL_LIBDIR}")
endif()
set(package_dir "${package_room}/cmake/cojob")
set(pkgconfig_dir "${package_room}/pkgconfig")

install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/cojob" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DATADIR}/licenses/cojob")
install(TARGETS cojob EXPORT cojobTargets)
install(EXPORT cojobTargets NAMESPACE cojob:: DESTINATION "${package_dir}")

configure_package_config_file(
  "${CMAKE_CURRENT_LIST_DIR}/cojobConfig.cmake.in" "${PROJECT_BINARY_DIR}/cojobConfig.cmake"
  INSTALL_DESTINATION "${package_dir}"
)
# Before 1.0 a minor version may change names.
write_basic_package_version_file(
  "${PROJECT_BINARY_DIR}/cojobConfigVersion.cmake" COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT
)
install(FILES "${PROJECT_BINARY_DIR}/cojobConfig.cmake" "${PROJECT_BINARY_DIR}/cojobConfigVersion.cmake"
              "${PROJECT_SOURCE_DIR}/cmake/CojobAsio.cmake" "${PROJECT_SOURCE_DIR}/src/asio.cpp"
        DESTINATION "${package_dir}"
)

# Relative, so that an installed tree can be moved.
file(RELATIVE_PATH prefix_from_pkgconfig "/${pkgconfig_dir}" "/")

set(system_libs "")
if(WIN32)
  set(system_libs " -lws2_32 -lmswsock")
endif()

# cojob_pkg_config(NAME DESCRIPTION CFLAGS LIBS)
function(cojob_pkg_config name description cflags libs)
  configure_file("${CMAKE_CURRENT_FUNCTION_LIST_DIR}/cojob.pc.in" "${PROJECT_BINARY_DIR}/${name}.pc" @ONLY)
  install(FILES "${PROJECT_BINARY_DIR}/${name}.pc" DESTINATION "${pkgconfig_dir}")
endfunction()
cojob_pkg_config(cojob "Coroutine client for job APIs, header-only" "" "")

if(COJOB_INSTALL_COMPILED)
  set_target_properties(cojob_compiled PROPERTIES EXCLUDE_FROM_ALL OFF)
  install(TARGETS cojob_compiled EXPORT cojobCompiledTargets)
  install(EXPORT cojobCompiledTargets NAMESPACE cojob:: DESTINATION "${package_dir}")
  set(definitions "-DCOJOB_SEPARATE_COMPILATION")
  set(libraries "-lcojob")
  if(cojob_library_type STREQUAL "SHARED_LIBRARY")
    string(APPEND definitions " -DCOJOB_SHARED")
  endif()
  if(COJOB_SEPARATE_ASIO)
    set_target_properties(cojob_asio PROPERTIES EXCLUDE_FROM_ALL OFF)
    install(TARGETS cojob_asio EXPORT cojobCompiledTargets)
    string(APPEND definitions " -DBOOST_ASIO_SEPARATE_COMPILATION")
    string(APPEND libraries " -lcojob_asio")
  endif()
  cojob_pkg_config(
    cojob-compiled "Coroutine client for job APIs, compiled once" "${definitions}" "-L\${libdir} ${libraries} ${cojob_drops_unused}"
  )
endif()

if(PROJECT_IS_TOP_LEVEL AND NOT COJOB_INSTALL_COMPILED)
  include(CojobPackage)
endif()
