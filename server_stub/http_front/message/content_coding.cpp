// SPDX-License-Identifier: MIT
#include "http_front/message/content_coding.h"

#include <array>

#include "base/str.h"

namespace restanza::host {
namespace {

struct Name {
  ContentCoding coding;
  std::string_view text;
};

constexpr std::array<Name, 4> kNames = {{{ContentCoding::identity, "identity"},
                                         {ContentCoding::gzip, "gzip"},
                                         {ContentCoding::deflate, "deflate"},
                                         {ContentCoding::br, "br"}}};

ContentCoding named(std::string_view value) {
  for (const Name& known : kNames) {
    if (ascii_equal(known.text, value)) return known.coding;
  }
  return ContentCoding::unknown;
}

}  // namespace

ContentCoding content_coding(const std::vector<Header>& headers) {
  ContentCoding coding = ContentCoding::identity;
  size_t count = 0;
  for (const auto& [name, value] : headers) {
    if (!ascii_equal(name, "Content-Encoding")) continue;
    coding = ++count == 1 ? named(value) : ContentCoding::unknown;
  }
  return coding;
}

std::string_view name_of(ContentCoding coding) {
  for (const Name& known : kNames) {
    if (known.coding == coding) return known.text;
  }
  return {};
}

}  // namespace restanza::host
