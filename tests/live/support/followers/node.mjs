// SPDX-License-Identifier: MIT
// Follows with npm's eventsource, and prints a line of JSON for each event.
//
//   node.mjs URL AUTHORIZATION
import { createRequire } from 'node:module';

const { EventSource } = createRequire(`${process.env.NODE_PATH}/`)('eventsource');
const [, , url, authorization] = process.argv;
const source = new EventSource(url, {
  fetch: (input, init) => fetch(input, { ...init, headers: { ...init.headers, Authorization: authorization } }),
});
source.onmessage = (event) => {
  console.log(JSON.stringify({ id: event.lastEventId, body: JSON.parse(event.data).stanza.body }));
};
source.onerror = () => {
  if (source.readyState === EventSource.CLOSED) process.exit(1);
};
