// SPDX-License-Identifier: MIT
// What is asked of the journal, as values: the members of a group that is written in one commit. A group
// owns all that is in it. Other folders use the names Journal::Entry and Journal::Taken. Plain values.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"
#include "journal/change.h"
#include "journal/record.h"
#include "journal/request.h"
#include "xmpp/stanza.h"

namespace restanza::journal {

// For whom a stanza is. `keep`: it is stored until delivered; otherwise it only takes its turn here, so that
// it does not overtake what came before it, and its deliveries have no seq.
struct Entry {
  std::shared_ptr<const xmpp::Stanza> stanza;  // never absent
  bool keep = true;
  struct To {
    std::string endpoint;
    bool answers = true;
  };
  std::vector<To> to;
};
// What became of an entry: the deliveries, one for each `to` and in their order, with the stanza in none of
// them; or an error, and nothing is stored: the file is full, the disk is full or broken.
using Taken = std::function<void(Entry entry, Result<std::vector<Delivery>> deliveries)>;

struct OfferedEntry {
  OfferedEntry(Entry&& its_entry, Taken&& its_then) noexcept
      : entry(std::move(its_entry)), then(std::move(its_then)) {}

  Entry entry;
  Taken then;
  Result<std::vector<Delivery>> taken = std::vector<Delivery>();
};
// A read, a command, or only to be told when its turn has come.
struct Asked {
  std::variant<std::monostate, Read, Command> request;
  std::function<void(Result<Answer>)> then;
  Result<Answer> answer = Answer();
};
// What is asked is large and comes seldom, so it stands apart: the queue of the others is small.
using Item = std::variant<OfferedEntry, Change, std::unique_ptr<Asked>>;

// Null where the item is something else.
inline Asked* asked_of(const Item& item) {
  const auto* asked = std::get_if<std::unique_ptr<Asked>>(&item);
  return asked ? asked->get() : nullptr;
}
using Group = std::vector<Item>;

}  // namespace restanza::journal
