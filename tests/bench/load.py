# SPDX-License-Identifier: MIT
"""Load over HTTP: wrk, which sends as fast as it goes, and rounds in which contenders take turns.

Threads: for the part's thread. Ownership: a load generator ends before its function returns.
"""
import os
import re
import statistics
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAMS = os.environ["RESTANZA_BENCH_PROGRAMS"]  # the directory of peer, crowd and paced
SECONDS = float(os.environ.get("RESTANZA_BENCH_SECONDS", "2"))  # of one contender's turn
ROUNDS = int(os.environ.get("RESTANZA_BENCH_ROUNDS", "5"))
CONNECTIONS = 32
LONGEST = 600  # seconds that a number of requests may take


class Measured:
    """What wrk says: requests a second, and percentiles of the latency in milliseconds."""

    def __init__(self, output):
        self.rate = float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1])
        units = {"us": 1e-3, "ms": 1, "s": 1e3, "m": 6e4}
        self.percentiles = {int(share): float(value) * units[unit] for share, value, unit in re.findall(
            r"^\s+(\d+)%\s+([\d.]+)(us|ms|s|m)$", output, re.MULTILINE)}


def run_wrk(requests, seconds, connections, **more):
    """What it prints; an answer with another status than expected is an error."""
    environment = dict(os.environ, BENCH_REQUESTS=str(len(requests)), **more)
    for number, request in enumerate(requests, 1):
        environment[f"BENCH_METHOD_{number}"] = request.method
        environment[f"BENCH_PATH_{number}"] = request.path
        environment[f"BENCH_BODY_{number}"] = request.body or ""
        environment[f"BENCH_STATUS_{number}"] = str(request.accepted)
        environment[f"BENCH_HEADERS_{number}"] = "\n".join(f"{name}: {text}" for name, text in request.headers.items())
    done = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--latency",
         "-s", f"{HERE}/wrk_requests.lua", f"http://127.0.0.1:{requests[0].port}/"],
        env=environment, capture_output=True, text=True, timeout=seconds + 60, check=True)
    wrong = re.search("unexpected statuses: (.+)", done.stdout) or re.search("(Socket errors:.+)", done.stdout)
    if wrong:
        raise AssertionError(f"{requests[0].method} {requests[0].path}: {wrong[1]}")
    return done.stdout


def wrk(*requests, seconds=SECONDS, connections=CONNECTIONS):
    """Sends these requests in turn, as fast as they go."""
    return Measured(run_wrk(requests, seconds, connections))


def send(request, count):
    """As fast as it goes, until that many answers have come."""
    run_wrk([request], LONGEST, CONNECTIONS, BENCH_LIMIT=str(count))


def in_turns(contenders, rounds=ROUNDS):
    """Calls each of {name: function} once a round, so that what else happens on the machine meets all of them.

    Returns {name: [result of each round]}."""
    results = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, contender in contenders.items():
            results[name].append(contender())
    return results


def ratio(above, below):
    """The median of the rounds' ratios."""
    return statistics.median(a / b for a, b in zip(above, below))


def rates(rows, names, results):
    """A row for each contender, with its round in the middle; what each round gave is left as numbers."""
    given = {}
    for name, what in names.items():
        if name in results:
            given[name] = [each.rate for each in results[name]]
            middle = sorted(results[name], key=lambda each: each.rate)[len(results[name]) // 2]
            rows.add(what, f"{middle.rate:,.0f} a second; p50 {middle.percentiles[50]:.2f} ms, "
                           f"p99 {middle.percentiles[99]:.2f} ms")
    return given
