// SPDX-License-Identifier: MIT
// What becomes of a message that an endpoint refuses: what the setting `on_refusal` says, for all of them or
// by the status of the answer. Plain values and pure functions, any thread.
#pragma once

#include <map>

namespace restanza::config {
class Reader;
}

namespace restanza::webhook {

enum class OnRefusal {
  bounce,       // its sender gets an error, and it is gone
  dead_letter,  // it is kept as a dead letter, and its sender hears nothing
  retry,        // it is tried again, as if the endpoint could not handle it right now
};

struct Refusals {
  OnRefusal others = OnRefusal::bounce;  // of statuses that are not listed
  std::map<int, OnRefusal> by_status;

  OnRefusal of(int status) const;
  bool operator==(const Refusals& other) const {
    return others == other.others && by_status == other.by_status;
  }
};

// The statuses that a table may list: 3xx and 4xx, but for those that say something else of an endpoint.
bool is_refusal(int status);

// One word for all, or a table with a word for each status, in which `default` stands for the others.
void read_refusals(config::Reader& reader, const char* key, Refusals& into);

}  // namespace restanza::webhook
