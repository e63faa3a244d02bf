#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The first minutes with restanza-host: every mistake gets one line that says where it is and what to do.

Threads: the test's thread, besides those of the support package.
Ownership: each test owns its directory and its programs.
"""
import os
import re
import socket
import subprocess
import tempfile
import unittest

from support.deadline import DEADLINE, wait_until
from support.host import PROGRAM, READY, Host, local_mode, sanitized_environment
from support.process import Program, default_ports, free_ports
from support.webhook import XML, Answer, Webhook
from support.xml_data import body_of, parse

GOOD = """\
state_dir = "{directory}/state"
[http]
listen = "127.0.0.1:0"
[xmpp]
c2s = "127.0.0.1:0"
[plugin]
domain = "rest.localhost"
[plugin.settings]
component_secret = "plain-secret"
"""

# What is written below [plugin.settings], the line of it that is wrong, and what is said of that line.
WRONG_SETTINGS = (
    ('rest_colour = "red"', 1, "setting 'rest_colour' is an unknown option: remove it or correct its name"),
    ('rest_iq_timeout = 5\nrest_iq_max_timeout = "long"', 2, "setting 'rest_iq_max_timeout' must be a number of "),
    ('rest_callback_url = "ftp://bot.example/"', 1,
     "setting 'rest_callback_url': 'ftp://bot.example/' has the scheme 'ftp': use http or https"),
    ('[[plugin.settings.rest_tokens]]\nname = "a"\nsha256 = "12"', 3,
     "setting 'rest_tokens[0].sha256' must be the SHA-256 of the token, 64 hexadecimal digits"),
    ('rest_tokens = [\n  { name = "a", sha256 = "' + "0" * 64 + '" },\n  { name = "b", sha256 = "x" },\n]', 3,
     "setting 'rest_tokens[1].sha256' must be "),
    ('[[plugin.settings.rest_tokens]]\nname = "a"', 1, "setting 'rest_tokens[0].sha256' must be "),
    ('[[plugin.settings.rest_callbacks]]\nname = "a"\nurl = "http://h/"\n'
     '[[plugin.settings.rest_callbacks]]\nname = "b"\nurl = "h/"', 6,
     "setting 'rest_callbacks[1].url': 'h/' has no scheme: begin it with http:// or https://"),
    ('[[plugin.settings.rest_callbacks]]\nname = "a"\nurl = "http://h/"\nsecrets = [\n  "hunter2",\n]', 5,
     "setting 'rest_callbacks[0].secrets[0]' must be whsec_"),
    ('[[plugin.settings.rest_callbacks]]\nname = "a"', 1, "setting 'rest_callbacks[0].url' is missing: "),
)

# A part of the good configuration, what stands there instead, the line that is wrong, and what is said of it.
WRONG_LINES = (
    ('listen = "127.0.0.1:0"', 'listen = "127.0.0.1"', 3, "'http.listen' must be an address with a port, such as "),
    ('listen = "127.0.0.1:0"', 'listen = = 1', 3, "column [0-9]+: "),
    ('c2s = "127.0.0.1:0"', 'c2s = "0.0.0.0:5222"', 5,
     "'xmpp.c2s' must be a loopback address such as 127.0.0.1:5222, .* and is '0.0.0.0:5222'"),
    ('c2s = "127.0.0.1:0"', 'c2s = "127.0.0.1:0"\naccounts = {{ alice = "x", bob = 7 }}', 6,
     "'xmpp.accounts' must hold texts only, and 'bob' is none"),
    ('c2s = "127.0.0.1:0"', 'accounts = {{ alice = "x" }}\nc2s = "127.0.0.1:0"\nmode = "remote"', 7,
     r"'xmpp.mode' must be local(, \w+)* or \w+, and is 'remote'"),
    ('c2s = "127.0.0.1:0"', 'c2s = "127.0.0.1:0"\naccounts = {{ alice = "" }}', 6,
     "the password of the account 'alice' is empty or has characters that SASLprep forbids"),
    ('[http]', '[htpt]', 2, "'htpt' is an unknown option: remove it or correct its name"),
    ('domain = "rest.localhost"', 'domain = "localhost"', 7,
     r"'plugin.domain' is 'localhost' like \[xmpp\] domain, where users log in: give the plugin another, such as "),
    ('[plugin]', '[[plugin]]\ndomain = "rest.localhost"\n[[plugin]]', 9,
     "'plugin.domain' is 'rest.localhost' like another plugin's: give each its own"),
    ('domain = "rest.localhost"', 'load = "no-such"\ndomain = "rest.localhost"', None,
     "there is no plugin 'no-such' in .*: install it, or set RESTANZA_PLUGIN_PATH"),
)


class FirstMinutes(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="restanza-first-")
        self.addCleanup(directory.cleanup)
        self.directory = directory.name
        self.config = f"{self.directory}/restanza.toml"
        self.environment = {**sanitized_environment(), "XDG_STATE_HOME": f"{self.directory}/home"}
        self.environment.pop("STATE_DIRECTORY", None)

    def run_host(self, *arguments, **more):
        return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=DEADLINE,
                              env=self.environment, check=False, **more)

    def write(self, text):
        with open(self.config, "w", encoding="utf-8") as config:
            config.write(text.format(directory=self.directory))

    def refusal(self, *arguments):
        """The one line that a start ends with."""
        done = self.run_host(*arguments)
        self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)
        lines = done.stderr.splitlines()
        self.assertEqual(len(lines), 1, done.stderr)
        self.assertTrue(lines[0].startswith("restanza-host: "), lines)
        return lines[0][len("restanza-host: "):]


class Settings(FirstMinutes):
    def test_a_wrong_setting_of_the_plugin_is_told_with_the_line_of_its_key(self):
        for text, line, said in WRONG_SETTINGS:
            for arguments in (["--check"], []):
                with self.subTest(text=text, arguments=arguments):
                    self.write(GOOD + text.replace("{", "{{").replace("}", "}}") + "\n")
                    told = self.refusal(*arguments, "--config", self.config)
                    self.assertTrue(told.startswith(f"{self.config}:{len(GOOD.splitlines()) + line}: {said}"), told)
                    self.assertEqual(told.count(self.config), 1, told)
                    self.assertNotIn("restanza.so", told)
                    self.assertNotIn("hunter2", told)

    def test_a_wrong_line_of_the_host_is_told_the_same_way(self):
        for good, bad, line, said in WRONG_LINES:
            with self.subTest(bad=bad):
                self.write(GOOD.replace(good, bad))
                told = self.refusal("--check", "--config", self.config)
                place = f"{re.escape(self.config)}:{line}: " if line else ""
                self.assertRegex(told, f"^{place}{said}")

    def test_a_plugin_alone_needs_no_list(self):
        for table in ("[plugin]", "[[plugin]]"):
            self.write(GOOD.replace("[plugin]", table))
            done = self.run_host("--check", "--config", self.config)
            self.assertEqual((done.returncode, done.stdout), (0, "the configuration is good\n"), done.stderr)

    def test_a_file_that_cannot_be_read_is_told_why(self):
        missing = self.refusal("--config", f"{self.directory}/none.toml")
        self.assertRegex(missing, "none.toml: cannot be read: No such file or directory; check its path")
        self.assertRegex(self.refusal("--config", self.directory), "is a directory: name the file in it")

    @unittest.skipIf(os.geteuid() == 0, "root may read everything")
    def test_a_file_that_this_user_may_not_read_is_told_why(self):
        self.write(GOOD)
        os.chmod(self.config, 0)
        self.assertRegex(self.refusal("--config", self.config), "Permission denied; check its path and permissions")


class Starting(FirstMinutes):
    def test_a_port_in_use_is_named_with_its_key(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            for key, name in (("listen", "http.listen"), ("c2s", "xmpp.c2s")):
                with self.subTest(key):
                    self.write(GOOD.replace(f'{key} = "127.0.0.1:0"', f'{key} = "127.0.0.1:{port}"'))
                    told = self.refusal("--config", self.config).splitlines()[-1]
                    self.assertRegex(told, f"127.0.0.1:{port}.* in use.*'{name}'")

    def test_a_state_directory_that_cannot_be_made_is_named(self):
        with open(f"{self.directory}/state", "w", encoding="utf-8"):
            self.write(GOOD)
        self.assertRegex(self.refusal("--config", self.config), "state.* cannot be .*; set state_dir")

    def test_a_server_that_is_not_there_is_one_line_and_its_coming_another(self):
        http, port = free_ports(2)
        self.write(GOOD.replace("127.0.0.1:0", f"127.0.0.1:{http}", 1).replace(
            'c2s = "127.0.0.1:0"', f'mode = "component"\nserver = "127.0.0.1:{port}"\nsecret = "s"'))
        host = Program("restanza-host", [PROGRAM, "--config", self.config], env=self.environment)
        self.addCleanup(host.kill)
        host.wait_for_line(rf" warning .*is not connected to 127.0.0.1:{port}: Connection refused: nothing listens "
                           r"there: start the server, or check 'server' in \[xmpp\]", source="err")
        self.assertEqual(host.stop(), 0, host.transcript())


class CommandLine(FirstMinutes):
    def test_the_help_fits_a_screen_and_begins_with_three_commands(self):
        done = self.run_host("--help")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        lines = done.stdout.splitlines()
        self.assertLessEqual(len(lines), 24)
        self.assertLessEqual(max(map(len, lines)), 80)
        commands = [number for number, line in enumerate(lines) if line.startswith("  restanza-host")]
        options = [number for number, line in enumerate(lines) if line.startswith("  --")]
        self.assertEqual(len(commands), 3)
        self.assertLess(max(commands), min(options))

    def test_what_is_not_understood_is_one_line_with_a_remedy(self):
        self.write(GOOD)
        for arguments, said in (
                (["--foo"], "unknown option '--foo'; restanza-host --help lists what there is"),
                (["--check=yes"], "unknown option '--check=yes'; restanza-host --help lists what there is"),
                ([self.config], f"unexpected argument '{self.config}': a configuration is named with --config FILE"),
                (["--config"], "--config lacks its FILE: write --config FILE"),
                (["--webhook="], "--webhook lacks its URL: write --webhook URL")):
            with self.subTest(arguments=arguments):
                self.assertEqual(self.refusal(*arguments), said)

    def test_a_webhook_and_a_file_do_not_go_together(self):
        self.write(GOOD)
        told = self.refusal("--config", self.config, "--webhook", "http://bot:hunter2@127.0.0.1:9999/")
        self.assertIn("write rest_callback_url = 'http://***@127.0.0.1:9999/' below [plugin.settings]", told)
        self.assertIn(self.config, told)

    def test_a_webhook_that_is_no_url_is_named_with_a_remedy(self):
        for url, said in (("127.0.0.1:9999", "'127.0.0.1:9999' has no scheme: begin it with http:// or https://"),
                          ("ftp://h/", "'ftp://h/' has the scheme 'ftp': use http or https"),
                          ("http://h:x/", "'http://h:x/' has a wrong port: write a number from 1 to 65535"),
                          ("http://h/ a", "'http://h/ a' holds spaces, control characters or non-ASCII letters")):
            with self.subTest(url):
                told = self.refusal("--webhook", url)
                self.assertTrue(told.startswith("--webhook"), told)
                self.assertIn(said, told)

    def test_a_bot_behind_a_webhook_answers_without_a_file(self):
        if not self.enterContext(default_ports()):
            self.skipTest("another program listens on the default ports")
        webhook = Webhook(lambda post: Answer(200, XML, b"<message type='chat'><body>Thank you</body></message>"), XML)
        self.addCleanup(webhook.close)
        host = Program("restanza-host", [PROGRAM, "--webhook", webhook.url], env=self.environment)
        self.addCleanup(host.kill)
        host.wait_for_line(READY, source="out")
        with open(f"{self.directory}/home/restanza/dev-password", encoding="utf-8") as password:
            given = f"dev:{password.read().strip()}"
        done = subprocess.run(
            ["curl", "-sS", "--fail", "-u", given, "-H", f"Content-Type: {XML}", "--data",
             "<message to='bot@rest.localhost' type='chat'><body>Hello</body></message>", "http://127.0.0.1:5280/rest"],
            capture_output=True, text=True, timeout=DEADLINE, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(body_of(parse(webhook.next_post().body)), "Hello")
        self.assertEqual(host.stop(), 0, host.transcript())


class AnEndpointThatIsNotUpYet(unittest.TestCase):
    def test_it_is_no_error_and_one_line_and_one_more_when_it_is_up(self):
        port = free_ports(1)[0]
        host = Host(local_mode(), settings={"rest_callback_url": f"http://127.0.0.1:{port}/stanzas"})
        self.addCleanup(host.discard)
        for name in ("one", "two", "three"):
            sent = f"<message from='{name}@rest.localhost' to='bot@rest.localhost'><body>Hi</body></message>"
            self.assertEqual(host.rest.post(sent).status, 202)
        host.program.wait_for_line(f" warning .*endpoint 'default' .http://127.0.0.1:{port}. cannot be reached yet: .*"
                                   f"could not connect to 127.0.0.1 port {port}; start it, or correct its URL", source="err")
        wait_until(lambda: self.attempts(host) >= 3, "the endpoint was tried")
        webhook = Webhook(wants=XML, port=port)
        self.addCleanup(webhook.close)
        host.program.wait_for_line(
            r" info .*endpoint 'default' .* answers now, after [0-9.]+ s; [0-9]+ stanzas? waits?", source="err")
        # On a busy machine the endpoint may also be late with its answer to OPTIONS, which is told.
        told = [line for line in host.program.lines("err") if "endpoint 'default'" in line and "OPTIONS" not in line]
        self.assertEqual(len(told), 2, host.program.transcript())
        self.assertFalse([line for line in host.program.lines("err") if " error " in line], host.program.transcript())

    @staticmethod
    def attempts(host):
        metrics = host.rest.request("GET", "/rest/metrics").body
        return sum(int(float(line.rsplit(" ", 1)[1])) for line in metrics.decode().splitlines()
                   if line.startswith("restanza_webhook_requests_total"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
