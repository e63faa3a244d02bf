// SPDX-License-Identifier: MIT
// Where the stanzas go that somebody wants: a queue, by its name. An endpoint that is posted to is one. Any
// thread, and nothing blocks but what says so.
#pragma once

#include <memory>
#include <string>

#include "journal/record.h"
#include "xmpp/stanza_tree.h"

namespace restanza::subscription {

class Destination {
 public:
  using Tree = std::shared_ptr<const xmpp::StanzaTree>;  // one for all who get the stanza

  virtual ~Destination() = default;

  virtual const std::string& name() const = 0;

  // A place in the queue for a stanza that is to be written; false: there is none. `push`, `cancel` or
  // `refuse_place` must follow.
  virtual bool reserve() = 0;
  virtual void reserve_beyond() = 0;  // whether or not there is room
  virtual void cancel() = 0;
  virtual void refuse_place() = 0;   // the same, where the journal could not take the stanza
  virtual void count_crowded() = 0;  // a stanza that found no place was refused for good
  // A delivery with a place, committed where it is kept. Does not throw: where memory is short it is tried
  // again for a while, which may block for a second.
  virtual void push(journal::Delivery&& delivery, const Tree& tree) = 0;

  // It has left the settings, and another may have its name.
  virtual bool retired() const = 0;

  // A dead letter that has come back to life. Does not throw, as `push`.
  virtual void requeue(const journal::Delivery& delivery) = 0;
  // Takes a delivery out of the queue, where it still is there.
  virtual void withdraw(const journal::Delivery& delivery) = 0;
  virtual bool at_work(const journal::Delivery& delivery) const = 0;  // it is on its way right now
};

}  // namespace restanza::subscription
