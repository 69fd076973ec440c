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

# serve_jobs POLLS: serves jobs that can be created and complete with so many polls, over HTTPS. Sets `jobs_port`; jobs.log in the servers' folder
# has a line for each request: its connection, whether that resumed a TLS session (r), its protocol and cipher, and its bytes.
serve_jobs() {
    local ports
    mapfile -t ports < <(free_ports 2)
    jobs_port=${ports[0]}
    cat >"$servers/jobs.conf" <<EOF
$(nginx_basics | sed 's/nginx\.pid/jobs.pid/; s/^events {}/events { worker_connections 8192; }/')
http {
$(nginx_http_basics | grep -v '^access_log ')
    log_format connections '\$connection \$ssl_session_reused \$ssl_protocol \$ssl_cipher \$request_length \$status';
    access_log $servers/jobs.log connections;
    keepalive_requests 1000000;
    upstream jobs { server 127.0.0.1:${ports[1]}; keepalive 2048; }
    server {
        listen 127.0.0.1:$jobs_port ssl backlog=4096;
        location / { proxy_pass http://jobs; proxy_http_version 1.1; proxy_set_header Connection ""; }
    }
}
EOF
    serve jobs "${ports[1]}" benchmarks/jobs/job_server "${ports[1]}" "$1"
    serve jobs_nginx "$jobs_port" nginx -p "$servers" -c "$servers/jobs.conf" -e stderr
}
