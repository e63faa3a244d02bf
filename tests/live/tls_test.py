#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""HTTP over TLS and on Unix sockets, as curl, openssl and nginx see it.

Threads: the test's thread, besides those of the support package.
Ownership: each test owns its directory, its host and its nginx.
"""
import http.client
import os
import re
import shutil
import signal
import ssl
import stat
import subprocess
import tempfile
import unittest

from support.certificates import new_authority, server_files
from support.deadline import DEADLINE
from support.host import PROGRAM, Host, local_mode, sanitized_environment
from support.servers.nginx import Nginx
from support.process import installed

ELSEWHERE = "127.0.0.9"  # where a client comes from that is not the proxy; all of 127/8 is loopback
FORGED = "203.0.113.66"
PING = "<iq type='get' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>"


def setUpModule():
    for program in ("curl", "openssl"):
        if not installed(program):
            raise AssertionError(f"{program} is not installed")


class Secured(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="restanza-tls-")
        self.addCleanup(directory.cleanup)
        self.directory = directory.name
        self.authority = new_authority(self.directory)
        self.certificate, self.key = server_files(self.directory, self.authority)
        self.socket = f"{self.directory}/http.sock"

    def run_host(self, **http_section):
        host = Host(local_mode(), http={"listen": "127.0.0.1:0", **http_section})
        self.addCleanup(host.close)
        return host

    def with_tls(self, **more):
        return self.run_host(certificate=self.certificate, key=self.key, **more)

    def curl(self, url, *options):
        """(status, exit code, body) of one request; the test's authority is the only one that is believed."""
        done = subprocess.run(
            ["curl", "--silent", "--cacert", self.authority, "--max-time", str(int(DEADLINE)),
             "--write-out", "\n%{http_code}", *options, url],
            capture_output=True, text=True, timeout=2 * DEADLINE, check=False)
        body, status = done.stdout.rsplit("\n", 1)
        return int(status), done.returncode, body

    def ping(self, url, *options):
        """An iq with the right credentials; its answer's status."""
        return self.curl(f"{url}/rest", "--user", "rest.localhost:" + Host.component_secret,
                         "--header", "Content-Type: application/xmpp+xml", "--data", PING, *options)[0]


