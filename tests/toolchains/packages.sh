# shellcheck shell=bash
# Files of Debian packages, to be sourced with the project's root as working directory: of other releases and other
# architectures, unpacked into folders. Nothing is installed, and the machine's own lists of packages stay as they are.

# find_packages FOLDER ARCHITECTURE RELEASE...: reads the lists of the releases. Leaves apt's options for them in $apt_options.
find_packages() {
    local folder=$PWD/$1 architecture=$2 release repository
    grep -qx 'ID=debian' /etc/os-release || skip "other packages are looked for on Debian only"
    mkdir -p "$folder"/{lists,cache,archives}/partial
    release=$(debian_release)
    # shellcheck disable=SC2016 # apt-get knows what $(REPO_URI) is
    repository=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' "Codename: $release" 'Component: main' | sort -u)
    [[ -n $repository ]] || skip "this machine has no source of packages"
    for release in "${@:3}"; do
        printf 'deb %s %s main\n' "${repository%%$'\n'*}" "$release"
    done >"$folder/sources.list"
    apt_options=(-o Dir::Etc::sourcelist="$folder/sources.list" -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists="$folder/lists"
        -o Dir::State::status=/dev/null -o Dir::Cache="$folder/cache" -o Dir::Cache::archives="$folder/archives"
        -o APT::Sandbox::User="$(id -un)" -o APT::Architecture="$architecture" -o APT::Architectures="$architecture"
        -o Acquire::Languages=none -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false -o Acquire::Retries=1)
    apt-get "${apt_options[@]}" update || skip "the lists of other packages cannot be had"
}

# The release of this machine.
debian_release() { sed -n 's/^VERSION_CODENAME=//p' /etc/os-release; }

# unpack PACKAGE FOLDER, after find_packages.
unpack() {
    local download=$PWD/$2.download
    rm -rf "$download" "$2"
    mkdir -p "$download" "$2"
    (cd "$download" && apt-get "${apt_options[@]}" download "$1") || skip "$1 cannot be had"
    dpkg-deb -x "$download/$1"_*.deb "$2"
    rm -rf "$download"
}
