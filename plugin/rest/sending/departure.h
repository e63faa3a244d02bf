// SPDX-License-Identifier: MIT
// Whether a request's stanza may have left: said by whoever sends it, asked by whoever remembers the request.
// Copies speak of the same request. Any thread.
#pragma once

#include <atomic>
#include <exception>
#include <memory>

#include "xmpp/stanza_sink.h"

namespace restanza::rest {

class Departure {
 public:
  Departure() = default;  // nobody asks
  static Departure watched() {
    Departure made;
    made.left_ = std::make_shared<std::atomic<bool>>(false);
    return made;
  }

  // Of several stanzas the first is about to be sent.
  void leaves() const { set(true); }

  bool has_left() const { return left_ && *left_; }

  // Sends it. It counts as gone before it is, because its answer, or the end of the wait for one, may come on
  // another thread meanwhile; what the sink has not taken, or has thrown at, has not left.
  xmpp::Sent send(const xmpp::Stanza& stanza, xmpp::StanzaSink& sink) const {
    set(true);
    try {
      const xmpp::Sent sent = sink.send(stanza);
      if (sent != xmpp::Sent::ok) set(false);
      return sent;
    } catch (const std::exception&) {
      set(false);
      throw;
    }
  }

 private:
  void set(bool left) const {
    if (left_) *left_ = left;
  }

  std::shared_ptr<std::atomic<bool>> left_;
};

}  // namespace restanza::rest
