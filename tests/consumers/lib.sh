# shellcheck shell=bash
# shellcheck disable=SC2034 # what is assigned here is used there
# What the scripts of the consumers share, to be sourced with the project's root as working directory. Each builds a user's
# project from scratch and runs it.

# shellcheck source=scripts/lib.sh
. scripts/lib.sh

trees=$PWD/build/consumers/$(basename "$(dirname "$0")")
export CCACHE_NOHASHDIR=1 # what one consumer has compiled is good for the next
cmake_options=(-G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_COMPILER="${CXX:-g++}")
! have ccache || cmake_options+=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
warnings=(-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)

# cmake_consumer NAME OPTION...: tests/consumers/NAME, built and run.
cmake_consumer() {
    local name=$1 tree=$trees/$1
    shift
    echo "== $name $*"
    rm -rf "$tree"
    cmake -S "tests/consumers/$name" -B "$tree" "${cmake_options[@]}" "$@"
    cmake --build "$tree" --parallel "$(build_jobs)"
    "$tree/consumer"
}

# installed static|shared: installs both flavours, moves the tree, because an installed one may be moved, and leaves its place
# in $prefix. Libraries are where this system has them.
installed() {
    local kind=$1 tree=$trees/installed-$1 shared=OFF
    [[ $kind == static ]] || shared=ON
    rm -rf "$tree"
    cmake -S . -B "$tree/build" "${cmake_options[@]}" -DCOJOB_BUILD_TESTS=OFF -DCOJOB_BUILD_EXAMPLES=OFF \
        -DCOJOB_INSTALL_COMPILED=ON -DBUILD_SHARED_LIBS=$shared -DCMAKE_INSTALL_PREFIX="$tree/first" \
        -DCMAKE_INSTALL_LIBDIR="lib/$(g++ -print-multiarch)"
    cmake --build "$tree/build"
    cmake --install "$tree/build" >"$tree/install.log"
    mv "$tree/first" "$tree/prefix"
    prefix=$tree/prefix
}
