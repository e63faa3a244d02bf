# SPDX-License-Identifier: MIT
"""What an endpoint can do wrong without the program being killed: nothing may be missing afterwards.

Each fault is sprinkled over a load first, so that the endpoint as a whole answers, and then lasts for a while. A
scenario returns what it has to tell.

Threads: each scenario on a thread of its own; faults run on the endpoint's loop.
"""
import time

from endpoint import ACCEPTED, healthy, status
from run import Run
from support.deadline import wait_until

GARBAGE = b"\x00\xff\xfe nothing that looks like HTTP\r\n\r\n"
BEGUN_HEAD = b"HTTP/1.1 204 No Cont"
BEGUN_BODY = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1000\r\n\r\nonly this"
LARGE = status("200 OK", "Content-Type: application/xmpp+xml\r\n", b"<message>" + b"x" * 2_000_000)
ENDLESS = b"HTTP/1.1 200 OK\r\nContent-Type: application/xmpp+xml\r\n\r\n<message><body>"
EVERY = 10  # requests, of which one meets a sprinkled fault
DRAINED = 100  # requests a second
MOST_ASKED = 30  # requests before a breaker has noticed
SLOW = 0.05  # seconds for every answer of a slow endpoint
LARGE_FILLER = "<x xmlns='urn:example:filler'>" + "f" * 60_000 + "</x>"


def garbage(connection, _key):
    connection.transport.write(GARBAGE)
    connection.close()


def half_close(connection, _key):
    connection.half_close()


def close_at_once(connection, _key):
    connection.close()


def reset_after_request(connection, _key):
    connection.reset()


def reset_in_head(connection, _key):
    connection.transport.write(BEGUN_HEAD)
    connection.reset()


def close_in_body(connection, _key):
    connection.transport.write(BEGUN_BODY)
    connection.close()


def drip_too_slowly(connection, _key):
    connection.drip(delay=0.2)


def never(_connection, _key):
    """No answer at all, until the other side gives up."""


def status_500(connection, _key):
    connection.answer(status("500 Internal Server Error"))


def status_503(connection, _key):
    connection.answer(status("503 Service Unavailable", "Retry-After: 1\r\n"))


def redirect(connection, _key):
    connection.answer(status("302 Found", "Location: /somewhere/else\r\n"))


def too_large(connection, _key):
    connection.transport.write(LARGE)
    connection.busy = False


def endless(connection, _key):
    connection.transport.write(ENDLESS)

    def more():
        if not connection.transport.is_closing():
            if connection.transport.get_write_buffer_size() < 1_000_000:
                connection.transport.write(b"e" * 65536)
            connection.endpoint.loop.call_later(0.001, more)
    more()


