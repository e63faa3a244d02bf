// SPDX-License-Identifier: MIT
// Makes JSON for any stanza that the table can say, from a seed: the same seed makes the same stanza.
#pragma once

#include <nlohmann/json.hpp>
#include <random>

#include "mapping/table.h"

namespace restanza::mapping {

class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  nlohmann::json stanza(Kinds kind);
  nlohmann::json value(const Row& row, int depth = 0);
  nlohmann::json object(Rows rows, int depth);
  bool chance(int percent) { return static_cast<int>(random_() % 100) < percent; }
  size_t below(size_t end) { return random_() % end; }
  std::string text();

 private:
  nlohmann::json scalar(Scalar type);
  nlohmann::json irregular(const char* key);

  std::mt19937 random_;
};

}  // namespace restanza::mapping
