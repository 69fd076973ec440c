# Runs a port's portfile without vcpkg: cmake -D PORT_FOLDER=… -D TREE=… -P stand_ins.cmake. Each function does of vcpkg's what
# this port depends on, and refuses arguments that vcpkg's does not have.
cmake_minimum_required(VERSION 3.25)

get_filename_component(PORT "${PORT_FOLDER}" NAME)
set(CURRENT_PACKAGES_DIR "${TREE}/packages")
set(CURRENT_BUILDTREES_DIR "${TREE}/buildtrees")

function(run)
  execute_process(COMMAND ${ARGV} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

function(vcpkg_cmake_configure)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "SOURCE_PATH" "OPTIONS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "vcpkg_cmake_configure has no ${arg_UNPARSED_ARGUMENTS}")
  endif()
  run("${CMAKE_COMMAND}" -S "${arg_SOURCE_PATH}" -B "${CURRENT_BUILDTREES_DIR}" "-DCMAKE_INSTALL_PREFIX=${CURRENT_PACKAGES_DIR}"
      -DCMAKE_INSTALL_LIBDIR:STRING=lib ${arg_OPTIONS}
  )
endfunction()

function(vcpkg_cmake_install)
  run("${CMAKE_COMMAND}" --build "${CURRENT_BUILDTREES_DIR}" --target install)
endfunction()

# Moves the configuration to share/<port>, two folders below the prefix, and says so in its files.
function(vcpkg_cmake_config_fixup)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "CONFIG_PATH" "")
  set(folder "${CURRENT_PACKAGES_DIR}/share/${PORT}")
  file(RENAME "${CURRENT_PACKAGES_DIR}/${arg_CONFIG_PATH}" "${folder}")
  get_filename_component(parent "${CURRENT_PACKAGES_DIR}/${arg_CONFIG_PATH}" DIRECTORY)
  file(REMOVE_RECURSE "${parent}")
  set(up "get_filename_component(_IMPORT_PREFIX \"\${_IMPORT_PREFIX}\" PATH)\n")
  file(GLOB files "${folder}/*.cmake")
  foreach(file IN LISTS files)
    file(READ "${file}" text)
    string(REPLACE "${up}${up}${up}" "${up}${up}" text "${text}")
    string(REPLACE "/../../../" "/../../" text "${text}")
    file(WRITE "${file}" "${text}")
  endforeach()
endfunction()

function(vcpkg_fixup_pkgconfig)
endfunction()

function(vcpkg_install_copyright)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "" "FILE_LIST")
  file(COPY_FILE "${arg_FILE_LIST}" "${CURRENT_PACKAGES_DIR}/share/${PORT}/copyright")
endfunction()

include("${PORT_FOLDER}/portfile.cmake")

# What vcpkg refuses after an installation: no copyright, empty folders, configurations outside of share/<port>.
foreach(file IN ITEMS copyright usage ${PORT}Config.cmake)
  if(NOT EXISTS "${CURRENT_PACKAGES_DIR}/share/${PORT}/${file}")
    message(FATAL_ERROR "the port installs no share/${PORT}/${file}")
  endif()
endforeach()
file(GLOB_RECURSE all LIST_DIRECTORIES ON RELATIVE "${CURRENT_PACKAGES_DIR}" "${CURRENT_PACKAGES_DIR}/*")
foreach(path IN LISTS all)
  file(GLOB inside "${CURRENT_PACKAGES_DIR}/${path}/*")
  if(IS_DIRECTORY "${CURRENT_PACKAGES_DIR}/${path}" AND NOT inside)
    message(FATAL_ERROR "the port leaves an empty folder: ${path}")
  elseif(path MATCHES "\\.cmake$" AND NOT path MATCHES "^share/${PORT}/")
    message(FATAL_ERROR "the port leaves a configuration in ${path}")
  endif()
endforeach()
