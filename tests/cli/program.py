"""Runs the command and its mock server. All output is kept, so that a test can say that no key was in it."""

import os
import pathlib
import subprocess
import tempfile

from terminal import Session

KEY = "mint_0123456789abcdefKEY"
program = ""  # the path of the command
seen = []  # all that it ever printed


def lines_until(stream, is_last):
    """The lines of a program before the first one that is_last accepts. A program that ends without it has failed."""
    lines = []
    for line in stream:
        if is_last(line):
            return lines
        lines.append(line)
    raise AssertionError(f"the program ended early: {''.join(lines)}")


class Mock:
    """`cojob mock` as a process, and an environment for its clients."""

    def __init__(self, *arguments):
        self.folder = tempfile.TemporaryDirectory()
        path = pathlib.Path(self.folder.name)
        (path / "key").write_text(KEY + "\n")
        command = [program, "mock", "--until-eof", "--report", "--ca-out", path / "ca.pem", "--key-file", path / "key", *arguments]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")
        self.environment = {"PATH": f"{pathlib.Path(program).parent}:{os.environ['PATH']}", "TERM": "xterm", "LANG": "C.UTF-8",
                            "MINTLIFY_API_KEY": KEY, "COJOB_OSAPI_TOKEN": KEY}
        self.jobs = []
        for line in lines_until(self.process.stdout, lambda line: line == "\n"):
            name, _, value = line.rstrip("\n").partition("=")
            if name.startswith("# job "):
                self.jobs.append(name[6:])
            else:
                self.environment[name] = value

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.requests()
        self.folder.cleanup()

    def file(self, name):
        return str(pathlib.Path(self.folder.name) / name)

    def requests(self, method=""):
        """Ends the server. Returns the requests that it got, of this method."""
        if self.process.poll() is None:
            self.report = self.process.communicate(timeout=20)[0]
            seen.append(self.report.encode())
        return [line for line in self.report.splitlines() if line.startswith(method)]

    def run(self, *arguments, text="", **environment):
        """Runs the command with pipes. Returns what it printed, with its status."""
        done = subprocess.run([program, *arguments], input=text.encode(), capture_output=True, timeout=120, check=False,
                              env={**self.environment, **environment})
        seen.extend([done.stdout, done.stderr])
        done.out, done.err = done.stdout.decode(), done.stderr.decode()
        return done

    def on_terminal(self, *arguments, columns=80, rows=24, **environment):
        session = Session([program, *arguments], {**self.environment, **environment}, columns, rows)
        seen.append(session)
        return session


def everything():
    return b"".join(one.output if isinstance(one, Session) else one for one in seen)
