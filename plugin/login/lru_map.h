// SPDX-License-Identifier: MIT
// A bounded table that forgets what was used least recently (LRU). Keys come from outside: a tree and not a
// hash table, so that nobody can choose keys that make it slow. One thread at a time.
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace restanza {

template <class Value>
class LruMap {
 public:
  explicit LruMap(size_t limit) : limit_(limit) {}
  LruMap(const LruMap&) = delete;
  LruMap& operator=(const LruMap&) = delete;

  // Null where there is none. Looking does not count as use.
  Value* find(std::string_view key) {
    const auto found = places_.find(key);
    return found == places_.end() ? nullptr : &found->second->second;
  }

  // The value, made where there is none, which is the most recently used one then.
  Value& use(std::string_view key) {
    const auto found = places_.find(key);
    if (found != places_.end()) {
      entries_.splice(entries_.begin(), entries_, found->second);
      return entries_.front().second;
    }
    if (places_.size() == limit_) drop_idlest();
    entries_.emplace_front(std::string(key), Value());
    places_.emplace(entries_.front().first, entries_.begin());
    return entries_.front().second;
  }

  // Of a table that is not empty.
  const Value& idlest() const { return entries_.back().second; }
  void drop_idlest() {
    places_.erase(entries_.back().first);
    entries_.pop_back();
  }

  size_t size() const { return places_.size(); }

 private:
  using Entries = std::list<std::pair<const std::string, Value>>;  // the most recently used first

  const size_t limit_;
  Entries entries_;
  std::map<std::string_view, typename Entries::iterator> places_;  // the keys lie in the entries
};

}  // namespace restanza
