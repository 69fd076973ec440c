# What our own tests and examples are built with. None of it reaches a user's targets.

option(COJOB_WARNINGS_AS_ERRORS "Make warnings in cojob's own code errors" OFF)

# To be linked privately; headers are checked through the sources that include them.
add_library(cojob_developer INTERFACE)
target_compile_options(
  cojob_developer INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow
                            $<$<BOOL:${COJOB_WARNINGS_AS_ERRORS}>:-Werror>
)

if(PROJECT_IS_TOP_LEVEL AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(COJOB_CCACHE ccache)
  mark_as_advanced(COJOB_CCACHE)
  if(COJOB_CCACHE)
    # Precompiled headers need the sloppiness; the base directory lets clones share a cache.
    set(CMAKE_CXX_COMPILER_LAUNCHER
        "${CMAKE_COMMAND};-E;env;CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime"
        "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR};CCACHE_NOHASHDIR=1;${COJOB_CCACHE}"
    )
    # ccache must see which headers a precompiled one stands for, and clang must not write a time into it.
    target_compile_options(
      cojob_developer INTERFACE $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>
                                $<$<CXX_COMPILER_ID:Clang>:SHELL:-Xclang -fno-pch-timestamp>
    )
  endif()
endif()
