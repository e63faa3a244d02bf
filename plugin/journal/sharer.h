// SPDX-License-Identifier: MIT
// Who has in memory what waits in the journal, and hears which part of it is this process's to deliver, where
// several share a store. All run on the journal's thread, without a lock held: what is said of one group
// comes before its stanzas. Nothing may be thrown.
#pragma once

#include <vector>

#include "journal/buckets.h"
#include "journal/record.h"

namespace restanza::journal {

class Sharer {
 public:
  // From now on another process delivers these: what waits here of them is forgotten, and how requests end
  // that are under way is nothing that anybody hears of.
  virtual void lost(const Buckets&) {}
  // From now on they are this process's; what waits in them follows with `came`.
  virtual void gained(const Buckets&) {}
  // What waits in buckets that were gained, or was taken by another process; in order, without its text.
  virtual void came(const std::vector<Delivery>&) {}

  // These are to go to another process: nothing of them begins until another set is named. `busy`: in which
  // of them something is under way.
  virtual void hold(const Buckets&) {}
  virtual Buckets busy() const { return {}; }

  // Other processes have written something. `stops`: who is stopped now.
  virtual void others_wrote(const std::vector<EndpointStop>&) {}

 protected:
  ~Sharer() = default;
};

}  // namespace restanza::journal
