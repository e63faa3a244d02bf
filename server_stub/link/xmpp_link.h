// SPDX-License-Identifier: MIT
// What carries the stanzas of one plugin: the embedded server or a component's connection to a real one. Two
// interfaces, one for each direction.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "xmpp/stanza.h"
#include "xp.h"

namespace restanza::host {

// How a plugin's hooks ended with a stanza.
enum class Offer {
  taken,    // a hook consumed it
  passed,   // every hook passed: the link does what a server does with it
  refused,  // it could not be taken in time or in space: the link answers wait/resource-constraint where one
            // may
};

// Who gets a link's stanzas: the plugin's hooks. Called on the link's thread only, without a lock. `after`
// runs once, on the link's thread, before `offer` returns or later; stanzas keep their order up to `after`.
class Inbound {
 public:
  virtual ~Inbound() = default;
  // `injected`: this plugin itself sent the stanza, and it comes back by way of the link.
  virtual void offer(xmpp::Stanza stanza, bool injected, std::function<void(xmpp::Stanza, Offer)> after) = 0;
  // So many stanzas wait for busy hooks that the link had better leave further ones with its peer for a
  // while. To be asked again after what was posted has run, and at the latest after kAskAgain.
  static constexpr std::chrono::milliseconds kAskAgain{100};
  virtual bool has_enough() { return false; }
};

class Link {
 public:
  virtual ~Link() = default;

  // Begins, where the link connects by itself: once, when whoever gets its stanzas is ready for them.
  virtual void start() {}

  // [any] Takes one stanza of the plugin, whole or not at all. XP_OK: the link holds it. XP_WOULD_BLOCK: no
  // room, or an iq get or set while the connection is down; `writable`, where given, is called once when that
  // has changed, on the link's thread, and is dropped without a call when the link ends or too many wait.
  // XP_TOO_BIG: larger than max_stanza. XP_DENIED: `from` is missing or outside what this link may speak for.
  // XP_INVALID: not a stanza that a server takes, as an iq without id. XP_GONE: after `close`.
  virtual xp_status send(xmpp::Stanza stanza, std::function<void()> writable) = 0;

  // [any] Runs `work` on the link's thread, soon, in order; dropped when the link has ended.
  virtual void post(std::function<void()> work) = 0;

  // [any] Whether stanzas can go out right now; for health.
  virtual bool up() const = 0;

  // [any] Bytes of one serialized stanza.
  virtual uint64_t max_stanza() const = 0;

  // [any] Ends the link: sends what waits, closes the stream, reads on to the peer's end while still offering
  // what arrives, and calls `done` once, at the latest after `within`, with the number of stanzas that stayed
  // unsent.
  virtual void close(std::chrono::milliseconds within, std::function<void(size_t unsent)> done) = 0;
};

}  // namespace restanza::host
