# shellcheck shell=bash
# Starts servers that end with the script. Source it after scripts/lib.sh, with the project's root as working directory and the
# folder for the servers' files as its argument.

servers=$1
mkdir -p "$servers"
servers=$(cd "$servers" && pwd)

# free_ports COUNT: prints distinct free ports, one per line.
free_ports() {
    python3 -c '
import socket, sys
held = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(sys.argv[1]))]
for s in held:
    print(s.getsockname()[1])' "$1"
}

# Creates an authority, ca.pem, and a certificate for localhost that is valid for a day, in the servers' folder.
make_certificates() (
    cd "$servers" || exit 1
    {
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj "/CN=throwaway" \
            -keyout ca.key -out ca.pem &&
            openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=localhost" -keyout server.key \
                -out server.csr &&
            openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 1 -out server.pem \
                -extfile <(printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\n')
    } >openssl.log 2>&1 || { cat openssl.log; exit 1; }
)

# nginx directives, for the top level and for `http`: write only to the servers' folder, and end with the script.
nginx_basics() {
    printf '%s\n' "daemon off;" "master_process off;" "pid $servers/nginx.pid;" "error_log stderr warn;" "events {}"
}
nginx_http_basics() {
    printf '%s\n' "access_log off;"
    local kind
    for kind in client_body proxy fastcgi uwsgi scgi; do
        printf '%s\n' "${kind}_temp_path $servers/nginx-$kind;"
    done
    printf '%s\n' "ssl_protocols TLSv1.2 TLSv1.3;" "ssl_certificate $servers/server.pem;" \
        "ssl_certificate_key $servers/server.key;"
}

# install_nginx: installs nginx and openssl if they are missing.
install_nginx() {
    PATH=$PATH:/usr/sbin
    have nginx || apt_install nginx-light || exit 1
    have openssl || apt_install openssl || exit 1
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