class Sprinkled:
    """The fault for every tenth request, but never twice for a message, which would wait for long; `all` makes
    every request meet it."""

    def __init__(self, fault):
        self.fault = fault
        self.met = set()
        self.requests = self.count = 0
        self.all = False

    def __call__(self, connection, key):
        self.requests += 1
        if self.all or (self.requests % EVERY == EVERY // 2 and key not in self.met):
            self.met.add(key)
            self.count += 1
            self.fault(connection, key)
        else:
            healthy(connection, key)


def wait_until_met(fault, times):
    """`times` counts from the fault's first request: a count that is begun later misses what has already been met, and
    an endpoint that is found dead is not asked often any more."""
    wait_until(lambda: fault.count >= times, f"the fault is met {times} times")


def sprinkled_and_lasting(fault, rounds=20, wanted=3, **settings):
    with Run(**settings) as run:
        run.endpoint.fault = sprinkled = Sprinkled(fault)
        run.start()
        run.send(rounds)
        run.wait_delivered()
        once = sprinkled.count
        sprinkled.all = True
        # Not waiting until all are taken: the longer it lasts, the later are the retries.
        run.link.send(run.ledger.batch(run.life, rounds // 2))
        wait_until_met(sprinkled, once + wanted)
        run.endpoint.fault = healthy
        run.send(rounds // 2)
        run.wait_delivered()
        return told(run, f"{once} sprinkled, {sprinkled.count - once} while it lasted")


def told(run, more, returned=()):
    run.end(returned)
    return f"{run.ledger.messages} messages, {run.ledger.repeats} repeated, {more}"


def down():
    """Nobody listens; then somebody does, and goes away again in the middle of the work."""
    with Run() as run:
        run.endpoint.shut()
        run.start()
        run.send(20)
        run.wait_for_state("unreachable")
        run.send(20)
        run.endpoint.open()
        run.wait_delivered(run.ledger.messages // 2)
        run.endpoint.shut()
        run.send(10)
        run.wait_for_state("unreachable")
        run.endpoint.open()
        run.wait_delivered()
        return told(run, "down twice")


def paced():
    """A dead endpoint is not asked by the whole backlog, and does not get all of it at once when it is back."""
    with Run(drain_rate=DRAINED) as run:
        run.endpoint.fault = lasting = Sprinkled(reset_after_request)
        lasting.all = True
        run.start()
        run.send(10)
        run.wait_for_state("unreachable")
        asked = lasting.count
        if asked > MOST_ASKED:
            raise AssertionError(f"{asked} requests to an endpoint that is dead")
        begun = []

        def back(connection, key):
            begun.append(time.monotonic())
            healthy(connection, key)
        run.endpoint.fault = back
        wait_until(lambda: begun, "the endpoint is asked again")
        run.wait_drained()
        took = time.monotonic() - begun[0]
        least = (run.ledger.messages - asked) / DRAINED
        if took < least / 2:  # without a pace it is a fraction of a second
            raise AssertionError(f"drained in {took:.1f} s instead of {least:.1f} s")
        return told(run, f"{asked} requests while it was dead, drained in {took:.1f} s at {DRAINED} a second")


def slow():
    with Run() as run:
        run.endpoint.fault = lambda connection, _: connection.answer_after(SLOW)
        run.start()
        run.send(10)
        run.wait_delivered()
        return told(run, f"{run.endpoint.most_connections} connections at most")


def drips():
    """The answer in single bytes, but in time."""
    with Run() as run:
        run.endpoint.fault = lambda connection, _: connection.drip()
        run.start()
        run.send(4)
        run.wait_delivered()
        return told(run, "each answer in single bytes")


def one_slow_conversation():
    """A conversation that gets no answer holds up no other one."""
    held = []

    def hold(connection, key):
        if key == (0, 1, 1) and not held:
            held.append(connection)
        else:
            healthy(connection, key)
    with Run(timeout=300) as run:
        run.endpoint.fault = hold
        run.start()
        run.send(25)
        run.wait_delivered(39 * 25 + 1)
        run.endpoint.loop.call_soon_threadsafe(held[0].answer, ACCEPTED)
        run.wait_delivered()
        return told(run, "all others arrived while one waited for its answer")


def resets_in_request():
    """The connection breaks while a large request is on its way: one in seven, and after five breaks every one."""
    class Cut:
        requests = count = 0

        def __call__(self, connection):
            if connection.judged or len(connection.received) < 4000:
                return False
            connection.judged = True
            self.requests += 1
            if self.count < 5 and self.requests % 7 != 3:
                return False
            self.count += 1
            connection.reset()
            return True
    cut = Cut()
    with Run(small_buffers=True) as run:
        run.endpoint.in_request = cut
        run.start()
        run.send(4, LARGE_FILLER)
        wait_until_met(cut, 5 + 2)
        run.endpoint.in_request = None
        run.wait_delivered()
        return told(run, f"broken {cut.count} times")


def redirects():
    """A redirect is final: the sender gets an error, and the conversation goes on."""
    with Run(timeout=300) as run:
        run.endpoint.fault = sprinkled = Sprinkled(redirect)
        run.start()
        run.send(20)
        run.wait_delivered(run.ledger.messages)
        run.link.wait_for_errors(lambda: len(run.link.errors) >= len(sprinkled.met), "an error for every redirect")
        run.collect()
        conditions = sorted(set(run.returned.values()))
        return told(run, f"{len(sprinkled.met)} errors came back: {', '.join(conditions)}", sprinkled.met)


def answers_too_much(fault):
    """The message has been accepted; what is said about it is cut off, and nothing else suffers."""
    with Run() as run:
        run.endpoint.fault = sprinkled = Sprinkled(fault)
        run.start()
        run.send(5)
        run.wait_delivered()
        return told(run, f"{sprinkled.count} answers without an end")


SCENARIOS = {
    "down, then up": down,
    "down, then paced": paced,
    "slow": slow,
    "drips bytes": drips,
    "drips bytes too slowly": lambda: sprinkled_and_lasting(drip_too_slowly, 5, timeout=1),
    "one conversation is slow": one_slow_conversation,
    "never answers": lambda: sprinkled_and_lasting(never, 5, timeout=1),
    "answers garbage": lambda: sprinkled_and_lasting(garbage),
    "closes at once": lambda: sprinkled_and_lasting(close_at_once),
    "half-closes": lambda: sprinkled_and_lasting(half_close),
    "resets in the request": resets_in_request,
    "resets before the answer": lambda: sprinkled_and_lasting(reset_after_request),
    "resets in the answer": lambda: sprinkled_and_lasting(reset_in_head),
    "closes in the answer's body": lambda: sprinkled_and_lasting(close_in_body),
    "redirects": redirects,
    "500 for a while": lambda: sprinkled_and_lasting(status_500, wanted=5),
    "503 with Retry-After": lambda: sprinkled_and_lasting(status_503),
    "fills the answer": lambda: answers_too_much(too_large),
    "answers without an end": lambda: answers_too_much(endless),
}
