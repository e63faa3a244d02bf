# SPDX-License-Identifier: MIT
"""Load over HTTP: what is posted, wrk to post it as fast as it goes, and rounds in which contenders take turns.

Threads: for the part's thread. Ownership: a load generator ends before its function returns.
"""
import base64
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
XML, JSON = "application/xmpp+xml", "application/json"


class Request:
    """One request, sent over and over."""

    def __init__(self, port, path="/rest", body=None, content_type=XML, authorization=None, host="rest.localhost",
                 accepted=202):
        self.port, self.path, self.body = port, path, body
        self.headers = {"Host": host, "Accept": "*/*"}
        if body is not None:
            self.headers["Content-Type"] = content_type
        if authorization:
            self.headers["Authorization"] = authorization
        self.accepted = accepted

    @property
    def method(self):
        return "GET" if self.body is None else "POST"

    def text(self):
        """As it goes over the wire."""
        headers = dict(self.headers)
        if self.body is not None:
            headers["Content-Length"] = len(self.body.encode())
        return (f"{self.method} {self.path} HTTP/1.1\r\n" +
                "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n" + (self.body or ""))


def basic(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def words(size):
    sentence = "The backup of Tuesday took 12 minutes, all is well. "
    return (sentence * (size // len(sentence) + 1))[:size - 1] + "."


def message_xml(sender, to, size=200, kind="chat"):
    """A message of that many bytes."""
    head, tail = f"<message type='{kind}' to='{to}' from='{sender}'><body>", "</body></message>"
    return head + words(size - len(head) - len(tail)) + tail


def message_json(sender, to, size=200, kind="chat"):
    """The same message."""
    xml = message_xml(sender, to, size, kind)
    body = re.search("<body>(.*)</body>", xml)[1]
    return f'{{"type": "{kind}", "to": "{to}", "from": "{sender}", "body": "{body}"}}'


def ping(sender, to):
    return f"<iq type='get' to='{to}' from='{sender}'><ping xmlns='urn:xmpp:ping'/></iq>"


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
        ["wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--latency", "-s", f"{HERE}/requests.lua",
         f"http://127.0.0.1:{requests[0].port}/"],
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
    """A row for each contender's rate; what each round gave is left as numbers."""
    given = {}
    for name, what in names.items():
        if name in results:
            given[name] = [each.rate for each in results[name]]
            shown = results[name][len(results[name]) // 2].percentiles
            rows.add(what, f"{statistics.median(given[name]):,.0f} a second; p50 {shown[50]:.2f} ms, "
                           f"p99 {shown[99]:.2f} ms")
    return given
