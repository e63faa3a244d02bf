// SPDX-License-Identifier: MIT
#include "http_front/message/content_coding.h"

#include "base/str.h"

namespace restanza::host {

ContentCoding content_coding(const std::vector<Header>& headers) {
  ContentCoding coding = ContentCoding::identity;
  size_t count = 0;
  for (const auto& [name, value] : headers) {
    if (!ascii_equal(name, "Content-Encoding")) continue;
    coding = ++count == 1 ? coding_named(value) : ContentCoding::unknown;
  }
  return coding;
}

}  // namespace restanza::host
