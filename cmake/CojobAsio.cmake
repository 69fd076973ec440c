# With COJOB_SEPARATE_ASIO, one file of a program compiles Asio's function bodies, instead of every file that uses them.
# cojob's own build includes this file, and so does an installed cojobConfig.cmake: the program compiles Asio itself, because
# macros that change Asio (BOOST_ASIO_DISABLE_THREADS and others) must be the same in all of its files.

# Both kinds of bodies in one program would break the one-definition rule.
set(cojob_asio_bodies "in every file")
if(COJOB_SEPARATE_ASIO)
  set(cojob_asio_bodies "once")
endif()
get_property(cojob_asio_bodies_before GLOBAL PROPERTY COJOB_ASIO_BODIES)
if(cojob_asio_bodies_before AND NOT cojob_asio_bodies_before STREQUAL cojob_asio_bodies)
  message(
    FATAL_ERROR
      "cojob: COJOB_SEPARATE_ASIO has two values in one build. Asio was compiled ${cojob_asio_bodies_before} where cojob was "
      "added before, and would be compiled ${cojob_asio_bodies} here. Set it once, before cojob is added for the first time."
  )
endif()
set_property(GLOBAL PROPERTY COJOB_ASIO_BODIES "${cojob_asio_bodies}")

if(COJOB_SEPARATE_ASIO AND NOT TARGET cojob::asio)
  set(cojob_asio_source "${CMAKE_CURRENT_LIST_DIR}/asio.cpp")
  if(NOT EXISTS "${cojob_asio_source}")
    set(cojob_asio_source "${CMAKE_CURRENT_LIST_DIR}/../src/asio.cpp")
  endif()
  add_library(cojob_asio STATIC EXCLUDE_FROM_ALL "${cojob_asio_source}")
  add_library(cojob::asio ALIAS cojob_asio)
  target_compile_features(cojob_asio PUBLIC cxx_std_20)
  target_compile_definitions(cojob_asio PUBLIC BOOST_ASIO_SEPARATE_COMPILATION)
  target_link_libraries(cojob_asio PUBLIC Boost::headers OpenSSL::SSL OpenSSL::Crypto Threads::Threads)
  target_link_libraries(cojob_asio PUBLIC "$<$<PLATFORM_ID:Windows>:ws2_32;mswsock>")
  set_target_properties(cojob_asio PROPERTIES EXPORT_NAME asio POSITION_INDEPENDENT_CODE ON)
endif()
