# shellcheck shell=bash
# The server that all clients are measured against. Source it after scripts/servers.sh.

# Serves a job of the Mintlify agent API, over HTTPS. Sets `ports`: of connections that are kept, with responses that take 3 ms; of
# those that are closed after each response and can be resumed; of those that cannot; and of the first without the 3 ms.
serve_a_job() {
    local body='{"id":"job_1","status":"active","source":{"repository":"https://github.com/org/repo","ref":"mintlify/b1"},"model":"sonnet","prLink":null,"createdAt":"2026-01-02T03:04:05.000Z","archivedAt":null}'
    mapfile -t ports < <(free_ports 4)
    # shellcheck disable=SC2154
    cat >"$servers/nginx.conf" <<EOF
$(nginx_basics)
http {
$(nginx_http_basics)
    keepalive_requests 1000000;
    server {
        listen 127.0.0.1:${ports[3]} ssl;
        location / { default_type application/json; return 200 '$body'; }
    }
    server { # closes after each response; its sessions can be resumed
        listen 127.0.0.1:${ports[1]} ssl;
        keepalive_timeout 0;
        location / { default_type application/json; return 200 '$body'; }
    }
    server { # likewise, but they cannot
        listen 127.0.0.1:${ports[2]} ssl;
        keepalive_timeout 0;
        ssl_session_tickets off;
        ssl_session_cache off;
        location / { default_type application/json; return 200 '$body'; }
    }
}
EOF
    serve nginx "${ports[3]}" nginx -p "$servers" -c "$servers/nginx.conf" -e stderr
    serve relay "${ports[0]}" benchmarks/exchange/delay_relay "${ports[0]}" "${ports[3]}" 3
}
