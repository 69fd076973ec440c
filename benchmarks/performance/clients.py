"""The clients that are compared, and how one is run."""

import dataclasses
import os
import re
import select
import subprocess
import sys

BENCHMARKS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BASE = "Beast, by hand"


@dataclasses.dataclass(frozen=True)
class Client:
    """A program, or a script with its interpreter."""

    name: str
    program: str
    further: tuple = ()  # arguments after those that all have
    is_parallel: bool = True  # whether it can have several requests in flight
    warm_up: int = 0  # times the measured requests, before them: for a compiler at run time
    is_slow: bool = False  # with many in flight; then it makes fewer


ONE_REQUEST = [
    Client(BASE, "beast_loop"),
    Client("cojob, safe", "cojob_loop", ("safe",)),
    Client("cojob, single", "cojob_loop", ("single",)),
    Client("OpenSSL, blocking", "openssl_loop", is_parallel=False),
    Client("libcurl easy", "curl_loop", is_parallel=False),
    Client("libcurl multi", "curl_multi_loop"),
    Client("cpp-httplib", "httplib_loop", is_parallel=False),
    Client("node fetch", "node_loop.mjs", warm_up=1),
    Client("aiohttp", "aiohttp_loop.py"),
    Client("httpx", "httpx_loop.py", is_slow=True),
]
MANY_JOBS = [
    Client(BASE, "beast_jobs"),
    Client("cojob, safe", "cojob_jobs"),
    Client("cojob, single", "cojob_jobs", ("single",)),
    Client("node fetch", "node_jobs.mjs"),
    Client("aiohttp", "aiohttp_jobs.py"),
]


class Runner:
    """Runs clients: those of a folder of programs, and scripts beside their sources."""

    def __init__(self, programs, peers, authorities):
        self.programs, self.peers, self.authorities = programs, peers, authorities
        self.environment = {**os.environ, "NODE_EXTRA_CA_CERTS": authorities}

    def command(self, client, port, *arguments):
        """The whole command of a client."""
        folder = "jobs" if "_jobs" in client.program else "exchange"
        script = os.path.join(BENCHMARKS, folder, client.program)
        if client.program.endswith(".mjs"):
            begin = ["node", script]
        elif client.program.endswith(".py"):
            begin = [os.path.join(self.peers, client.program.split("_")[0], "bin", "python"), script]
        else:
            begin = [os.path.join(self.programs, folder, client.program)]
        return [*begin, str(port), self.authorities, *map(str, arguments), *client.further]

    def run(self, command, expected):
        """Runs a command that must print what is expected. Returns what it used."""
        child = subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE)
        printed, peak = b"", 0
        while True:
            peak = max(peak, resident_peak(child.pid))
            if select.select([child.stdout], [], [], 0.02)[0]:
                more = os.read(child.stdout.fileno(), 4096)
                if not more:
                    break
                printed += more
        child.stdout.close()
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode or printed.decode().strip() != str(expected):
            sys.exit(f"{' '.join(command)}: exit status {child.returncode}, printed: {printed.decode()}")
        return Used(used.ru_utime + used.ru_stime, peak / 1024)


@dataclasses.dataclass(frozen=True)
class Used:
    """What a process used."""

    cpu_seconds: float  # user and system
    peak: float  # resident memory in MB


def resident_peak(process):
    """The most that a process had resident, in KB. `ru_maxrss` does not tell it: that counts the memory of who started the process."""
    try:
        with open(f"/proc/{process}/status", encoding="utf-8") as file:
            found = re.search(r"^VmHWM:\s*(\d+)", file.read(), re.M)
    except OSError:
        found = None
    return int(found[1]) if found else 0
