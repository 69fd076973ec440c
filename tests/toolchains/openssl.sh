# shellcheck shell=bash
# OpenSSL 4.0, to be sourced with the project's root as working directory. Built from the source in the crate openssl-src, once for each
# version and system, without optimisation and without what TLS 1.2 and 1.3 with today's ciphers do not need.

openssl_crate=400.0.2 # OpenSSL 4.0.3
openssl_without=(apps argon2 aria autoload-config bf blake2 camellia capieng cast cmp cms comp ct default-thread-pool demos des docs dsa
    dso dtls ec2m ech gost hmac-drbg-kdf http idea krb5kdf legacy lms makedepend md4 mdc2 ml-dsa ml-kem module multiblock ocb ocsp
    pvkkdf quic rc2 rc4 rfc3779 rmd160 scrypt seed shared siphash siv slh-dsa sm2 sm3 sm4 snmpkdf srp srtp srtpkdf ssl-trace sshkdf
    tests thread-pool ts ui-console whirlpool)

# openssl_sources: leaves the folder of the source in $openssl_source. Under a lock, because two steps may run at once.
openssl_sources() {
    local folder=build/toolchains/openssl/crate-$openssl_crate
    openssl_source=$PWD/$folder/vendor/openssl-src/openssl
    mkdir -p "$folder/src"
    {
        flock 7
        [[ -e $folder/is-complete ]] || get_crate "$folder" openssl-src "$openssl_crate" || skip "the crate openssl-src cannot be had"
    } 7>"$folder.lock"
}

# get_crate FOLDER CRATE VERSION: unpacks its source as FOLDER/vendor/CRATE.
get_crate() {
    have cargo || with_packages cargo
    : >"$1/src/lib.rs"
    printf '[package]\nname = "sources"\nversion = "0.0.0"\n\n[dependencies]\n%s = "=%s"\n' "$2" "$3" >"$1/Cargo.toml"
    (cd "$1" && cargo vendor --quiet vendor >/dev/null) && touch "$1/is-complete"
}

# build_openssl TARGET [OPTION...]: leaves the folder with include/, libssl.a and libcrypto.a in $openssl. TARGET is a name of OpenSSL's.
build_openssl() {
    local log
    openssl=$PWD/build/toolchains/openssl/$openssl_crate-$1
    log=$openssl.log
    [[ ! -e $openssl/is-built ]] || return 0
    openssl_sources
    with_packages make perl
    rm -rf "$openssl"
    mkdir -p "$openssl"
    echo "building OpenSSL for $1"
    (
        cd "$openssl" && "$openssl_source/Configure" "$@" -O0 "${openssl_without[@]/#/no-}" &&
            make -s -j "$(build_jobs)" build_libs && cp -r "$openssl_source/include/." include
    ) >"$log" 2>&1 || { tail -n 40 "$log"; return 1; }
    touch "$openssl/is-built"
}

# build_openssl_for_windows: with mingw-w64's gcc. Most of what each of the 800 files includes is windows.h. Precompiling it more than
# halves the time of the build.
build_openssl_for_windows() {
    local compiler=x86_64-w64-mingw32- folder=$PWD/build/toolchains/openssl/windows-headers system=(-D_WIN32_WINNT=0x0501)
    mkdir -p "$folder"
    printf '#include <%s>\n' winsock2.h ws2tcpip.h windows.h >"$folder/all.h"
    [[ -e $folder/all.h.gch ]] || "${compiler}gcc" -m64 -O0 "${system[@]}" -DUNICODE -D_UNICODE -DWIN32_LEAN_AND_MEAN -D_MT -x c-header "$folder/all.h"
    build_openssl mingw64 --cross-compile-prefix="$compiler" "${system[@]}" -include "$folder/all.h"
}
