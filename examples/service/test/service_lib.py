"""The mock server, the service and a page that listens, as the tests drive them."""

import contextlib
import http.client
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time
import uuid

FOLDER = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build/dev/examples").resolve()
PATIENCE = 20  # seconds for anything that should happen


def until(what, condition):
    """Waits for a condition that another process brings about."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"in vain: {what}")


def lines_until(stream, last):
    """The lines before this one. A stream that ends without it is a failure."""
    lines = []
    for line in stream:
        if line == last:
            return lines
        lines.append(line)
    raise AssertionError(f"ended early: {lines}")


class Mock:
    """examples/support/mock: jobs stay active until they are told otherwise."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen([FOLDER / "mock", *(arguments or ("active",))], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)
        self.environment = dict(line.rstrip("\n").split("=", 1) for line in lines_until(self.process.stdout, "\n"))

    def say(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "done\n"

    def requests(self):
        """Ends it. Each request as a line."""
        return self.process.communicate(timeout=PATIENCE)[0].splitlines()

    def posts(self):
        return [line for line in self.requests() if line.startswith("POST")]

    def close(self):
        if self.process.poll() is None:
            self.process.communicate(timeout=PATIENCE)


class Service:
    """The program, in a folder of its own, which a second start with the same folder takes over."""

    def __init__(self, mock, data, *options, port=0):
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen([FOLDER / "service" / "service", "--port", str(port), "--data", data, "--poll-every", "50", *options],
                                        env={**os.environ, **mock.environment}, stdout=subprocess.PIPE, stderr=self.errors, text=True)
        said = self.process.stdout.readline()
        match = re.fullmatch(r"Listening on http://(\S+):(\d+)/\n", said)
        assert match, (said, self.stderr())
        self.port = int(match[2])
        self.origin = f"http://127.0.0.1:{self.port}"

    def stderr(self):
        self.errors.seek(0)
        return self.errors.read()

    def ask(self, method, path, body=None, **headers):
        """(status, headers, text) of a request. A header None is left out; underscores become hyphens."""
        given = {"Host": f"127.0.0.1:{self.port}", **{name.replace("_", "-"): value for name, value in headers.items()}}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        with contextlib.closing(connection):
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            data = body.encode() if isinstance(body, str) else body
            if data is not None:
                given.setdefault("Content-Length", str(len(data)))
            for name, value in given.items():
                if value is not None:
                    connection.putheader(name, value)
            connection.endheaders(data)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()

    def create(self, page, prompt, key=None, **headers):
        """The status and the key of a creation as the page sends it."""
        key = key or str(uuid.uuid4())
        given = {"Origin": self.origin, "X_Page_Token": page.token, "Content_Type": "application/json", **headers}
        return self.ask("POST", "/jobs", json.dumps({"key": key, "prompt": prompt}), **given)[0], key

    def metric(self, name):
        text = self.ask("GET", "/metrics")[2]
        return float(re.search(rf"^{re.escape(name)} (\S+)$", text, re.M)[1])

    def terminate(self):
        """Ends it with SIGTERM. How many milliseconds that took by its own clock, and when its alarm would have ended it; nothing if the
        alarm has."""
        self.process.terminate()
        self.process.wait(PATIENCE)
        said = re.search(r"^Ended after (\d+) ms of at most (\d+)\n", self.process.stdout.read(), re.M)
        return [int(number) for number in said.groups()] if said else []

    def kill(self):
        self.process.kill()
        self.process.wait(PATIENCE)

    def close(self):
        try:
            if self.process.poll() is None:
                self.terminate()
        finally:
            self.kill()
        self.process.stdout.close()
        self.errors.close()


class Page:
    """What a browser does with the event stream."""

    def __init__(self, service, last_id=None, path="/events", receive_buffer=None):
        self.jobs, self.uses, self.token, self.last_id, self.kinds = {}, None, None, last_id, []
        self.socket = socket.socket()
        self.socket.settimeout(PATIENCE)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)  # before the window is agreed on
        self.socket.connect(("127.0.0.1", service.port))
        last = f"Last-Event-ID: {last_id}\r\n" if last_id else ""
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{service.port}\r\n{last}\r\n".encode())
        self.lines = self.socket.makefile("r", encoding="utf-8", newline="\n")
        self.status = int(self.lines.readline().split()[1])
        self.head = lines_until(self.lines, "\r\n")

    def read(self):
        """One event; False at the end of the stream."""
        event = {}
        for line in self.lines:
            if line == "\n":
                break
            name, _, value = line.rstrip("\n").partition(": ")
            event[name] = value
        else:
            return False
        if "event" not in event:
            return True
        self.kinds.append(event["event"])
        self.last_id = event.get("id", self.last_id)
        told = json.loads(event["data"])
        if event["event"] == "hello":
            self.token = told["token"]
            return True
        if event["event"] == "snapshot":
            self.jobs.clear()
        for key in told["gone"]:
            self.jobs.pop(key, None)
        self.jobs.update({job["key"]: job for job in told["jobs"]})
        self.uses = told["uses"]
        return True

    def until(self, condition):
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end and self.read(), f"in vain: {self.jobs} {self.uses}"
        return self

    def until_job(self, key, condition):
        self.until(lambda: key in self.jobs and condition(self.jobs[key]))
        return self.jobs[key]

    def until_state(self, key, state):
        return self.until_job(key, lambda job: job["state"] == state)

    def close(self):
        self.lines.close()
        self.socket.close()
