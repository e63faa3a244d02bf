# SPDX-License-Identifier: MIT
"""xp.hpp: the example of the documents in both hosts and under xp_check, and a plugin that misuses all of it.

Threads: the test's thread, besides those of the support package.
Ownership: each test owns its host.
"""
import os
import pathlib
import re
import subprocess
import threading
import unittest

from minimal_host import MinimalHost
from served import Served

from support.deadline import DEADLINE

HELLO, THROWER = os.environ["HELLO_PLUGIN"], os.environ["THROWER_PLUGIN"]
OF_1_0 = os.path.join(os.environ["BROKEN_HOSTS"], "broken-host-sound_of_version_1_0")  # the least host
ROOT = pathlib.Path(os.environ["SOURCE_ROOT"])
XP_DENIED = 4
MESSAGE = "<message id='1' type='chat' from='{}' to='rest.localhost'><body>Hi</body></message>"


class Example(unittest.TestCase):
    def test_the_documents_show_the_example_as_it_is(self):
        blocks = re.findall(r"^```cpp\n(.*?)^```$", (ROOT / "plugin" / "doc" / "abi.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
        self.assertEqual(blocks, [(ROOT / "examples" / "hello_plugin.cpp").read_text(encoding="utf-8")])

    def test_it_answers_in_the_daily_host_which_outlives_its_exceptions(self):
        host = Served({"load": HELLO, "domain": "hello.localhost", "prefix": "/greeting"})
        self.addCleanup(host.kill)
        for _ in range(3):
            response = host.rest.request("GET", "/greeting/hello")
            self.assertEqual((response.status, response.body), (200, b"Hello\n"))
            self.assertEqual(host.rest.request("DELETE", "/greeting/hello").status, 500)
        self.assertEqual(host.rest.request("POST", "/greeting/hello", "a body").status, 413)
        host.program.wait_for_line("a request failed: GET is all I know")
        host.close()

    def test_it_greets_in_the_least_host(self):
        host = MinimalHost(HELLO)
        self.addCleanup(host.program.kill)
        host.receive(MESSAGE.format("alice@localhost/it&apos;s"))
        host.sent("^<message type='chat' from='rest.localhost' to='alice@localhost/it&#39;s'><body>Hello</body></message>$")
        host.close()

    def test_it_names_a_setting_that_there_is_not(self):
        host = MinimalHost(HELLO, {"greting": "Hello"}, wait_ready=False)
        host.program.wait_for_line("error: create: there is no setting 'greting'")
        host.close(code=1)

    def test_it_passes_xp_check(self):
        done = subprocess.run([os.environ["XP_CHECK"], HELLO], capture_output=True, text=True, timeout=4 * DEADLINE, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


class Misuse(unittest.TestCase):
    def setUp(self):
        self.host = Served({"load": THROWER, "domain": "thrower.localhost", "prefix": "/trial"},
                           {"load": HELLO, "domain": "hello.localhost", "prefix": "/greeting"})
        self.addCleanup(self.host.kill)

    def get(self, what, **options):
        return self.host.rest.request("GET", f"/trial/{what}", **options)

    def test_what_is_thrown_becomes_500_and_a_line_in_the_log(self):
        self.assertEqual([self.get(what).status for what in ("throw", "throw_int", "throw")], [500, 500, 500])
        self.host.program.wait_for_line("a request failed: on purpose")
        self.host.program.wait_for_line("a request failed: an exception of a type of its own")
        self.assertEqual(self.host.rest.request("GET", "/greeting/hello").status, 200)
        self.host.close()

    def test_a_dropped_exchange_is_500(self):
        self.assertEqual(self.get("drop").status, 500)
        self.host.close()

    def test_a_second_answer_never_reaches_the_host(self):
        response = self.get("twice")
        self.assertEqual((response.status, response.body), (200, b"first"))
        self.host.program.wait_for_line("the second answer was refused")
        self.host.close()

    def test_headers_are_found_in_any_case(self):
        self.assertEqual(self.get("header", headers={"X-Echo": "yes"}).body, b"yes")
        self.assertEqual(self.get("header").body, b"none")
        self.host.close()

    def test_a_host_that_takes_the_roots_attributes_judges_by_them(self):
        self.assertEqual(self.get("send").body, b"0")
        self.assertEqual(self.get("send_as_another").body, str(XP_DENIED).encode())
        self.host.close()

    def test_what_is_parked_at_the_end_gets_503(self):
        statuses = []
        asking = threading.Thread(target=lambda: statuses.append(self.get("park").status), daemon=True)
        asking.start()
        self.host.program.wait_for_line("parked")
        self.host.close()
        asking.join(DEADLINE)
        self.assertEqual(statuses, [503])


class MisuseInTheLeastHost(unittest.TestCase):
    def test_a_hook_that_throws_passes(self):
        host = MinimalHost(THROWER)
        self.addCleanup(host.program.kill)
        host.receive(MESSAGE.format("alice@localhost/r"))
        host.sent("^<message type='error' id='1'.*<service-unavailable ")
        host.program.wait_for_line("a stanza failed: no stanzas")
        host.close()

    def test_it_judges_by_the_roots_attributes_as_well(self):
        host = MinimalHost(THROWER)
        self.addCleanup(host.program.kill)
        self.assertEqual(host.rest.request("GET", "/rest/send_as_another").body, str(XP_DENIED).encode())
        host.close()

    def test_a_host_of_version_1_0_gets_the_text_alone(self):
        host = MinimalHost(THROWER, program=OF_1_0)
        self.addCleanup(host.program.kill)
        self.assertEqual(host.rest.request("GET", "/rest/send_as_another").body, b"0")
        host.sent("^<message type='headline' from='rest.localhost' to='bob@localhost'/>$")
        host.close()

    def test_create_and_start_that_throw_are_errors_with_their_text(self):
        for settings, line in (({"fail": "create"}, "create: create fails on purpose"), ({"fail": "start"}, "start: start fails")):
            with self.subTest(settings):
                host = MinimalHost(THROWER, settings, wait_ready=False)
                host.program.wait_for_line(f"error: {line}")
                host.close(code=1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
