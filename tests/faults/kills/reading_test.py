#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What is written down of the bot's readings notices what it is there to notice.

Threads: the test's thread.
"""
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

from kills.reading import Broken, Readings


def read(number, conversation=0, cursor=None, message_id=None):
    name = f"{conversation}-{number}"
    return f'read {cursor or "c" + name} {message_id or "m" + name} u@x.example {{"body":"You said: {name}"}}'


def asks(number):
    return [f"asks after c0-{number}"]


def acknowledged(number):
    return asks(number) + [f"acknowledged c0-{number}"]


class TheBot(unittest.TestCase):
    def setUp(self):
        self.readings = Readings(conversations=2)
        self.readings.sent = [4, 0]

    def life(self, *said):
        self.readings.begin_life()
        for line in said:
            self.readings.note(line)

    def broken(self, expected, *said):
        with self.assertRaisesRegex(Broken, expected):
            self.life(*said)

    def test_reads_all_once(self):
        self.life(read(1), read(2), *acknowledged(2), read(3), read(4), *acknowledged(4))
        self.assertEqual((self.readings.lost(0), self.readings.repeats, self.readings.acknowledged), (0, 0, 4))

    def test_reads_again_what_it_has_not_acknowledged(self):
        self.life(read(1), *acknowledged(1), read(2), read(3))
        self.life(read(2), read(3), read(4), *acknowledged(4))
        self.assertEqual((self.readings.lost(0), self.readings.repeats), (0, 2))

    def test_may_have_acknowledged_what_it_was_about_to(self):
        self.life(read(1), read(2), *asks(2))
        self.life(read(3), *asks(3))
        self.life(read(3), *acknowledged(3))
        self.assertEqual(self.readings.acknowledged, 3)

    def test_begins_again_where_its_request_was_refused(self):
        self.life(read(1), *acknowledged(1), read(2), *asks(2), read(2), read(3))
        self.assertEqual(self.readings.repeats, 1)

    def test_reads_again_what_it_has_acknowledged(self):
        self.life(read(1), read(2), *acknowledged(2))
        self.broken("was acknowledged, and was read again", read(2))

    def test_goes_on_behind_what_it_was_known_to_have_acknowledged(self):
        self.life(read(1), *asks(1))
        self.life(read(2))
        self.broken("was acknowledged, and was read again", read(1))

    def test_leaves_out_what_it_has_not_acknowledged(self):
        self.life(read(1), read(2))
        self.broken("in place 1, where None was to come, or 0", read(2))

    def test_leaves_out_a_repeat_within_a_page(self):
        self.life(read(1), read(2), read(3))
        self.broken("in place 2, where 1 was to come", read(1), read(3))

    def test_reads_in_another_order_than_was_sent(self):
        self.broken("for the first time after number 2", read(2), read(1))

    def test_reads_a_message_under_another_cursor_or_id(self):
        self.life(read(1))
        self.broken("was read as", read(1, cursor="other"))
        self.broken("was read as", read(1, message_id="other"))

    def test_reads_two_messages_under_one_cursor_or_id(self):
        self.broken("another message had before", read(1), read(2, cursor="c0-1"))
        self.broken("another message had before", read(1), read(2, message_id="m0-1"))

    def test_acknowledges_what_never_came(self):
        self.broken("which came with no message", *asks(1))

    def test_says_something_else(self):
        self.broken("the bot said", "jq: error")


class TheClients(unittest.TestCase):
    def setUp(self):
        self.readings = Readings(conversations=1)
        self.readings.sent = [5]
        for number in (1, 2, 5):
            self.readings.note(read(number))

    def test_miss_what_was_on_the_way_in_a_kill(self):
        self.assertEqual(self.readings.lost(1), 2)
        with self.assertRaisesRegex(Broken, "has 1 gaps"):
            self.readings.lost(0)

    def test_got_back_what_the_host_did_not_take(self):
        self.readings.returned = {(0, 3), (0, 4)}
        self.assertEqual(self.readings.lost(0), 0)
        self.readings.returned.add((0, 5))
        with self.assertRaisesRegex(Broken, "was returned, and read"):
            self.readings.lost(1)

    def test_miss_nothing_that_the_host_held(self):
        self.readings.note_held([0], [2])
        self.assertEqual(self.readings.lost(1), 2)
        self.readings.note_held([2], [3])
        with self.assertRaisesRegex(Broken, r"held are lost, such as \(0, 3\)"):
            self.readings.lost(1)

    def test_get_one_answer_to_each_message_in_order(self):
        self.readings.note_answer(0, 1)
        self.readings.note_answer(0, 2)
        for number in (2, 1):
            with self.assertRaises(Broken):
                self.readings.note_answer(0, number)

    def test_get_no_answer_to_what_was_not_read(self):
        with self.assertRaises(Broken):
            self.readings.note_answer(0, 3)

    def test_get_no_answer_where_that_was_left_open(self):
        self.readings.note("answered m0-2 202")
        self.readings.note("answered m0-5 409")
        self.readings.note_answer(0, 1)
        self.assertEqual(self.readings.unanswered(), (1, 1))


if __name__ == "__main__":
    unittest.main(verbosity=2)
