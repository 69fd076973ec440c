# shellcheck shell=bash
# Builds cojob by a compiler command alone, to be sourced with the project's root as working directory: no compiled part of
# Boost is needed, so that another standard library or another Boost can be tried by what is in headers.

# shellcheck source=scripts/lib.sh
. scripts/lib.sh

warnings=(-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -DBOOST_ASIO_NO_DEPRECATED)
# A script for another system sets these.
libraries=(-lssl -lcrypto -pthread)
runner=()
test_options=()

# try_library FOLDER COMMAND...: a user's program, header-only from the single header, and compiled apart from the library.
try_library() {
    local folder=$1 command=("${@:2}" -std=c++20 "${warnings[@]}")
    ! have ccache || command=(ccache "${command[@]}")
    rm -rf "$folder"
    mkdir -p "$folder"
    {
        echo '#include <cojob_testing.hpp>'
        grep -v '^#include <cojob/' tests/consumers/main.cpp
    } >"$folder/single.cpp"
    "${command[@]}" -Isingle_include -c "$folder/single.cpp" -o "$folder/single.o"
    "${@:2}" "$folder/single.o" -o "$folder/single" "${libraries[@]}"
    "$folder/single"

    command+=(-Iinclude -DCOJOB_SEPARATE_COMPILATION)
    "${command[@]}" -DCOJOB_JSON_SOURCE -c src/cojob.cpp -o "$folder/cojob.o"
    "${command[@]}" -c tests/consumers/main.cpp -o "$folder/main.o"
    "${@:2}" "$folder/main.o" "$folder/cojob.o" -o "$folder/main" "${libraries[@]}"
    "$folder/main"
}

# compile_library FOLDER COMMAND...: all function bodies, with Boost.JSON's, as FOLDER/cojob.o.
compile_library() {
    local command=("${@:2}" -std=c++20 "${warnings[@]}" -Iinclude -DCOJOB_SEPARATE_COMPILATION -DCOJOB_JSON_SOURCE)
    ! have ccache || command=(ccache "${command[@]}")
    mkdir -p "$1"
    "${command[@]}" -c src/cojob.cpp -o "$1/cojob.o"
}

# try_unit_tests FOLDER COMMAND...: after try_library or compile_library, all unit tests in one file, with Boost.Test from its headers.
try_unit_tests() {
    local folder=$1 command=("${@:2}" -std=c++20 "${warnings[@]}" -Iinclude -Itests -DCOJOB_SEPARATE_COMPILATION)
    ! have ccache || command=(ccache "${command[@]}")
    {
        echo '#define BOOST_TEST_MODULE cojob'
        echo '#include <boost/test/included/unit_test.hpp>'
        printf '#include "unit/%s"\n' tests/unit/*.cpp | sed 's#tests/unit/##'
    } >"$folder/unit.cpp"
    "${command[@]}" -c "$folder/unit.cpp" -o "$folder/unit.o"
    "${@:2}" "$folder/unit.o" "$folder/cojob.o" -o "$folder/unit" "${libraries[@]}"
    "${runner[@]}" "$folder/unit" "${test_options[@]}"
}
