# shellcheck shell=bash
# What tests/conformance/prism and prism_proxy share: Prism, and the vendors' documents. To be sourced with the project's
# root as working directory, after scripts/lib.sh.

prism_version=5.14.2
# shellcheck source=scripts/servers.sh
. scripts/servers.sh build/conformance

skip() {
    echo "$*"
    exit 77
}

# The vendors' documents, which are no part of this project.
find_documents() {
    [[ -n ${COJOB_SPECS_DIR:-} ]] || skip "COJOB_SPECS_DIR is not set: there are no documents to check against"
    mintlify_document=$COJOB_SPECS_DIR/../conformance/mintlify-with-examples.json
    osapi_document=$COJOB_SPECS_DIR/osapi/internal/controller/api/job/gen/api.yaml
    deployments_document=$COJOB_SPECS_DIR/mintlify/openapi.json
    exports_document=$COJOB_SPECS_DIR/mintlify/static-export-openapi.json
    local document
    for document in "$mintlify_document" "$osapi_document" "$deployments_document" "$exports_document"; do
        [[ -e $document ]] || skip "COJOB_SPECS_DIR lacks the document ${document##*/}"
    done
}

# install_prism: sets `prism`. Skips where npm's registry cannot be reached.
install_prism() {
    local place=$servers/prism-$prism_version log=$servers/npm.log
    # shellcheck disable=SC2034 # it is for the scripts
    prism=$place/node_modules/.bin/prism
    [[ ! -e $place/complete ]] || return 0
    have npm || apt_install nodejs npm || exit 1
    mkdir -p "$place"
    if ! npm install --prefix "$place" --no-save --no-package-lock --no-audit --no-fund --loglevel=error \
        "@stoplight/prism-cli@$prism_version" >"$log" 2>&1 </dev/null; then
        cat "$log"
        ! grep -qE '(code|errno) (ENOTFOUND|EAI_AGAIN|ECONN[A-Z]*|E[A-Z]*TIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT)' "$log" ||
            skip "npm's registry cannot be reached: no Prism"
        exit 1
    fi
    touch "$place/complete"
}
