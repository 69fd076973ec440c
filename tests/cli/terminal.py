"""A program on a pseudo-terminal, and what its screen shows."""

import fcntl
import os
import pty
import re
import select
import struct
import termios
import time
import unicodedata

TOKEN = re.compile(r"\x1b\[([0-9;]*)([A-Za-z])|(\r)|(\n)|([^\x1b\r\n]+)|(.)", re.S)


def width(character):
    """Cells of a character."""
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


class Screen:
    """As much of a terminal as the command uses. Anything else is a failure, and so is a line that reaches over the edge."""

    def __init__(self, columns, rows):
        self.columns, self.rows, self.lines, self.row, self.column = columns, rows, [""], 0, 0
        self.faults = []
        self.before_redraw = lambda: None

    def feed(self, text):
        for token in TOKEN.finditer(text):
            numbers, letter, cr, lf, plain, other = token.groups()
            if letter:
                self.control(letter, numbers)
            elif cr:
                self.column = 0
            elif lf:
                self.down()
            elif plain:
                self.write(plain)
            else:
                self.faults.append(f"unexpected {other!r}")

    def control(self, letter, numbers):
        if letter == "A":
            self.before_redraw()
            self.row -= int(numbers or 1)
            if self.row < 0:
                self.faults.append("the cursor left the screen at the top")
                self.row = 0
        elif letter == "K" and numbers == "2":
            self.lines[self.row] = ""
        elif letter == "K":
            self.lines[self.row] = self.lines[self.row][: self.column]
        elif letter == "J" and numbers == "2":
            self.lines = [""] * (self.row + 1)
        elif letter == "J":
            self.lines = self.lines[: self.row] + [""]
        elif letter == "H":
            self.row = self.column = 0
        elif letter != "m":
            self.faults.append(f"unexpected escape sequence {numbers}{letter}")

    def down(self):
        self.row += 1
        if self.row == len(self.lines):
            self.lines.append("")
        if self.row >= self.rows:  # scrolls
            del self.lines[0]
            self.row -= 1

    def write(self, text):
        for character in text:
            if unicodedata.category(character) == "Cc":
                self.faults.append(f"control character {character!r}")
            self.column += width(character)
        if self.column > self.columns:
            self.faults.append(f"a line of {self.column} cells on {self.columns}: {text!r}")
        self.lines[self.row] += text

    def text(self):
        return "\n".join(line.rstrip() for line in self.lines).strip("\n")


class Session:
    """A program on a terminal of its own."""

    def __init__(self, command, environment, columns=80, rows=24):
        self.screen, self.output = Screen(columns, rows), b""
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execve(command[0], command, environment)
        self.rest = b""

    def read(self, seconds):
        """Reads what comes within that time. Returns whether the program still runs."""
        if not select.select([self.terminal], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self.terminal, 65536)
        except OSError:  # it has ended
            return False
        self.output += data
        text = (self.rest + data).decode(errors="surrogateescape")
        cut = re.search(r"(\x1b(\[[0-9;]*)?|[\udc80-\udcff]+)\Z", text)  # the beginning of a sequence or a character
        self.rest = text[cut.start() :].encode(errors="surrogateescape") if cut else b""
        self.screen.feed(text[: cut.start()] if cut else text)
        return bool(data)

    def until(self, pattern, seconds=20):
        """Reads until the screen shows the pattern, or has shown it: one read may bring several redraws."""
        seen = []

        def look():
            if re.search(pattern, self.screen.text()):
                seen.append(True)

        self.screen.before_redraw = look
        end = time.monotonic() + seconds
        look()
        while not seen:
            is_running = time.monotonic() < end and self.read(0.2)
            look()
            if not seen and not is_running:
                raise AssertionError(f"never saw {pattern!r}:\n{self.screen.text()}")
        self.screen.before_redraw = lambda: None

    def send(self, data):
        os.write(self.terminal, data)

    def resize(self, columns, rows):
        self.screen.columns, self.screen.rows = columns, rows
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def end(self, seconds=60):
        """Reads until the program ends. Returns its exit status."""
        end = time.monotonic() + seconds
        while self.read(0.2):
            if time.monotonic() > end:
                os.kill(self.pid, 9)
                os.waitpid(self.pid, 0)
                raise AssertionError(f"did not end:\n{self.screen.text()}")
        status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        os.close(self.terminal)
        return status
