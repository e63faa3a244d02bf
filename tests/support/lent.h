// SPDX-License-Identifier: MIT
// What a host lends to a plugin for one call: copies of their own, each overwritten and freed when the call
// is over, so that a plugin that kept a view reads rubbish, and a sanitizer says where. One thread.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "xp.h"

namespace restanza {

class Lent {
 public:
  Lent() = default;
  Lent(const Lent&) = delete;
  Lent& operator=(const Lent&) = delete;
  ~Lent() {
    for (auto& block : blocks_) std::fill(block.begin(), block.end(), '\xDD');
  }

  xp_str view(std::string_view text) {
    char* bytes = block(text.size() + 1);  // never null: empty is not absent
    text.copy(bytes, text.size());
    return {bytes, text.size()};
  }
  xp_str view_or_absent(std::string_view text) { return text.empty() ? xp_str{nullptr, 0} : view(text); }

  template <class T>
  T& make() {
    return *new (block(sizeof(T))) T{};
  }

  const xp_pair* pairs(const std::vector<std::pair<std::string, std::string>>& pairs) {
    auto* out = new (block(sizeof(xp_pair) * (pairs.size() + 1))) xp_pair[pairs.size() + 1]{};
    for (size_t i = 0; i < pairs.size(); ++i) out[i] = {view(pairs[i].first), view(pairs[i].second)};
    return out;
  }

 private:
  char* block(size_t size) {
    blocks_.emplace_back(size);
    return blocks_.back().data();
  }
  std::vector<std::vector<char>> blocks_;  // moving a vector keeps its bytes where they are
};

}  // namespace restanza
