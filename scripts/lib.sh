# shellcheck shell=bash
# Functions of the scripts and .ci/run. Source it with the project's root as working directory.

say() { printf 'cojob: %s\n' "$*" >&2; }

have() { command -v "$1" >/dev/null 2>&1; }

# Whether a library can be linked. g++ prints the bare name if it does not find the file.
can_link() {
    local suffix
    for suffix in so a; do
        [[ $(g++ -print-file-name="lib$1.$suffix" 2>/dev/null) == /* ]] && return
    done
    return 1
}

# The value of a header's macro as a number; 0 without the header.
header_number() {
    local number
    number=$(printf '#include <%s>\n%s\n' "$1" "$2" | g++ -E -P -x c++ - 2>/dev/null | tail -n 1) || number=
    [[ $number =~ ^[0-9]+$ ]] && echo "$number" || echo 0
}

# The value of a header's macro as text, without quotes.
header_text() { printf '#include <%s>\n%s\n' "$1" "$2" | g++ -E -P -x c++ - 2>/dev/null | tail -n 1 | tr -d '" '; }

cmake_is_new_enough() {
    local version
    have cmake || return 1
    version=$(cmake --version | sed -n '1s/[^0-9]*\([0-9.]*\).*/\1/p')
    [[ $(printf '3.25\n%s\n' "$version" | sort -V | head -n 1) == 3.25 ]]
}

# In Debian 12 the packages without a version are Boost 1.74. In later releases they are newer, and the versioned ones are absent.
boost_package() {
    if have apt-cache && [[ -z $(apt-cache search --names-only '^libboost1\.81-dev$' 2>/dev/null) ]] &&
        [[ -n $(apt-cache search --names-only "^libboost${1}-dev$" 2>/dev/null) ]]; then
        echo "libboost$1-dev"
    else
        echo "libboost${1}1.81-dev"
    fi
}

missing=()  # packages
why=()      # one line each
needs() {
    missing+=("$1")
    why+=("$1: $2")
}

# find_missing build|tests|docs: sets `missing` to the packages that the build, the tests or the site needs.
find_missing() {
    missing=() why=()
    if [[ $1 == docs ]]; then
        have doxygen || needs doxygen "makes the pages"
        have dot || needs graphviz "draws the picture of the architecture"
        have python3 || needs python3 "prepares the pages and checks them"
        # Optional: without it, the check of the search reports that it was skipped.
        have node || have duk || ! can_apt_install || needs duktape "runs the site's search in its check"
        return
    fi
    have g++ || needs g++ "the compiler, C++20"
    cmake_is_new_enough || needs cmake "the build system, 3.25 or newer"
    have ninja || needs ninja-build "runs the build"
    # A Boost or OpenSSL in a place of its own is for CMake to find.
    if [[ -z ${CMAKE_PREFIX_PATH:-}${BOOST_ROOT:-}${Boost_ROOT:-} ]]; then
        (($(header_number boost/version.hpp BOOST_VERSION) >= 108100)) ||
            needs "$(boost_package '')" "Boost 1.81 or newer: Asio and Beast"
        can_link boost_json || needs "$(boost_package -json)" "Boost.JSON"
        [[ $1 != tests ]] || can_link boost_unit_test_framework ||
            needs "$(boost_package -test)" "Boost.Test"
    fi
    if [[ -z ${CMAKE_PREFIX_PATH:-}${OPENSSL_ROOT_DIR:-} ]]; then
        (($(header_number openssl/opensslv.h OPENSSL_VERSION_MAJOR) >= 3)) || needs libssl-dev "OpenSSL 3"
    fi
    # Two optional packages: they are not a reason to stop or to ask.
    ((${#missing[@]})) || { is_agreed && can_apt_install; } || return 0
    have ccache || needs ccache "makes the second build fast"
    [[ -e /etc/ssl/certs/ca-certificates.crt || ! -e /etc/debian_version ]] ||
        needs ca-certificates "the authorities that HTTPS trusts"
}

# apt_install PACKAGE...: installs quietly; shows apt's output if it fails. Under a lock, because apt does not wait for another apt.
apt_install() {
    local as_root=() log
    [[ $(id -u) == 0 ]] || as_root=(sudo)
    log=$(mktemp)
    mkdir -p build
    # sudo asks for a password here, where the prompt is visible. Without a terminal it must not need one.
    [[ $(id -u) == 0 ]] || { [[ -t 0 ]] && sudo -v; } || as_root+=(-n)
    if ! (
        flock 9 && "${as_root[@]}" apt-get update &&
            "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-remove --no-install-recommends "$@"
    ) >"$log" 2>&1 </dev/null 9>build/apt.lock; then
        tail -n 20 "$log" >&2
        rm -f "$log"
        return 1
    fi
    rm -f "$log"
}

# Whether packages can be installed without a password.
can_apt_install() {
    have apt-get && { [[ $(id -u) == 0 ]] || sudo -n true 2>/dev/null; }
}

# Whether to install without asking: as root (a container, or a deliberate choice), in CI, and with COJOB_YES (the scripts' --yes).
is_agreed() { [[ $(id -u) == 0 || -n ${CI:-}${COJOB_YES:-} ]]; }

# may_install COMMAND: whether COMMAND, which installs packages, may run. Asks on a terminal.
may_install() {
    local answer
    have apt-get || return 1
    [[ $(id -u) == 0 ]] || have sudo || return 1
    ! is_agreed || return 0
    [[ -t 0 && -t 2 ]] || return 1
    say "this installs them:"
    printf '  %s\n' "$1" >&2
    read -rp 'cojob: run it? [y/N] ' answer
    [[ $answer == [yY] || $answer == [yY][eE][sS] ]]
}

# take_yes ARGUMENT...: sets `arguments` to the arguments without --yes, and COJOB_YES if it was there.
take_yes() {
    local argument
    arguments=()
    for argument in "$@"; do
        if [[ $argument == --yes ]]; then
            COJOB_YES=1
        else
            arguments+=("$argument")
        fi
    done
}

# skip WHY: ends a step of .ci/run as skipped.
skip() {
    echo "$*"
    exit 77
}

# with_packages PACKAGE...: installs those that are missing.
with_packages() {
    local package absent=()
    for package in "$@"; do
        [[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || absent+=("$package")
    done
    ((${#absent[@]})) || return 0
    can_apt_install || skip "needs ${absent[*]}, and nothing can be installed here"
    apt_install "${absent[@]}" || exit 1
}

# install_missing build|tests|docs: installs missing packages if allowed, or says what to do and exits with 2.
install_missing() {
    local command
    find_missing "$1"
    ((${#missing[@]})) || return 0
    say "missing here:"
    printf '  %s\n' "${why[@]}" >&2
    command="sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing[*]}"
    if may_install "$command"; then
        say "installing ${missing[*]}"
        apt_install "${missing[@]}" || {
            say "apt-get could not install them without removing packages (the -dev packages of another Boost conflict with those of 1.81)"
            exit 2
        }
        find_missing "$1"
        ((${#missing[@]} == 0)) || {
            say "installed, but still not found: ${missing[*]}"
            exit 2
        }
    elif have apt-get; then
        say "nothing was installed; run this command, or run the script again with --yes:"
        printf '%s\n' "$command" >&2
        exit 2
    else
        say "please install them (the names are those of Debian's packages)"
        exit 2
    fi
}

# install_release FOLDER PACKAGE RELEASE: from the Python package index, into FOLDER/bin. Exits with 77 and why in its last line
# where the index cannot be reached.
install_release() {
    local folder=$1 package=$2 release=$3 log=$1.log
    [[ ! -x $folder/bin/pip || ! -e $folder/$package-$release ]] || return 0
    have python3 || { echo "needs python3 (Debian: apt-get install python3 python3-venv)"; exit 1; }
    mkdir -p "$(dirname "$folder")"
    python3 -m venv --clear "$folder" || {
        echo "python3 cannot make a virtual environment (Debian: apt-get install python3-venv)"
        exit 1
    }
    if "$folder/bin/pip" install --disable-pip-version-check --retries 1 --timeout 20 "$package==$release" >"$log" 2>&1; then
        touch "$folder/$package-$release"
        return
    fi
    cat "$log"
    if grep -qE 'connection broken by|connection error|Connection aborted|timed out' "$log"; then
        echo "the Python package index cannot be reached"
        exit 77
    fi
    echo "$package $release cannot be installed"
    exit 1
}

# The number of parallel compilations: limited by processors and memory, because one takes up to about 2 GB.
build_jobs() {
    local processors memory
    [[ -z ${CMAKE_BUILD_PARALLEL_LEVEL:-} ]] || { echo "$CMAKE_BUILD_PARALLEL_LEVEL"; return; }
    processors=$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
    memory=$(awk '/^MemAvailable:/ {print int($2 / 2000000)}' /proc/meminfo 2>/dev/null) || memory=
    [[ -n $memory ]] && ((memory < processors)) && processors=$((memory > 0 ? memory : 1))
    echo "$processors"
}

# quietly LOG COMMAND...: shows the log when the command fails, and Ninja's progress on a terminal.
quietly() {
    local log=$1 line status
    shift
    mkdir -p "$(dirname "$log")"
    if [[ -t 2 ]]; then
        NINJA_STATUS='[%f/%t] ' "$@" 2>&1 </dev/null | while IFS= read -r line; do
            printf '%s\n' "$line"
            [[ $line =~ ^(\[[0-9]+/[0-9]+\])\  ]] && printf '\r  %s ' "${BASH_REMATCH[1]}" >&2
        done >"$log"
        status=${PIPESTATUS[0]}
        printf '\r\033[K' >&2
    else
        "$@" >"$log" 2>&1 </dev/null
        status=$?
    fi
    if ((status)); then
        # From the first failure on; the beginning says more than the end.
        awk '/^(FAILED:|CMake Error)/ {found = 1} found' "$log" | head -n 200 >&2
        grep -qE '^(FAILED:|CMake Error)' "$log" || tail -n 50 "$log" >&2
        say "failed: $*"
        say "the whole log: $log"
        return 1
    fi
    # A warning that is no error yet should not pass unseen.
    grep -E 'warning: ' "$log" >&2 || true
}

# one_at_a_time PRESET COMMAND...: runs COMMAND under a lock, so that scripts do not build the same preset at the same time.
one_at_a_time() {
    local preset=$1
    shift
    have flock || { "$@"; return; }
    flock "build/$preset.lock" "$@"
}

# configure PRESET [OPTION...]
configure() {
    local preset=$1 options=() cache="build/$1/CMakeCache.txt"
    shift
    [[ -z ${CI:-} ]] || options+=(-DCOJOB_WARNINGS_AS_ERRORS=ON)
    # A copied or moved tree does not match its cache.
    if [[ -e $cache ]] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$PWD" "$cache"; then
        options+=(--fresh)
    fi
    quietly "build/$preset/configure.log" one_at_a_time "$preset" cmake --preset "$preset" "${options[@]}" "$@"
}

# build PRESET [OPTION...]
build() {
    local preset=$1
    shift
    quietly "build/$preset/build.log" one_at_a_time "$preset" cmake --build --preset "$preset" --parallel "$(build_jobs)" "$@"
}
