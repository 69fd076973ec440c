# shellcheck shell=bash
# What tests/conformance/prism and prism_proxy share: Prism, and servers that end with the script. To be sourced with
# the project's root as working directory, after scripts/lib.sh.

prism_version=5.14.2
servers=build/conformance # logs, and everything else that servers write
mkdir -p "$servers"
servers=$(cd "$servers" && pwd)

skip() {
    echo "$*"
    exit 77
}

# The vendors' documents, which are no part of this project.
find_documents() {
    [[ -n ${COJOB_SPECS_DIR:-} ]] || skip "COJOB_SPECS_DIR is not set: there are no documents to check against"
    mintlify_document=$COJOB_SPECS_DIR/../conformance/mintlify-with-examples.json
    osapi_document=$COJOB_SPECS_DIR/osapi/internal/controller/api/job/gen/api.yaml
    local document
    for document in "$mintlify_document" "$osapi_document"; do
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

# free_ports COUNT: one a line, all different.
free_ports() {
    node -e '
        const ports = [...Array(+process.argv[1])].map(() => require("net").createServer().listen(0, "127.0.0.1"));
        let open = 0;
        for (const p of ports) p.on("listening", () => {
            if (++open < ports.length) return;
            for (const q of ports) { console.log(q.address().port); q.close(); }
        });' "$1"
}

children=()
stop_servers() {
    local pid
    for pid in "${children[@]}"; do
        kill "$pid" 2>/dev/null || true
    done
    wait
}
trap stop_servers EXIT
trap 'exit 143' INT TERM

# serve NAME PORT COMMAND...: starts a server and waits until it accepts connections.
serve() {
    local name=$1 port=$2 pid tries
    shift 2
    "$@" >"$servers/$name.log" 2>&1 </dev/null &
    pid=$!
    children+=("$pid")
    for ((tries = 0; tries < 600; ++tries)); do
        if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            return 0
        fi
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.1
    done
    tail -n 20 "$servers/$name.log"
    echo "$name did not start"
    exit 1
}
