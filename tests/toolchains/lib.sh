# shellcheck shell=bash
# Builds cojob by a compiler command alone, to be sourced with the project's root as working directory: no compiled part of
# Boost is needed, so that another standard library, another Boost or another system can be tried by what is in headers.

# shellcheck source=scripts/lib.sh
. scripts/lib.sh

warnings=(-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -DBOOST_ASIO_NO_DEPRECATED)
# A script for another system sets these.
libraries=(-lssl -lcrypto -pthread)
runner=()
suffix= # of programs' names
test_options=()

# compile COMMAND...: with warnings, and with ccache if there is one.
compile() {
    local command=("$@" -std=c++20 "${warnings[@]}")
    ! have ccache || command=(ccache "${command[@]}")
    "${command[@]}"
}

# compile_apart COMMAND...: for a program that links the compiled library.
compile_apart() { compile "$@" -Iinclude -DCOJOB_SEPARATE_COMPILATION; }

# compile_library FOLDER COMMAND...: all function bodies, with Boost.JSON's, as FOLDER/cojob.o.
compile_library() {
    mkdir -p "$1"
    compile_apart "${@:2}" -DCOJOB_JSON_SOURCE -c src/cojob.cpp -o "$1/cojob.o"
}

# try_compiled FOLDER COMMAND...: the same program with separate compilation.
try_compiled() {
    local folder=$1
    compile_library "$@"
    compile_apart "${@:2}" -c tests/consumers/main.cpp -o "$folder/main.o"
    "${@:2}" "$folder/main.o" "$folder/cojob.o" -o "$folder/main" "${libraries[@]}"
    "${runner[@]}" "$folder/main"
}

# one_file_of FILE...: prints a program of the tests in these files, with Boost.Test from its headers.
one_file_of() {
    echo '#define BOOST_TEST_MODULE cojob'
    echo '#include <boost/test/included/unit_test.hpp>'
    printf '#include "%s"\n' "${@#tests/}"
}

# try_tests FOLDER/NAME FILE... -- COMMAND...: after compile_library or try_compiled, the tests in these files, compiled as one.
try_tests() {
    local name=$1 files=()
    shift
    while [[ $1 != -- ]]; do
        files+=("$1")
        shift
    done
    one_file_of "${files[@]}" >"$name.cpp"
    compile_apart "${@:2}" -Itests -c "$name.cpp" -o "$name.o"
    "${@:2}" "$name.o" "${name%/*}/cojob.o" -o "$name$suffix" "${libraries[@]}"
    timeout 900 "${runner[@]}" "$name$suffix" "${test_options[@]}"
}

# optional VARIABLE COMMAND...: runs the command, which sets the variable. Leaves it empty if the command calls skip.
optional() {
    local status=0 value
    value=$("${@:2}" >&2 && printf '%s' "${!1}") || status=$?
    ((status == 0 || status == 77)) || return "$status"
    printf -v "$1" '%s' "$value"
}
