// SPDX-License-Identifier: MIT
// Answers every request with 204, as Node.js itself does it, and prints a line for each that it has read.
//
//   node_server.cjs PORT [CERTIFICATE KEY]
//
// With a certificate it speaks TLS, and takes other keys for its tickets after every few requests.
const crypto = require("node:crypto");
const fs = require("node:fs");

const RENEWED_AFTER = 20; // requests
const [port, certificate, key] = process.argv.slice(2);
let served = 0;

function serve(request, response) {
  request.resume();
  request.on("end", () => {
    console.log(`got ${request.headers["webhook-id"] ?? "-"} ${request.url}`);
    served += 1;
    if (certificate && served % RENEWED_AFTER === 0) server.setTicketKeys(crypto.randomBytes(48));
    response.writeHead(204).end();
  });
}

const server = certificate
  ? require("node:https").createServer({ cert: fs.readFileSync(certificate), key: fs.readFileSync(key) }, serve)
  : require("node:http").createServer(serve);
server.listen(Number(port), "127.0.0.1");
