// SPDX-License-Identifier: MIT
// What the host lends for one call: each view ends at a page that nobody may touch, and once the call has
// returned nobody may touch the view either. A plugin that reads past a view's end, or keeps it, crashes
// there and then. One thread; the addresses are never used again.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "xp.h"

namespace restanza::check {

class Lent {
 public:
  Lent() = default;
  Lent(const Lent&) = delete;
  Lent& operator=(const Lent&) = delete;
  ~Lent();

  xp_str view(std::string_view text);
  xp_str view_or_absent(std::string_view text) { return text.empty() ? xp_str{nullptr, 0} : view(text); }
  const xp_pair* pairs(const std::vector<std::pair<std::string, std::string>>& pairs);

  template <class T>
  T& make() {
    return *new (block(sizeof(T))) T{};
  }

  // Bytes that end where nothing may be touched.
  char* block(size_t size);

 private:
  struct Pages {
    char* begin;
    size_t size;
  };
  std::vector<Pages> pages_;
};

}  // namespace restanza::check
