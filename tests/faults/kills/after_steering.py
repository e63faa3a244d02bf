# SPDX-License-Identifier: MIT
"""The program killed right after it has said that something was steered: pause, replay, DELETE, resume, by turns. What
was acknowledged holds in its next life.

Threads: for the thread of the scenario.
"""
import json

from endpoint import healthy, status
from run import Run
from support.played import played, told

TURNS = ("pause", "replay", "DELETE", "resume")
KILLS = played(full=300, slice=32, sanitized=8)


def refusing(connection, _key):
    connection.answer(status("403 Forbidden"))


class Steered:
    def __init__(self, run):
        self.run = run

    def ask(self, method, path):
        """The status, and what is answered."""
        if not self.run.host.rest:
            self.run.host.wait_ready()
        response = self.run.host.rest.request(method, f"/rest/{path}")
        return response.status, json.loads(response.body) if response.body else None

    def dead_letters(self):
        _, page = self.ask("GET", "deliveries?state=dead&limit=1000")
        return [each["id"] for each in page["deliveries"]]

    def state(self):
        return self.run.asked("endpoints")["state"]

    def steer(self, turn, letter):
        """Asks for it; the program is killed as soon as it has answered."""
        method, path, success = {"pause": ("POST", "endpoints/numbers/pause", 200),
                                 "replay": ("POST", f"deliveries/{letter}/replay", 200),
                                 "DELETE": ("DELETE", f"deliveries/{letter}", 204),
                                 "resume": ("POST", "endpoints/numbers/resume", 200)}[turn]
        answered, body = self.ask(method, path)
        self.run.kill()
        if answered != success:
            raise AssertionError(f"{turn} was answered {answered}: {body}")

    def holds(self, turn, letter):
        if turn in ("pause", "resume"):
            return (self.state() == "paused") == (turn == "pause")
        answered, delivery = self.ask("GET", f"deliveries/{letter}")
        if turn == "DELETE":
            return answered == 404 and self.state() == "paused"
        return answered == 200 and delivery["state"] == "waiting" and self.state() == "paused"


def steered_kills():
    with Run(conversations=1, on_refusal="dead-letter") as run:
        steered = Steered(run)
        run.start()
        run.endpoint.fault = refusing
        run.send(KILLS // len(TURNS))
        run.wait_drained()
        letters = steered.dead_letters()
        if len(letters) != KILLS // len(TURNS):
            raise AssertionError(f"there are {len(letters)} dead letters")
        kills = 0
        for letter in letters:
            for turn in TURNS:
                steered.steer(turn, letter)
                kills += 1
                run.start()
                if not steered.holds(turn, letter):
                    raise AssertionError(f"kill {kills}: {turn} was acknowledged and is forgotten")
        run.endpoint.fault = healthy
        run.end()
        return f"{kills} kills right after {', '.join(TURNS)}, nothing forgotten; {told()}"
