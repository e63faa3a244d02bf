# SPDX-License-Identifier: MIT
"""What clients sent, what a bot that asks for updates said of it in each of its lives, and whether that is right:

- what the host held durably is read at least once;
- a message has the same cursor and the same id whenever it is read;
- what was acknowledged is not read again, and what was not is read again from the first of it on, with nothing left out;
- in a conversation, messages are read for the first time in the order in which they were sent;
- nobody gets two answers to a message, and answers come in the order of the messages.

A message is known by its key: (conversation, number from 1 upwards).

Threads: sent() on the thread that sends, which alone adds there; all else for the thread of the scenario.
"""
import collections
import itertools
import re

READ = re.compile(r"read (\S+) (\S+) \S+ .*\"You said: (\d+)-(\d+)\"")
ANSWERED = re.compile(r"answered (\S+) (\d+)")
ASKED = re.compile(r"(asks after|acknowledged) (\S+)")

Reading = collections.namedtuple("Reading", "key cursor id")


class Broken(AssertionError):
    """The invariant does not hold."""


class Readings:
    def __init__(self, conversations):
        self.sent = [0] * conversations
        self.held = set()  # what the host was known to hold, but what was returned
        self.returned = set()
        self.repeats = 0
        self.acknowledged = 0  # so many of `order`, for certain
        self.order = []  # the first reading of each message
        self.answers = [[] for _ in range(conversations)]  # the numbers of the messages that were answered, as answers came
        self.statuses = {}  # id: what the bot's post was answered first
        self._place = {}  # key: where in `order`
        self._behind = {}  # cursor: so many of `order` are up to it
        self._ids = set()
        self._last = [0] * conversations  # the number of the latest first reading
        self._asked = 0  # the latest request acknowledged so many, if it was taken
        self._next = None  # where this life of the bot goes on

    @property
    def messages(self):
        return sum(self.sent)

    def note_held(self, beyond, up_to):
        """The host holds durably what was sent between these numbers of each conversation, but what was returned."""
        self.held |= {(conversation, number) for conversation, (first, last) in enumerate(zip(beyond, up_to))
                      for number in range(first + 1, last + 1)}

    def begin_life(self):
        """The bot was started again, and knows of nothing."""
        self._next = None

    def note(self, line):
        """A line that the bot said."""
        if read := READ.match(line):
            cursor, message_id, conversation, number = read.groups()
            self._note_read(Reading((int(conversation), int(number)), cursor, message_id))
        elif asked := ASKED.match(line):
            self._note_asked(*asked.groups())
        elif answered := ANSWERED.match(line):
            self.statuses.setdefault(answered[1], answered[2])
        else:
            raise Broken(f"the bot said: {line}")

    def _note_read(self, reading):
        place = self._place.get(reading.key, len(self.order))
        if place < self.acknowledged:
            raise Broken(f"{reading.key} was acknowledged, and was read again")
        if place not in (self._next, self.acknowledged, self._asked):
            raise Broken(f"{reading.key} is in place {place}, where {self._next} was to come, or {self.acknowledged} or "
                         f"{self._asked} in a request that acknowledges nothing")
        if place != self._next and place == self._asked:
            self.acknowledged = place
        self._next = place + 1
        if place < len(self.order):
            if self.order[place] != reading:
                raise Broken(f"{reading} was read as {self.order[place]} before")
            self.repeats += 1
            return
        conversation, number = reading.key
        if number <= self._last[conversation]:
            raise Broken(f"{reading.key} was read for the first time after number {self._last[conversation]}")
        if reading.cursor in self._behind or reading.id in self._ids:
            raise Broken(f"{reading} has what another message had before")
        self._last[conversation] = number
        self._place[reading.key] = place
        self._ids.add(reading.id)
        self.order.append(reading)
        self._behind[reading.cursor] = len(self.order)

    def _note_asked(self, what, cursor):
        if cursor not in self._behind:
            raise Broken(f"{what} {cursor}, which came with no message")
        if what == "acknowledged":
            self.acknowledged = max(self.acknowledged, self._behind[cursor])
        else:
            self._asked = self._behind[cursor]

    def note_answer(self, conversation, number):
        """A client got the answer to its message."""
        before = self.answers[conversation]
        if before and number <= before[-1]:
            raise Broken(f"{(conversation, number)} was answered after number {before[-1]}")
        if (conversation, number) not in self._place:
            raise Broken(f"{(conversation, number)} was answered, and the bot has not said that it had read it")
        before.append(number)

    def lost(self, host_kills):
        """How many messages were neither read nor returned; raises where those were not on the way in a kill."""
        there = self.returned | self._place.keys()
        both = [key for key in self.returned if key in self._place]
        if both:
            raise Broken(f"{both[0]} was returned, and read")
        total = 0
        for conversation, sent in enumerate(self.sent):
            gone = [number for number in range(1, sent + 1) if (conversation, number) not in there]
            held = [number for number in gone if (conversation, number) in self.held]
            if held:
                raise Broken(f"{len(held)} messages that the host held are lost, such as {(conversation, held[0])}")
            if runs(gone) > host_kills:
                raise Broken(f"conversation {conversation} has {runs(gone)} gaps, and the host was killed {host_kills} times")
            total += len(gone)
        return total

    def unanswered(self):
        """How many answers have not come: of those that the bot was told are left open, and of those that it was not."""
        answered = {(conversation, number) for conversation, numbers in enumerate(self.answers) for number in numbers}
        statuses = [self.statuses.get(reading.id) for reading in self.order if reading.key not in answered]
        return statuses.count("409"), len(statuses) - statuses.count("409")


def runs(numbers):
    """How many runs of consecutive numbers."""
    return sum(before + 1 != number for before, number in itertools.pairwise([-1, *numbers]))
