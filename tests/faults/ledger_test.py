#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The ledger of the fault tests notices what it is there to notice.

Threads: the test's thread.
"""
import unittest

from endpoint import Arrival
from ledger import Broken, Ledger


def arrivals(*numbers, life=1, process_life=1):
    return [Arrival(process_life, (0, life, number), f"msg_{life}_{number}") for number in numbers]


class OneConversation(unittest.TestCase):
    def setUp(self):
        self.ledger = Ledger(conversations=1)
        self.ledger.batch(1, 5)

    def missing(self, seen, **more):
        self.ledger.note(seen)
        return self.ledger.missing(**more)[1]

    def test_what_arrived_in_order_leaves_nothing_missing(self):
        self.assertEqual(self.missing(arrivals(1, 2, 3, 4, 5)), 0)

    def test_the_tail_is_missing(self):
        self.assertEqual(self.missing(arrivals(1, 2, 3)), 2)

    def test_what_the_journal_holds_is_not_missing(self):
        self.assertEqual(self.missing(arrivals(1, 2, 3), kept=[((0, 1, 3), "msg_1_3"), ((0, 1, 4), "msg_1_4")]), 1)

    def test_what_was_returned_is_not_missing(self):
        self.assertEqual(self.missing(arrivals(1, 2, 4), returned=[(0, 1, 3), (0, 1, 5)]), 0)

    def test_a_repeat_in_place_is_allowed_and_counted(self):
        self.assertEqual(self.missing(arrivals(1, 2, 2, 3, 4, 5)), 0)
        self.assertEqual(self.ledger.repeats, 1)

    def test_a_gap_is_noticed(self):
        with self.assertRaisesRegex(Broken, "4 messages up to number 5"):
            self.missing(arrivals(1, 2, 4, 5))

    def test_a_gap_before_the_journal_is_noticed(self):
        with self.assertRaises(Broken):
            self.missing(arrivals(1, 2), kept=[((0, 1, 4), "msg_1_4")])

    def test_nothing_at_all_but_the_end_is_noticed(self):
        with self.assertRaises(Broken):
            self.missing(arrivals(5))

    def test_a_message_overtaken_within_a_life_is_noticed(self):
        with self.assertRaises(Broken):
            self.missing(arrivals(1, 3, 2))

    def test_what_was_replayed_may_come_again_at_any_place_and_what_was_not_may_not(self):
        self.ledger.replayed.add("msg_1_1")
        self.assertEqual(self.missing(arrivals(1, 2, 3, 1, 4, 5)), 0)
        self.assertEqual(self.ledger.repeats, 1)
        with self.assertRaises(Broken):
            self.ledger.note(arrivals(1, 2, 3, 1, 4, 5, 2))

    def test_what_was_replayed_comes_in_its_place_the_first_time(self):
        self.ledger.replayed.add("msg_1_1")
        with self.assertRaises(Broken):
            self.missing(arrivals(2, 1))

    def test_a_repeat_after_a_later_message_is_noticed_within_a_life_only(self):
        self.missing(arrivals(1, 2, 3) + arrivals(2, 3, 4, process_life=2))
        with self.assertRaises(Broken):
            self.missing(self.seen_again(2))

    @staticmethod
    def seen_again(number):
        return arrivals(1, 2, 3) + arrivals(2, 3, 4, process_life=2) + arrivals(number, process_life=2)

    def test_a_first_arrival_behind_a_later_one_is_noticed_over_lives(self):
        self.ledger.batch(2, 1)
        with self.assertRaises(Broken):
            self.missing(arrivals(1, life=2, process_life=2) + arrivals(1, process_life=3))

    def test_a_journal_out_of_order_is_noticed(self):
        with self.assertRaises(Broken):
            self.missing(arrivals(1, 2), kept=[((0, 1, 4), "msg_1_4"), ((0, 1, 3), "msg_1_3")])

    def test_another_id_for_the_same_message_is_noticed(self):
        with self.assertRaises(Broken):
            self.missing(arrivals(1) + [Arrival(1, (0, 1, 1), "msg_other")])
        with self.assertRaises(Broken):
            self.missing([], kept=[((0, 1, 1), "msg_third")])

    def test_one_id_for_two_messages_is_noticed(self):
        with self.assertRaises(Broken):
            self.missing(arrivals(1) + [Arrival(1, (0, 1, 2), "msg_1_1")])

    def test_no_id_is_noticed(self):
        with self.assertRaises(Broken):
            self.missing([Arrival(1, (0, 1, 1), None)])

    def test_what_was_never_sent_is_noticed(self):
        with self.assertRaises(Broken):
            self.missing(arrivals(1, 2, 3, 4, 5, 6))


class ManyConversations(unittest.TestCase):
    def test_each_has_its_own_order_and_tail(self):
        ledger = Ledger(conversations=2)
        ledger.batch(1, 2)
        ledger.note([Arrival(1, (1, 1, 1), "a"), Arrival(1, (0, 1, 1), "b"), Arrival(1, (1, 1, 2), "c")])
        self.assertEqual(ledger.missing(), {1: 1})


if __name__ == "__main__":
    unittest.main(verbosity=2)
