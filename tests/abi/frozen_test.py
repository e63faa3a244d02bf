# SPDX-License-Identifier: MIT
"""A plugin and a host that were built from the header of version 1.0, with the hosts and plugins of today.

Threads: the test's thread, besides those of the support package.
Ownership: each test owns its host.
"""
import os
import subprocess
import unittest

from minimal_host import MinimalHost
from served import Served

from support.deadline import DEADLINE
from support.host import COMPLAINTS, sanitized_environment

HOST, PLUGIN = os.environ["FROZEN_HOST"], os.environ["FROZEN_PLUGIN"]


class FrozenPlugin(unittest.TestCase):
    def test_todays_daily_host_loads_and_serves_it(self):
        host = Served({"load": PLUGIN, "domain": "frozen.localhost", "prefix": "/old"})
        self.addCleanup(host.kill)
        for path in ("/old/frozen", "/old/stream"):
            response = host.rest.request("GET", path)
            self.assertEqual((response.status, response.body), (200, b"built with 1.0"))
        self.assertEqual(host.rest.request("POST", "/old/frozen", "x").status, 413)
        host.program.wait_for_line("the link is up")
        host.close()

    def test_todays_least_host_loads_and_serves_it(self):
        host = MinimalHost(PLUGIN)
        self.addCleanup(host.program.kill)
        for path in ("/rest/frozen", "/rest/stream"):
            response = host.rest.request("GET", path)
            self.assertEqual((response.status, response.body), (200, b"built with 1.0"))
        host.receive("<message from='alice@localhost/r' to='rest.localhost'/>")
        host.sent("^<message from='rest.localhost' to='alice@localhost/r'><body>built with 1.0</body></message>$")
        host.close()

    def test_xp_check_finds_nothing(self):
        done = subprocess.run([os.environ["XP_CHECK"], PLUGIN], capture_output=True, text=True, timeout=4 * DEADLINE, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


class FrozenHost(unittest.TestCase):
    def run_with(self, plugin, settings, method, path):
        done = subprocess.run([HOST, plugin, settings, method, path, "alice@localhost/r"], capture_output=True, text=True,
                              timeout=2 * DEADLINE, check=False, env=sanitized_environment())
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertFalse([line for line in done.stderr.splitlines() if any(word in line for word in COMPLAINTS)])
        self.assertRegex(done.stdout, "the end\n$")
        return done.stdout

    def test_it_runs_todays_restanza(self):
        said = self.run_with(os.environ["RESTANZA_SO"], '{"component_secret": "s3cret"}', "GET", "/rest/health")
        self.assertRegex(said, "^answer 200 |\nanswer 200 ")

    def test_it_runs_todays_least_plugin(self):
        said = self.run_with(os.environ["MINIMAL_PLUGIN"], '{"greeting": "Good day"}', "GET", "/rest/hello")
        self.assertIn("answer 200 Good day\n", said)
        self.assertIn("verdict 0", said)

    def test_it_runs_a_plugin_of_todays_cpp_layer(self):
        said = self.run_with(os.environ["HELLO_PLUGIN"], "{}", "GET", "/rest/hello")
        self.assertIn("answer 200 Hello\n", said)
        self.assertIn("sent <message type='chat' from='rest.localhost' to='alice@localhost/r'>", said)
        self.assertIn("verdict 1", said)

    def test_it_runs_the_plugin_of_its_day(self):
        said = self.run_with(PLUGIN, "{}", "GET", "/rest/stream")
        self.assertIn("chunk built \nchunk with 1.0\n", said)
        self.assertIn("verdict 1", said)

    def test_it_hears_why_a_plugin_fails(self):
        done = subprocess.run([HOST, os.environ["MINIMAL_PLUGIN"], '{"greting": ""}', "GET", "/"], capture_output=True,
                              text=True, timeout=DEADLINE, check=False)
        self.assertEqual((done.returncode, done.stdout), (1, "error create: there is no setting greting\n"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
