#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""restanza-host on its command line: what it prints, what it refuses and how it ends.

Threads: the test's thread, besides those of the support package.
Ownership: each test owns its directory, its host and its server.
"""
import os
import signal
import socket
import stat
import subprocess
import tempfile
import unittest

from support.component_server import ComponentServer
from support.deadline import DEADLINE, wait_until
from support.host import PROGRAM, READY, Host, local_mode, sanitized_environment
from support.process import Program, accepts, default_ports, free_ports
from support.rest_client import RestClient

GOOD = """\
state_dir = "{state}"
[http]
listen = "127.0.0.1:0"
[xmpp]
mode = "local"
c2s = "127.0.0.1:0"
accounts = {{ alice = "wonder" }}
[[plugin]]
load = "restanza"
domain = "rest.localhost"
[plugin.settings]
component_secret = "plain-secret"
"""

# A line of the good configuration, what stands there instead, and the word that the complaint must contain.
BAD_LINES = (
    ('listen = "127.0.0.1:0"', 'listn = "127.0.0.1:0"', "listn"),
    ('listen = "127.0.0.1:0"', "listen = 5280", "listen"),
    ('mode = "local"', 'mode = "remote"', "mode"),
    ('c2s = "127.0.0.1:0"', 'c2s = "192.0.2.1:5222"', "c2s"),
    ('accounts = {{ alice = "wonder" }}', "accounts = {{ alice = 7 }}", "alice"),
    ('load = "restanza"', "load = []", "load"),
    ("[http]", "[htpt]", "htpt"),
)


class CommandLine(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="restanza-cli-")
        self.addCleanup(directory.cleanup)
        self.directory = directory.name

    def run_host(self, *arguments):
        return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=DEADLINE,
                              env=sanitized_environment(), check=False)

    def write(self, text):
        path = f"{self.directory}/restanza.toml"
        with open(path, "w", encoding="utf-8") as config:
            config.write(text.format(state=f"{self.directory}/state"))
        return path


class Checks(CommandLine):
    def test_version_is_one_line(self):
        done = self.run_host("--version")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"^restanza-host \d+\.\d+\.\d+.*\n$")

    def test_all_settings_are_printed_and_fit_a_terminal(self):
        done = self.run_host("--settings")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for line in ("  max_header_bytes: whole number, 1024 to 1048576; default: 32768; restart",
                     '  level: text; default: "info"',
                     "  rest_iq_timeout: seconds, 0.001 to 86400; default: 120",
                     "  max_connections: whole number, 1 to 256; default: 8",
                     "  sha256: text; required"):
            self.assertIn(line + "\n", done.stdout)
        self.assertEqual([line for line in done.stdout.split("\n") if len(line) > 80], [])

    def test_an_unknown_option_is_named(self):
        done = self.run_host("--no-such-option")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("--no-such-option", done.stderr)

    def test_a_good_configuration_passes_and_nothing_starts(self):
        done = self.run_host("--check", "--config", self.write(GOOD))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("ready", done.stdout)

    def test_a_bad_line_is_named_with_file_line_and_key(self):
        for good, bad, key in BAD_LINES:
            with self.subTest(bad=bad):
                config = self.write(GOOD.replace(good, bad))
                line = GOOD.splitlines().index(good) + 1
                done = self.run_host("--check", "--config", config)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(config, done.stderr)
                self.assertRegex(done.stderr, rf"\b{line}\b")
                self.assertIn(key, done.stderr)

    def test_a_file_that_is_not_toml_is_named_with_its_line(self):
        config = self.write(GOOD.replace('mode = "local"', "mode = = local"))
        done = self.run_host("--check", "--config", config)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(config, done.stderr)
        self.assertRegex(done.stderr, r"\b5\b")

    def test_deliveries_of_an_instance_that_never_ran_are_none_and_nothing_is_made(self):
        with_file = self.run_host("--deliveries", "--config", self.write(GOOD))
        env = sanitized_environment()
        env.pop("STATE_DIRECTORY", None)
        env["XDG_STATE_HOME"] = f"{self.directory}/home"
        without = subprocess.run([PROGRAM, "--deliveries"], capture_output=True, text=True, timeout=DEADLINE, env=env,
                                 check=False)
        for done, directory in ((with_file, "state"), (without, "home/restanza")):
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("rest.localhost (restanza):", done.stdout)
            self.assertIn(f"there is no journal in {self.directory}/{directory}/rest.localhost", done.stderr)
        self.assertEqual(os.listdir(self.directory), ["restanza.toml"])

    def test_a_missing_file_is_named(self):
        done = self.run_host("--config", f"{self.directory}/none.toml")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("none.toml", done.stderr)


class Starting(CommandLine):
    def test_an_unknown_setting_of_the_plugin_is_refused_and_named(self):
        config = self.write(GOOD + 'rest_callback_ulr = "http://127.0.0.1:9/"\n')
        done = self.run_host("--config", config)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("rest_callback_ulr", done.stderr)
        self.assertEqual(done.stdout, "")

    def test_a_plugin_that_is_not_there_is_named(self):
        done = self.run_host("--config", self.write(GOOD.replace('load = "restanza"', 'load = "no-such-plugin"')))
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("no-such-plugin", done.stderr)

    def test_a_port_that_is_taken_is_named(self):
        with ComponentServerPort() as port:
            done = self.run_host(
                "--config", self.write(GOOD.replace('listen = "127.0.0.1:0"', f'listen = "127.0.0.1:{port}"')))
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(str(port), done.stderr)

    def test_without_a_file_it_runs_locally_with_secrets_of_its_own(self):
        ports = self.enterContext(default_ports())
        if not ports:
            self.skipTest("another program listens on the default ports")
        env = sanitized_environment()
        env.pop("STATE_DIRECTORY", None)
        env.update(HOME=self.directory, XDG_STATE_HOME=f"{self.directory}/state")
        host = Program("restanza-host", [PROGRAM], env=env)
        self.addCleanup(host.kill)
        ready = host.wait_for_line(READY, source="out")
        self.assertEqual((ready["http"], ready["c2s"]), tuple(f"127.0.0.1:{port}" for port in ports))

        # The two outputs are read apart, so that what was written first may arrive last.
        host.wait_for_line(rf"http://{ready['http']}/rest", source="err")

        secrets = [os.path.join(where, name) for where, _, names in os.walk(f"{self.directory}/state/restanza")
                   for name in names if self.is_secret(os.path.join(where, name))]
        said = "\n".join(host.lines("err"))
        named = [path for path in secrets if path in said]
        self.assertGreaterEqual(len(named), 2, f"{secrets} in\n{said}")
        for path in secrets:
            with open(path, encoding="utf-8") as secret:
                self.assertNotIn(secret.read().strip(), said)

        command = self.shown_command("curl", host.lines("err"))
        done = subprocess.run(["bash", "-c", command + " --fail --silent --show-error"], env=env,
                              capture_output=True, text=True, timeout=DEADLINE, check=False)
        self.assertEqual(done.returncode, 0, f"{command}\n{done.stderr}")

        self.assertEqual(RestClient(ready["http"], "", "").request("POST", "/rest", "<message/>", "application/xmpp+xml",
                                                                   authorized=False).status, 401)
        self.assertEqual(host.stop(), 0, host.transcript())

    @staticmethod
    def shown_command(program, lines):
        """The command that is printed for the reader to paste; it goes on after a line that ends with a backslash."""
        first = next(number for number, line in enumerate(lines) if f"{program} " in line)
        command = lines[first][lines[first].index(f"{program} "):]
        for line in lines[first + 1:]:
            if not command.endswith("\\"):
                break
            command = command[:-1] + line
        return command

    @staticmethod
    def is_secret(path):
        """Small files with something in them that only their owner may read."""
        found = os.stat(path)
        return 0 < found.st_size < 1024 and stat.S_IMODE(found.st_mode) == 0o600


class Ending(CommandLine):
    def test_sigterm_ends_it_with_0(self):
        host = Host(local_mode())
        self.addCleanup(host.discard)
        host.program.signal(signal.SIGTERM)
        self.assertEqual(host.program.wait(), 0, host.program.transcript())
        self.assertEqual(host.complaints(), [])

    def test_a_client_in_the_middle_of_its_body_is_no_reason_to_wait(self):
        host = Host(local_mode())
        self.addCleanup(host.discard)
        address, port = host.http.rsplit(":", 1)
        with socket.create_connection((address, int(port)), timeout=DEADLINE) as client:
            # Told to go on, the client knows that its request has been begun.
            client.sendall(b"POST /rest HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n")
            received = b""
            while b"100 Continue" not in received:
                more = client.recv(4096)
                self.assertTrue(more, received)
                received += more
            host.program.signal(signal.SIGTERM)
            self.assertEqual(host.program.wait(), 0, host.program.transcript())
        self.assertNotIn("contexts are still held", host.program.transcript())

    def test_sigterm_also_ends_it_while_the_server_is_away(self):
        http, server = free_ports(2)
        host = Program("restanza-host", [PROGRAM, "--config", self.component_config(http, server)],
                       env=sanitized_environment())
        self.addCleanup(host.kill)
        wait_until(lambda: accepts(http), "HTTP serves")
        self.assertEqual(host.stop(), 0, host.transcript())

    def component_config(self, http, server):
        return self.write(f"""
state_dir = "{{state}}"
[http]
listen = "127.0.0.1:{http}"
[xmpp]
mode = "component"
server = "127.0.0.1:{server}"
secret = "component-secret"
[[plugin]]
load = "restanza"
domain = "rest.localhost"
[plugin.settings]
component_secret = "plain-secret"
""")


class ComponentServerPort:
    """A port on which somebody listens already."""

    def __enter__(self):
        self.server = ComponentServer()
        return self.server.component_port

    def __exit__(self, *_):
        self.server.close()


if __name__ == "__main__":
    unittest.main(verbosity=2)
