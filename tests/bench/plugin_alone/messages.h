// SPDX-License-Identifier: MIT
// One and the same message in every format, as long as it is asked for in XML.
//
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace restanza::bench {

struct Body {
  std::string format;        // for people
  std::string content_type;  // on the wire
  std::string text;
};

// `size` is the number of bytes of the XML, at least 120; the other formats say the same.
std::vector<Body> message_of(size_t size);

}  // namespace restanza::bench
