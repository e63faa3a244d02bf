// SPDX-License-Identifier: MIT
// The calls of expat that its versions do not share: 2.5 knows the old ones only, 2.9 deprecates them, and
// distributions take single ones over into older versions. So meson looks for each new one by its name. No
// other file makes these calls. Internal to this folder.
//
// Threads: a parser belongs to one thread at a time.
#pragma once

#include <expat.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <string>

#include "base/random.h"

namespace restanza::xml {

// Secret bytes for expat's hash tables, so that nobody can choose names that collide there.
using HashSalt = std::array<uint8_t, 16>;

inline HashSalt make_hash_salt() {
  HashSalt salt{};
  const std::string bytes = random_bytes(salt.size());
  std::memcpy(salt.data(), bytes.data(), salt.size());
  salt[0] |= 1;  // to older versions 0 means none
  return salt;
}

// Before the parser is given any bytes.
inline void set_hash_salt(XML_Parser parser, const HashSalt& salt) {
#ifdef RESTANZA_EXPAT_HAS_LONG_SALT
  XML_SetHashSalt16Bytes(parser, salt.data());
#else
  unsigned long number = 0;
  std::memcpy(&number, salt.data(), sizeof number);
  XML_SetHashSalt(parser, number);
#endif
}

// Where the current event begins, in bytes from the document's beginning; -1: nowhere.
inline int64_t event_offset(XML_Parser parser) {
#ifdef RESTANZA_EXPAT_HAS_64_BITS
  return XML_GetCurrentByteIndex64(parser);
#else
  return XML_GetCurrentByteIndex(parser);
#endif
}

// How many bytes the current event has.
inline int64_t event_size(XML_Parser parser) {
#ifdef RESTANZA_EXPAT_HAS_64_BITS
  return static_cast<int64_t>(XML_GetCurrentByteCount64(parser));
#else
  return XML_GetCurrentByteCount(parser);
#endif
}

// From 2.6 on expat leaves a tag that is not complete alone until much more has come. After this it looks at
// once, as older versions always do.
inline void do_not_defer(XML_Parser parser) {
#ifdef RESTANZA_EXPAT_CAN_DEFER
  XML_SetReparseDeferralEnabled(parser, XML_FALSE);
#else
  static_cast<void>(parser);
#endif
}

}  // namespace restanza::xml
