# SPDX-License-Identifier: MIT
"""What tests of hosts with their journal in PostgreSQL have: a server for all of a class, and for each test tables of its
own and a webhook.

Threads: the test's thread, besides those of the parts.
Ownership: the server ends with the class, the rest with its test.
"""
import unittest

from ..webhook import Webhook
from .postgres import Postgres

DOMAIN = "rest.localhost"
SCHEMA = f'"restanza_{DOMAIN}"'


class OnPostgres(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Postgres()
        cls.addClassCleanup(cls.server.close)

    def setUp(self):
        self.server.sql(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
        self.webhook = Webhook()
        self.addCleanup(self.webhook.close)
