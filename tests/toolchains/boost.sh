# shellcheck shell=bash
# The headers of newer Boosts, up to 1.92, from the packages of later Debian releases. Source it with the project's root as working
# directory. A Boost after 1.92 is not tried until this limit is raised, so that its release cannot break CI.

# shellcheck source=tests/toolchains/packages.sh
. tests/toolchains/packages.sh

boosts=build/toolchains/boost

# find_boosts: leaves the available versions in $boost_versions. Under a lock, because two steps may run at once.
find_boosts() {
    mkdir -p "$boosts"
    {
        flock 7
        find_packages "$boosts" "$(dpkg --print-architecture)" stable unstable
    } 7>"$boosts.lock"
    mapfile -t boost_versions < <(apt-cache "${apt_options[@]}" search --names-only '^libboost1[.][0-9]+-dev$' |
        sed -n 's/^libboost\(1[.][0-9]*\)-dev .*/\1/p' | sort -Vu | awk -F . '$2 > 81 && $2 <= 92')
    ((${#boost_versions[@]})) || skip "no later release with a newer Boost can be had"
}

# boost_headers VERSION: unpacks its headers and leaves their folder in $headers.
boost_headers() {
    headers=$PWD/$boosts/$1/usr/include
    {
        flock 7
        [[ -e $headers/boost/version.hpp ]] || unpack "libboost$1-dev" "$boosts/$1"
    } 7>"$boosts.lock"
}

newest_boost() { find_boosts && boost_headers "${boost_versions[-1]}"; }
