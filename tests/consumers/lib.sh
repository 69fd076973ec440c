# shellcheck shell=bash
# shellcheck disable=SC2034 # what is assigned here is used there
# What the scripts of the consumers share, to be sourced with the project's root as working directory. Each makes a user's
# project in $tree, with README.md's blocks as they stand there, and runs it.

# shellcheck source=scripts/lib.sh
. scripts/lib.sh

root=$PWD
tree=$root/build/consumers/$(basename "$(dirname "$0")")
export CXX=${CXX:-g++} CMAKE_GENERATOR=Ninja # no build type: neither optimised nor with debug information, which compiles fastest
# What one consumer has compiled is good for the next: all have their clone in the same place of their tree.
export CCACHE_NOHASHDIR=1 CCACHE_BASEDIR=$tree
! have ccache || export CMAKE_CXX_COMPILER_LAUNCHER=ccache
warnings=(-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)

# Two programs: one that compiles in seconds, for where the way in is all that matters, and one that uses a good part of cojob.
smallest=test_package/main.cpp
larger=tests/consumers/main.cpp

# readme_block NAME: the code below README.md's comment `<!-- block: NAME -->`.
readme_block() {
    local block
    block=$(awk -v mark="<!-- block: $1 -->" '
        $0 == mark {found = 1; next}
        found && /^```/ {if (inside) exit; inside = 1; next}
        inside' "$root/README.md")
    [[ -n $block ]] || { echo "README.md has no block $1" >&2; return 1; }
    printf '%s\n' "$block"
}

# run_block NAME [SCRIPT]: a block of shell commands in the user's project, word by word but for what sed's script changes. `sudo`
# there runs the command.
run_block() {
    local block
    block=$(readme_block "$1" | sed "${2:-}")
    mkdir -p "$tree/bin"
    printf '#!/bin/sh\nexec "$@"\n' >"$tree/bin/sudo"
    chmod +x "$tree/bin/sudo"
    (cd "$tree" && PATH=$tree/bin:$PATH bash -euxc "$block")
}

# new_project: a project with a clone of cojob in it.
new_project() {
    rm -rf "$tree"
    mkdir -p "$tree/cojob"
    git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do
        [[ ! -e $file ]] || printf '%s\0' "$file"
    done | xargs -0 cp --parents -t "$tree/cojob"
    cp tests/consumers/CMakeLists.txt "$tree"
}

# cmake_block NAME [FLAVOUR]: the project uses this block, with another target than cojob::cojob where one is named.
cmake_block() {
    readme_block "$1" | sed "s/cojob::cojob/${2:-cojob::cojob}/" >"$tree/readme.cmake"
}

# builds NAME PROGRAM OPTION...: configures and builds the project in a folder of this name, and runs it.
builds() {
    local build=$tree/$1
    echo "== $*"
    cp "$2" "$tree/main.cpp"
    cmake -S "$tree" -B "$build" "${@:3}"
    cmake --build "$build" --parallel "$(build_jobs)"
    "$build/your_service"
}

# builds_with_asio_once NAME PROGRAM OPTION...: the same with COJOB_SEPARATE_ASIO. Asio's bodies are in its library, not in the program's file.
builds_with_asio_once() {
    builds "$1" "$2" -DCOJOB_SEPARATE_ASIO=ON "${@:3}"
    local body=' [TW] boost::asio::detail::scheduler::do_run_one' library program
    library=$(find "$tree/$1" -name libcojob_asio.a)
    program=$(find "$tree/$1" -name main.cpp.o)
    nm -C "$library" | grep "$body" >/dev/null || { echo "$library does not have Asio's bodies"; exit 1; }
    ! nm -C "$program" | grep "$body" || { echo "$program has bodies of Asio's"; exit 1; }
}

# refuses MESSAGE OPTION...: the project is not configured, and CMake says why.
refuses() {
    local said
    rm -rf "$tree/refused"
    ! said=$(cmake -S "$tree" -B "$tree/refused" "${@:2}" 2>&1) || { echo "configured: $*"; exit 1; }
    [[ $(tr -s ' \n' ' ' <<<"$said") == *"$1"* ]] || { echo "does not say \"$1\": $said"; exit 1; }
}

# install_cojob NAME [OPTION...]: README.md's commands, with these options in addition. The tree is moved afterwards, because an
# installed one may be moved, and its place is left in $prefix.
install_cojob() {
    prefix=$tree/$1
    rm -rf "$tree/cojob/build" "$tree/root"
    DESTDIR=$tree/root run_block install "s|cmake -S cojob|& ${*:2}|"
    mv "$tree/root/usr/local" "$prefix"
}
