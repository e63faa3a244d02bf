// SPDX-License-Identifier: MIT
// Verifies one webhook as its receiver would, with code that Restanza's authors did not write: `v1` with the npm
// package standardwebhooks, `v1a` with Node's own crypto. Asked in JSON on standard input, answers in JSON.
"use strict";

const crypto = require("node:crypto");
const { Webhook, WebhookVerificationError } = require("standardwebhooks");

function v1(secret, headers, body) {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch (error) {
    if (error instanceof WebhookVerificationError) return false;
    throw error;
  }
}

function v1a(publicKey, headers, body) {
  const key = crypto.createPublicKey({
    format: "jwk",
    key: { kty: "OKP", crv: "Ed25519", x: Buffer.from(publicKey.slice("whpk_".length), "base64").toString("base64url") },
  });
  const signed = Buffer.from(`${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`);
  return headers["webhook-signature"].split(" ").filter((each) => each.startsWith("v1a,"))
    .some((each) => crypto.verify(null, signed, key, Buffer.from(each.slice("v1a,".length), "base64")));
}

const asked = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
const verdict = {
  v1: asked.secrets.map((secret) => v1(secret, asked.headers, asked.body)),
  v1a: asked.publicKeys.map((key) => v1a(key, asked.headers, asked.body)),
};
process.stdout.write(JSON.stringify(verdict));
