// SPDX-License-Identifier: MIT
#include "mapping/json/cbor_shape.h"

#include <cstdint>
#include <vector>

#include "mapping/json/json.h"

namespace restanza::mapping {
namespace {

constexpr unsigned kText = 3, kArray = 4, kMap = 5, kSimple = 7;  // major types
constexpr uint8_t kIndefinite = 31;                               // additional information
constexpr uint8_t kBreak = 0xff;

struct Walk {
  std::string_view rest;

  bool byte(uint8_t& value) {
    if (rest.empty()) return false;
    value = static_cast<uint8_t>(rest.front());
    rest.remove_prefix(1);
    return true;
  }

  // The argument that follows the initial byte, section 3.
  bool argument(uint8_t info, uint64_t& value) {
    if (info < 24) {
      value = info;
      return true;
    }
    if (info > 27) return false;
    value = 0;
    for (int left = 1 << (info - 24); left > 0; --left) {
      uint8_t next = 0;
      if (!byte(next)) return false;
      value = value << 8 | next;
    }
    return true;
  }

  bool skip(uint64_t size) {
    if (size > rest.size()) return false;
    rest.remove_prefix(static_cast<size_t>(size));
    return true;
  }

  bool text(uint8_t info) {
    uint64_t size = 0;
    if (info != kIndefinite) return argument(info, size) && skip(size);
    for (;;) {
      uint8_t initial = 0;
      if (!byte(initial)) return false;
      if (initial == kBreak) return true;
      if (initial >> 5 != kText || (initial & 31) == kIndefinite) return false;
      if (!argument(initial & 31, size) || !skip(size)) return false;
    }
  }
};

// How many items an open array or map still lacks; a map counts keys and values.
struct Open {
  bool indefinite;
  bool map;
  uint64_t left;   // where definite
  uint64_t count;  // read so far
};

}  // namespace

bool is_plain_cbor(std::string_view bytes) {
  Walk walk{bytes};
  std::vector<Open> open;
  do {
    uint8_t initial = 0;
    if (!walk.byte(initial)) return false;
    const unsigned major = initial >> 5;
    const uint8_t info = initial & 31;
    if (initial == kBreak) {
      if (open.empty() || !open.back().indefinite || (open.back().map && open.back().count % 2)) return false;
      open.pop_back();
    } else {
      if (!open.empty()) {
        const bool is_key = open.back().map && open.back().count % 2 == 0;
        if (is_key && major != kText) return false;
        ++open.back().count;
        if (!open.back().indefinite) --open.back().left;
      }
      uint64_t value = 0;
      if (major == kText) {
        if (!walk.text(info)) return false;
      } else if (major == kArray || major == kMap) {
        if (info != kIndefinite && !walk.argument(info, value)) return false;
        if (value > walk.rest.size() || open.size() >= kMaxJsonDepth) return false;
        open.push_back({info == kIndefinite, major == kMap, major == kMap ? 2 * value : value, 0});
      } else if (major < 2 || major == kSimple) {
        if (!walk.argument(info, value)) return false;
      } else {
        return false;
      }
    }
    while (!open.empty() && !open.back().indefinite && open.back().left == 0) open.pop_back();
  } while (!open.empty());
  return walk.rest.empty();
}

}  // namespace restanza::mapping
