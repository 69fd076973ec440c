"""What one request costs each client."""

import re
import tempfile

from clients import BASE, ONE_REQUEST

LENGTHS = {1: (60, 360), 8: (200, 1800), 64: (320, 2240)}
QUICK_LENGTHS = {1: (10, 30), 8: (40, 80), 64: (256, 512)}


def difference(client, lengths, cost):
    """The cost of one request: the difference of two lengths of a run, so that start, handshakes and warm-up do not count."""
    warm_up = client.warm_up * (lengths[1] - lengths[0])
    short, long = (n + warm_up for n in lengths)
    return (cost(long) - cost(short)) / (long - short)


def clients_for(in_flight):
    """Those that can have so many requests in flight."""
    return [c for c in ONE_REQUEST if in_flight == 1 or c.is_parallel]


def in_pairs(chosen):
    """An order in which each client comes just before or just after the loop by hand: base, a, b, base, c, d, base..."""
    others = [c for c in chosen if c.name != BASE]
    base = next(c for c in chosen if c.name == BASE)
    order = [base]
    for i in range(0, len(others), 2):
        order += [*others[i:i + 2], base]
    return order if len(others) % 2 == 0 else order[:-1]


class OneRequest:
    """Measures clients against one server, with so many requests in flight."""

    def __init__(self, runner, port, in_flight, lengths):
        self.runner, self.port, self.in_flight, self.lengths = runner, port, in_flight, lengths
        self.peaks = {}

    def cost(self, client, total, times=1_000):
        """Of one request. The longer run has at most so many times the requests of the shorter one."""
        short, long = self.lengths
        if client.is_slow and self.in_flight > 1:
            short, long = short // 4, long // 4
        return difference(client, (short, min(long, times * short)), total)

    def run(self, client, count, *before):
        return self.runner.run([*before, *self.runner.command(client, self.port, count, self.in_flight)], "active")

    def microseconds(self, client):
        """CPU time of one request."""
        def total(count):
            used = self.run(client, count)
            self.peaks[client.name] = max(self.peaks.get(client.name, 0), used.peak)
            return used.cpu_seconds
        return 1e6 * self.cost(client, total)

    def rounds(self, count):
        """For each client its CPU times and their ratios to those of the loop by hand, of the run next to it."""
        chosen = clients_for(self.in_flight)
        measured = {c.name: {"microseconds": [], "ratios": []} for c in chosen}
        for _ in range(count):
            order = in_pairs(chosen)
            times = [self.microseconds(c) for c in order]
            for i, client in enumerate(order):
                measured[client.name]["microseconds"].append(times[i])
                if client.name != BASE:
                    base = times[i - 1] if order[i - 1].name == BASE else times[i + 1]
                    measured[client.name]["ratios"].append(times[i] / base)
        measured[BASE]["ratios"] = [1.0]
        return measured

    def system_calls(self, client):
        """Of one request."""
        def total(count):
            with tempfile.NamedTemporaryFile(mode="r") as log:
                self.run(client, count, "strace", "-f", "-c", "-o", log.name)
                return int(re.search(r"^100\.00\s+\S+\s+\S*\s+(\d+)\s", log.read(), re.M)[1])
        return self.cost(client, total, times=3)

    def table(self, rounds):
        """All of it."""
        return [{"client": c.name, **measured, "system_calls": self.system_calls(c), "peak": self.peaks[c.name]}
                for c, measured in zip(clients_for(self.in_flight), self.rounds(rounds).values())]


def counted(runner, port, lengths, chosen):
    """Instructions and allocations of one request, by valgrind."""
    def count(client, tool, pattern):
        def total(length):
            with tempfile.NamedTemporaryFile(mode="r") as log:
                tools = ["valgrind", f"--tool={tool}", f"--log-file={log.name}"]
                tools += ["--callgrind-out-file=/dev/null"] if tool == "callgrind" else []
                runner.run([*tools, *runner.command(client, port, length, 1)], "active")
                return int(re.search(pattern + r"\s*([\d,]+)", log.read())[1].replace(",", ""))
        return difference(client, lengths, total)

    return [{"client": c.name, "instructions": count(c, "callgrind", "Collected :"),
             "allocations": count(c, "memcheck", "total heap usage:")} for c in chosen]
