#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Signatures of webhooks, verified by code that we did not write: npm's standardwebhooks, Node's crypto, openssl.

Threads: the test's thread, besides those of the support package.
Ownership: the module owns one host and one webhook; what they sent is verified in several ways.
"""
import base64
import json
import os
import re
import secrets
import subprocess
import tempfile
import unittest

from support.deadline import DEADLINE
from support.host import Host, local_mode
from support.npm import npm_modules
from support.process import installed
from support.webhook import Webhook

PACKAGE = "standardwebhooks@1.0.0"
VERIFIER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "support", "verify_signature.cjs")
HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")
# What stands before the 32 bytes of an Ed25519 public key in its DER form (RFC 8410).
PUBLIC_KEY_PREFIX = bytes.fromhex("302a300506032b6570032100")


def text64(data):
    return base64.b64encode(data).decode()


def new_symmetric():
    return "whsec_" + text64(secrets.token_bytes(32))


def new_pair():
    """An Ed25519 key made by openssl: whsk_ with seed and public key, and the whpk_ that belongs to it."""
    key = openssl("genpkey", "-algorithm", "ed25519", "-outform", "DER")
    seed = key[-32:]
    public = openssl("pkey", "-inform", "DER", "-pubout", "-outform", "DER", given=key)[-32:]
    return "whsk_" + text64(seed + public), "whpk_" + text64(public)


def openssl(*arguments, given=None):
    return subprocess.run(["openssl", *arguments], input=given, capture_output=True, timeout=DEADLINE, check=True).stdout


def setUpModule():
    global host, old, new, pair, other_pair, post, modules
    for program in ("node", "npm", "openssl"):
        if not installed(program):
            raise AssertionError(f"{program} is not installed")
    modules = npm_modules(PACKAGE)
    old, new, pair, other_pair = new_symmetric(), new_symmetric(), new_pair(), new_pair()
    webhook = Webhook()
    unittest.addModuleCleanup(webhook.close)
    host = Host(local_mode(), settings={"rest_callbacks": [
        {"name": "signed", "url": webhook.url, "content_type": "application/json",
         "secrets": [new, old, pair[0], other_pair[0]]}]})
    unittest.addModuleCleanup(host.close)
    sent = host.client("alice", "wonder").request(
        "POST", "/rest/message/chat/bot@rest.localhost", "Caf\u00e9 \U0001F600", "text/plain; charset=utf-8")
    assert sent.status == 202, sent
    post = webhook.next_post()


class Signatures(unittest.TestCase):
    def setUp(self):
        self.headers = {name: post.headers[name] for name in HEADERS}
        self.body = post.body.decode()

    def verified_by_node(self, body, symmetric=(), public_keys=(), **headers):
        question = {"headers": {**self.headers, **headers}, "body": body, "secrets": symmetric,
                    "publicKeys": public_keys}
        done = subprocess.run(["node", VERIFIER], input=json.dumps(question), capture_output=True, text=True,
                              env={**os.environ, "NODE_PATH": modules}, timeout=DEADLINE, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def signatures(self, version):
        return [each[len(version) + 1:] for each in self.headers["webhook-signature"].split(" ")
                if each.startswith(version + ",")]

    def verified_by_openssl(self, body, public_key, signature):
        with tempfile.TemporaryDirectory(prefix="restanza-openssl-") as directory:
            files = {"key": PUBLIC_KEY_PREFIX + base64.b64decode(public_key[len("whpk_"):]),
                     "signature": base64.b64decode(signature),
                     "signed": f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}.{body}".encode()}
            for name, content in files.items():
                with open(f"{directory}/{name}", "wb") as file:
                    file.write(content)
            done = subprocess.run(
                ["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER", "-inkey", f"{directory}/key",
                 "-in", f"{directory}/signed", "-sigfile", f"{directory}/signature"],
                capture_output=True, text=True, timeout=DEADLINE, check=False)
            self.assertIn("Verifi", done.stdout + done.stderr)
            return done.returncode == 0

    def changed(self):
        body = self.body.replace("Caf\u00e9", "Cafe")
        self.assertNotEqual(body, self.body)
        return body

    def test_the_headers_are_those_of_standard_webhooks(self):
        self.assertRegex(self.headers["webhook-id"], r"^msg_[A-Za-z0-9_-]{24}$")
        self.assertRegex(self.headers["webhook-timestamp"], r"^\d{10}$")
        self.assertTrue(re.fullmatch(r"(v1a?,[A-Za-z0-9+/]+=*)( v1a?,[A-Za-z0-9+/]+=*){3}",
                                     self.headers["webhook-signature"]), self.headers)
        self.assertEqual((len(self.signatures("v1")), len(self.signatures("v1a"))), (2, 2))

    def test_each_secret_of_a_rotation_is_verified_by_standardwebhooks(self):
        self.assertEqual(self.verified_by_node(self.body, [old, new])["v1"], [True, True])

    def test_each_key_of_a_rotation_is_verified_by_node(self):
        self.assertEqual(self.verified_by_node(self.body, (), [pair[1], other_pair[1]])["v1a"], [True, True])

    def test_each_key_of_a_rotation_is_verified_by_openssl(self):
        for key in (pair[1], other_pair[1]):
            verdicts = [self.verified_by_openssl(self.body, key, each) for each in self.signatures("v1a")]
            self.assertEqual(sorted(verdicts), [False, True])

    def test_a_changed_body_is_refused_by_all(self):
        body = self.changed()
        self.assertEqual(self.verified_by_node(body, [old, new], [pair[1], other_pair[1]]),
                         {"v1": [False, False], "v1a": [False, False]})
        for each in self.signatures("v1a"):
            self.assertFalse(self.verified_by_openssl(body, pair[1], each))

    def test_another_id_is_refused(self):
        self.assertEqual(self.verified_by_node(self.body, [old], [pair[1]], **{"webhook-id": "msg_other"}),
                         {"v1": [False], "v1a": [False]})

    def test_other_keys_are_refused(self):
        self.assertEqual(self.verified_by_node(self.body, [new_symmetric()], [new_pair()[1]]),
                         {"v1": [False], "v1a": [False]})

    def test_the_public_keys_are_shown_and_no_secret_is(self):
        response = host.rest.request("GET", "/rest/endpoints")
        self.assertEqual(response.status, 200, response.body)
        shown = response.body.decode().replace("\\/", "/")
        for key in (pair[1], other_pair[1]):
            self.assertIn(key, shown)
        everything = shown + host.program.transcript()
        for secret in (old, new, pair[0], other_pair[0]):
            self.assertNotIn(secret.partition("_")[2], everything)


if __name__ == "__main__":
    unittest.main(verbosity=2)
