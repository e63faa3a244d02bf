# SPDX-License-Identifier: MIT
"""What was sent, and whether what became of it is right: in every conversation what was delivered, together with
what the journal still holds and what came back to its sender, is a gap-free prefix of what was sent, in order.

A message is known by its key: (conversation, life of the sending, number from 1 upwards).

Threads: for the test's thread.
"""
import collections

DOMAIN = "rest.localhost"


class Broken(AssertionError):
    """The invariant does not hold."""


class Ledger:
    def __init__(self, conversations=40):
        self.conversations = conversations
        self.messages = 0
        self.repeats = 0
        self.replayed = set()  # webhook-ids that somebody has sent again: those may come at any place
        self._sent = collections.Counter()  # (conversation, life): how many
        self._noted = 0  # arrivals that have been looked at
        self._id_of = {}
        self._key_of = {}
        self._latest = {}  # (life of the process, conversation): key
        self._last_first = {}  # conversation: the key that arrived for the first time last
        self._delivered = collections.Counter()  # (conversation, life): how many different ones
        self._highest = {}  # (conversation, life): the highest number among them

    def batch(self, life, rounds, filler="", only=None):
        """The next `rounds` messages of every conversation, or of some, as bytes to be sent; they count as sent."""
        stanzas = []
        for _ in range(rounds):
            for each in range(self.conversations) if only is None else only:
                self._sent[each, life] += 1
                number = self._sent[each, life]
                stanzas.append(f"<message from='u{each}@x.example' to='bot{each % 5}@{DOMAIN}' type='chat' "
                               f"id='n-{each}-{life}-{number}'><body>{each} {life} {number}</body>{filler}</message>")
        self.messages += len(stanzas)
        return "".join(stanzas).encode()

    def forget_sent(self):
        """What was sent so far does not count: it was a sample, or is known to be gone."""
        self._sent.clear()
        self.messages = 0

    def delivered(self):
        return len(self._id_of)

    def was_delivered(self, key):
        return key in self._id_of

    def note(self, arrivals):
        """Looks at the arrivals that are new: ids, and the order within a life of the process and over all."""
        for arrival in arrivals[self._noted:]:
            self._noted += 1
            key, conversation = arrival.key, arrival.key[0]
            self._check_id(key, arrival.webhook_id)
            if arrival.webhook_id in self.replayed and key in self._id_of:
                self.repeats += 1
                continue
            place = (arrival.process_life, conversation)
            if key < self._latest.get(place, key):
                raise Broken(f"{key} arrived after {self._latest[place]}, within one life of the process")
            self._latest[place] = key
            if key in self._id_of:
                self.repeats += 1
                continue
            self._id_of[key] = arrival.webhook_id
            self._key_of[arrival.webhook_id] = key
            if key < self._last_first.get(conversation, key):
                raise Broken(f"{key} arrived for the first time after {self._last_first[conversation]}")
            self._last_first[conversation] = key
            self._delivered[key[:2]] += 1
            self._highest[key[:2]] = key[2]

    def _check_id(self, key, webhook_id):
        if not webhook_id:
            raise Broken(f"{key} arrived without a webhook-id")
        if self._id_of.get(key, webhook_id) != webhook_id or self._key_of.get(webhook_id, key) != key:
            raise Broken(f"{key} arrived as {webhook_id}, which stands for {self._key_of.get(webhook_id)}; "
                         f"before it was {self._id_of.get(key)}")

    def missing(self, kept=(), returned=()):
        """What is neither delivered nor kept nor returned: {life: how many}. Only a tail of a life may be.

        `kept`: (key, webhook-id) of what the journal holds, in the order of acceptance; `returned`: the keys for
        which the sender got an error.
        """
        there, last = collections.Counter(self._delivered), collections.Counter(self._highest)
        known = set()
        latest = dict(self._last_first)
        for key, webhook_id in kept:
            self._check_id(key, webhook_id)
            known.add(key)
            if key in self._id_of:
                continue
            if key <= latest.get(key[0], (key[0], 0, 0)):
                raise Broken(f"the journal holds {key} behind {latest[key[0]]}")
            latest[key[0]] = key
            self._add(key, there, last)
        for key in set(returned) - known - self._id_of.keys():
            self._add(key, there, last)
        tails = collections.Counter()
        for place, sent in self._sent.items():
            if there[place] != last[place] or last[place] > sent:
                raise Broken(f"conversation {place[0]}, life {place[1]}: {there[place]} messages up to number "
                             f"{last[place]}, of {sent} sent")
            tails[place[1]] += sent - last[place]
        return tails

    @staticmethod
    def _add(key, there, last):
        there[key[:2]] += 1
        last[key[:2]] = max(last[key[:2]], key[2])