class Clients(Secured):
    def test_curl_checks_the_certificate_and_is_answered(self):
        host = self.with_tls()
        self.assertEqual(self.curl(f"https://{host.http}/rest/health")[:2], (200, 0))
        self.assertEqual(self.ping(f"https://{host.http}"), 200)
        stranger = tempfile.TemporaryDirectory(prefix="restanza-tls-")
        self.addCleanup(stranger.cleanup)
        other = new_authority(stranger.name)
        self.assertEqual(self.curl(f"https://{host.http}/rest/health", "--cacert", other)[:2], (0, 60))
        # On a busy machine a hook may be late, which is told.
        self.assertEqual([line for line in host.program.lines("err") if "a hook took" not in line], [])

    def test_plain_http_is_told_that_this_port_speaks_tls(self):
        host = self.with_tls()
        status, code, body = self.curl(f"http://{host.http}/rest/health")
        self.assertEqual((status, code), (400, 0))
        self.assertIn("TLS", body)

    def test_openssl_finds_the_rules_kept(self):
        host = self.with_tls()
        shown = self.s_client(host, "-alpn", "h2,http/1.1", "-verify_return_error")
        self.assertIn("ALPN protocol: http/1.1", shown)
        self.assertIn("Verify return code: 0 (ok)", shown)
        self.assertIn("TLSv1.3", shown)
        older = self.s_client(host, "-tls1_2")
        self.assertIn("New, TLSv1.2", older)
        self.assertIn("Compression: NONE", older)
        self.assertNotIn("New, TLSv1.1,", self.s_client(host, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"))
        self.assertNotIn("ALPN protocol:", self.s_client(host, "-alpn", "h2"))

    def s_client(self, host, *options):
        done = subprocess.run(["openssl", "s_client", "-connect", host.http, "-CAfile", self.authority, *options],
                              input="", capture_output=True, text=True, timeout=DEADLINE, check=False)
        return done.stdout + done.stderr

    def test_a_request_that_openssl_sends_by_hand_is_answered_and_the_end_is_told(self):
        host = self.with_tls()
        request = f"GET /rest/health HTTP/1.1\r\nHost: {host.http}\r\nConnection: close\r\n\r\n"
        done = subprocess.run(["openssl", "s_client", "-quiet", "-connect", host.http, "-CAfile", self.authority],
                              input=request, capture_output=True, text=True, timeout=DEADLINE, check=False)
        self.assertTrue(done.stdout.startswith("HTTP/1.1 200 OK"), done.stdout + done.stderr)
        self.assertNotIn("unexpected eof", done.stderr)


class Reloading(Secured):
    def connect(self, host):
        """A kept connection, and the certificate that it was shown."""
        address, port = host.http.rsplit(":", 1)
        connection = http.client.HTTPSConnection(address, int(port), timeout=DEADLINE,
                                                 context=ssl.create_default_context(cafile=self.authority))
        self.addCleanup(connection.close)
        connection.connect()
        return connection, connection.sock.getpeercert(binary_form=True)

    def health(self, connection):
        connection.request("GET", "/rest/health")
        response = connection.getresponse()
        response.read()
        return response.status

    def reload(self, host, line):
        host.program.signal(signal.SIGHUP)
        return host.program.wait_for_line(line, source="err")

    def test_a_new_certificate_in_the_same_files_is_taken_up_while_old_connections_go_on(self):
        host = self.with_tls()
        old, first = self.connect(host)
        self.assertEqual(self.health(old), 200)
        server_files(self.directory, self.authority)
        self.reload(host, "reloaded: 1 plugins; new certificate, valid until ")
        fresh, second = self.connect(host)
        self.assertNotEqual(first, second)
        self.assertEqual((self.health(old), self.health(fresh)), (200, 200))
        self.assertEqual(old.sock.getpeercert(binary_form=True), first)

    def test_a_new_pair_that_is_bad_is_told_of_and_the_old_one_stays(self):
        host = self.with_tls()
        first = self.connect(host)[1]
        old_key = f"{self.directory}/old.key"
        shutil.copy(self.key, old_key)
        server_files(self.directory, self.authority)
        shutil.copy(old_key, self.key)
        self.reload(host, r"SIGHUP: .*:\d+: 'http\.key' .* does not belong to the certificate .*; nothing was changed")
        connection, shown = self.connect(host)
        self.assertEqual(shown, first)
        self.assertEqual(self.health(connection), 200)
        os.remove(self.certificate)
        self.reload(host, r"SIGHUP: .*:\d+: 'http\.certificate' .* No such file or directory; nothing was changed")
        self.assertEqual(self.connect(host)[1], first)

    def test_a_bad_pair_is_told_of_before_anything_starts(self):
        host = self.with_tls()
        with open(self.key, "w", encoding="utf-8") as key:
            key.write("no key\n")
        for options in (["--check"], []):
            done = subprocess.run([PROGRAM, "--config", host.config, *options], capture_output=True, text=True,
                                  timeout=DEADLINE, env=sanitized_environment(), check=False)
            self.assertNotEqual(done.returncode, 0)
            self.assertRegex(done.stderr, rf"{re.escape(host.config)}:\d+: 'http\.key' names '{re.escape(self.key)}', "
                                          "which holds no private key")
            self.assertEqual(done.stdout, "")


class UnixSockets(Secured):
    def health(self):
        return self.curl("http://localhost/rest/health", "--unix-socket", self.socket)[0]

    def test_curl_talks_through_the_socket_while_the_port_speaks_tls(self):
        host = self.with_tls(listen=[f"unix:{self.socket}", "127.0.0.1:0"])
        first, second = host.http.split(",")
        self.assertEqual(first, f"unix:{self.socket}")
        self.assertEqual(stat.S_IMODE(os.stat(self.socket).st_mode), 0o660)
        self.assertEqual(self.health(), 200)
        self.assertEqual(self.ping("http://localhost", "--unix-socket", self.socket), 200)
        self.assertEqual(self.ping(f"https://{second}"), 200)
        self.assertEqual(host.program.stop(), 0)
        self.assertFalse(os.path.exists(self.socket))

    def test_a_killed_host_leaves_a_socket_that_the_next_one_replaces_and_a_running_one_keeps_its_own(self):
        host = self.run_host(listen=f"unix:{self.socket}")
        self.assertEqual(host.http, f"unix:{self.socket}")
        second = subprocess.run([PROGRAM, "--config", host.config], capture_output=True, text=True, timeout=DEADLINE,
                                env=sanitized_environment(), check=False)
        self.assertNotEqual(second.returncode, 0)
        self.assertIn(self.socket, second.stderr)
        self.assertEqual(self.health(), 200)
        host.program.kill()
        self.assertTrue(os.path.exists(self.socket))
        host.launch()
        self.assertEqual(self.health(), 200)


class BehindNginx(Secured):
    def setUp(self):
        super().setUp()
        if Nginx.missing():
            raise AssertionError(f"{Nginx.missing()} is not installed")

    def front_with(self, upstream, scheme="http"):
        nginx = Nginx(upstream, self.certificate, self.key, scheme)
        self.addCleanup(nginx.close)
        return f"https://127.0.0.1:{nginx.port}"

    def peer_of(self, host, url, name, *options):
        """Whose attempt the host writes down when somebody of that name comes with a wrong password."""
        status, _, body = self.curl(f"{url}/rest", "--user", f"{name}@localhost:wrong", "--interface", ELSEWHERE,
                                    "--header", f"X-Forwarded-For: {FORGED}", "--data", "body=x", *options)
        self.assertEqual(status, 401, body)
        return host.program.wait_for_line(rf'refused: who="{name}@localhost" peer="([^"]*)"', source="err")[1]

    def test_a_trusted_proxy_over_tcp_says_who_the_client_is(self):
        host = self.run_host(trusted_proxies=["127.0.0.1"])
        url = self.front_with(host.http)
        self.assertEqual(self.ping(url), 200)
        self.assertEqual(self.peer_of(host, url, "mallory"), ELSEWHERE)
        # A client that comes without the proxy can write anything there.
        self.assertEqual(self.peer_of(host, f"http://{host.http}", "mallet"), ELSEWHERE)

    def test_a_trusted_proxy_over_a_unix_socket_says_who_the_client_is(self):
        host = self.run_host(listen=f"unix:{self.socket}", trusted_proxies=["unix"])
        url = self.front_with(f"unix:{self.socket}")
        self.assertEqual(self.ping(url), 200)
        self.assertEqual(self.peer_of(host, url, "mallory"), ELSEWHERE)

    def test_a_proxy_that_is_not_trusted_is_the_client_itself(self):
        tcp = self.run_host()
        self.assertEqual(self.peer_of(tcp, self.front_with(tcp.http), "mallory"), "127.0.0.1")
        local = self.run_host(listen=f"unix:{self.socket}", trusted_proxies=["127.0.0.1"])
        self.assertEqual(self.peer_of(local, self.front_with(f"unix:{self.socket}"), "mallory"), "unix")

    def test_a_proxy_may_speak_tls_to_the_host_as_well(self):
        host = self.with_tls(trusted_proxies=["127.0.0.1"])
        url = self.front_with(host.http, "https")
        self.assertEqual(self.ping(url), 200)
        self.assertEqual(self.peer_of(host, url, "mallory"), ELSEWHERE)


if __name__ == "__main__":
    unittest.main(verbosity=2)
