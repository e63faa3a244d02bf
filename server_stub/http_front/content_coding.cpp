// SPDX-License-Identifier: GPL-3.0-or-later
#include "http_front/content_coding.h"

#include <brotli/decode.h>
#include <zlib.h>

#include <array>
#include <cstdint>
#include <memory>

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

const uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

// The last `count` bytes as a number, the most significant one first.
uint32_t last_bytes(std::string_view text, size_t count) {
  uint32_t number = 0;
  for (const char c : text.substr(text.size() - count)) number = number << 8 | static_cast<uint8_t>(c);
  return number;
}

uint32_t swapped(uint32_t number) {
  return number >> 24 | (number >> 8 & 0xff00) | (number << 8 & 0xff0000) | number << 24;
}

// RFC 1952 section 2.3.1: the checksum, then the length.
bool whole_gzip(std::string_view encoded, std::string_view decoded) {
  constexpr size_t kLeast = 18;
  if (encoded.size() < kLeast) return false;
  const auto sum = crc32(0, bytes_of(decoded), static_cast<uInt>(decoded.size()));
  return swapped(last_bytes(encoded, 4)) == static_cast<uint32_t>(decoded.size()) &&
         swapped(last_bytes(encoded.substr(0, encoded.size() - 4), 4)) == sum;
}

// RFC 1950 section 2.2.
bool whole_zlib(std::string_view encoded, std::string_view decoded) {
  constexpr size_t kLeast = 6;
  return encoded.size() >= kLeast &&
         last_bytes(encoded, 4) == adler32(1, bytes_of(decoded), static_cast<uInt>(decoded.size()));
}

// Brotli has no checksum: only a decoder can tell where it ends.
bool whole_brotli(std::string_view encoded) {
  const std::unique_ptr<BrotliDecoderState, decltype(&BrotliDecoderDestroyInstance)> state(
      BrotliDecoderCreateInstance(nullptr, nullptr, nullptr), &BrotliDecoderDestroyInstance);
  if (!state) return false;
  size_t left = encoded.size();
  const uint8_t* in = bytes_of(encoded);
  std::array<uint8_t, 4096> out;
  for (;;) {
    size_t room = out.size();
    uint8_t* to = out.data();
    const auto result = BrotliDecoderDecompressStream(state.get(), &left, &in, &room, &to, nullptr);
    if (result == BROTLI_DECODER_RESULT_SUCCESS) return left == 0;
    if (result != BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT) return false;
  }
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

bool is_whole(ContentCoding coding, std::string_view encoded, std::string_view decoded) {
  switch (coding) {
    case ContentCoding::gzip:
      return whole_gzip(encoded, decoded);
    case ContentCoding::deflate:
      return whole_zlib(encoded, decoded);
    case ContentCoding::br:
      return whole_brotli(encoded);
    case ContentCoding::identity:
      return true;
    case ContentCoding::unknown:
      break;
  }
  return false;
}

}  // namespace restanza::host
