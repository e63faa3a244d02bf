#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The two configurations of compose.yaml with Debian's Prosody, and the Containerfile's check of health.

Threads: the test's thread, besides those of the support package.
Ownership: the test owns its directory, its Prosody and its host.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

from support.deadline import DEADLINE, wait_until
from support.host import PROGRAM, READY, sanitized_environment
from support.process import Program, accepts, free_ports, installed
from support.servers.prosody import Prosody
from support.rest_client import RestClient

CONTAINER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "server_stub", "packaging", "container")


def content(name):
    with open(f"{CONTAINER}/{name}", encoding="utf-8") as file:
        return file.read()


def replaced(text, pairs):
    for old, new in pairs:
        if old not in text:
            raise AssertionError(f"{old!r} is not in the configuration any more")
        text = text.replace(old, new)
    return text


class Files(unittest.TestCase):
    def test_what_the_compose_file_mounts_and_builds_is_there(self):
        try:
            import yaml
        except ImportError:
            self.skipTest("the Debian package python3-yaml is not installed")
        services = yaml.safe_load(content("compose.yaml"))["services"]
        mounted = [volume.split(":")[0] for service in services.values() for volume in service["volumes"]]
        for path in [path for path in mounted if path.startswith("./")]:
            self.assertTrue(os.path.isfile(f"{CONTAINER}/{path}"), path)
        build = services["restanza"]["build"]
        self.assertTrue(os.path.isfile(f"{CONTAINER}/{build['context']}/{build['dockerfile']}"), build)


class Compose(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="restanza-container-")
        self.addCleanup(directory.cleanup)
        self.directory = directory.name
        self.component, self.c2s = free_ports(2)
        self.write("restanza.link-secret", "link\n")
        self.write("restanza.component-secret", "http\n")

    def write(self, name, text):
        path = f"{self.directory}/{name}"
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def start_prosody(self):
        """Addresses and folders become the test's own; all else is as in the container."""
        config = self.write("prosody.cfg.lua", "run_as_root = true\n" + replaced(content("prosody.cfg.lua"), [
            ("/tmp/prosody.pid", f"{self.directory}/prosody.pid"), ("/var/lib/prosody", f"{self.directory}/data"),
            ("/run/secrets", self.directory), ('"*"', '"127.0.0.1"'), ("5347", str(self.component)),
            ("5222", str(self.c2s))]))
        prosody = Program("Prosody", [installed("prosody"), "--config", config, "-F"])
        self.addCleanup(prosody.kill)
        wait_until(lambda: accepts(self.component), "Prosody listens for components")
        return prosody

    def start_host(self):
        config = self.write("restanza.toml", replaced(content("restanza.toml"), [
            ("0.0.0.0:5280", "127.0.0.1:0"), ("prosody:5347", f"127.0.0.1:{self.component}")]))
        host = Program("restanza-host", [PROGRAM, "--config", config], env={
            **sanitized_environment(), "STATE_DIRECTORY": f"{self.directory}/state",
            "CREDENTIALS_DIRECTORY": self.directory})
        self.addCleanup(host.kill)
        return host, host.wait_for_line(READY, source="out")["http"]

    def healthy(self, http):
        """What the container's engine runs, with the port of the test."""
        command = re.search(r"^HEALTHCHECK.*?CMD (\[.*?\])$", content("Containerfile"), re.MULTILINE | re.DOTALL)
        words = [word.replace("5280", http.rsplit(":", 1)[1]) for word in json.loads(command[1])]
        return subprocess.run(words, timeout=DEADLINE, check=False, capture_output=True).returncode == 0

    def test_a_question_goes_through_both_and_health_follows_the_link(self):
        prosody = self.start_prosody()
        host, http = self.start_host()
        client = RestClient(http, "rest.example.net", "http")
        answer = client.request("GET", "/rest/ping/example.net", accept="application/json")
        self.assertEqual(answer.status, 200, answer.body)
        self.assertTrue(self.healthy(http))
        prosody.kill()
        wait_until(lambda: not self.healthy(http), "the link is down")
        self.assertEqual(host.stop(), 0, host.transcript())


if __name__ == "__main__":
    if Prosody.missing():
        print(f"SKIPPED: install {Prosody.missing()}")
        sys.exit(77)
    unittest.main(verbosity=2)
