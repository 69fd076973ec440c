"""What it costs to create many jobs and to wait for them, and what clients agree on with a server."""

import os
import statistics
import sys
import tempfile
import time

from clients import MANY_JOBS, ONE_REQUEST


class Log:
    """The lines that nginx writes for each request while something runs."""

    def __init__(self, file):
        self.file = file

    def of(self, action):
        """What the action returns, and the fields of each line."""
        begin = os.path.getsize(self.file)
        result = action()
        time.sleep(0.2)  # nginx writes a line after it has sent the response
        with open(self.file, encoding="utf-8") as file:
            file.seek(begin)
            return result, [line.split() for line in file]


def connections(lines):
    """{connection: whether it resumed a session}."""
    return {line[0]: line[1] == "r" for line in lines}


def many_jobs(runner, port, log, jobs, polls, rounds):
    """For each client the medians over some rounds. All must make the same requests."""
    runs = {c.name: [] for c in MANY_JOBS}
    for _ in range(rounds):
        for client in MANY_JOBS:
            begin = time.monotonic()
            used, lines = log.of(lambda c=client: runner.run(runner.command(c, port, jobs), jobs))
            if len(lines) != jobs * (1 + polls):
                sys.exit(f"{client.name} made {len(lines)} requests for {jobs} jobs")
            opened = connections(lines)
            runs[client.name].append({
                "seconds": time.monotonic() - begin - 0.2, "requests": len(lines), "connections": len(opened),
                "full_handshakes": sum(not resumed for resumed in opened.values()),
                "cpu_seconds": used.cpu_seconds, "peak": used.peak,
            })
    return [{"client": name, **{key: statistics.median(r[key] for r in all_runs) for key in all_runs[0]},
             "cpu_range": [f(r["cpu_seconds"] for r in all_runs) for f in (min, max)]} for name, all_runs in runs.items()]


def settings(runner, port, log):
    """What each client of one request does on the wire: its TLS, its socket, its bytes. A job must be there first."""
    found = []
    for client in ONE_REQUEST:
        with tempfile.NamedTemporaryFile(mode="r") as trace:
            command = runner.command(client, port, 4, 1)
            strace = ["strace", "-f", "-e", "trace=setsockopt", "-o", trace.name]
            _, lines = log.of(lambda c=[*strace, *command]: runner.run(c, "active"))
            found.append({"client": client.name, "protocol": lines[-1][2], "cipher": lines[-1][3], "request_bytes": int(lines[-1][4]),
                          "requests": len(lines), "connections": len(connections(lines)), "no_delay": "TCP_NODELAY, [1]" in trace.read()})
    return found
