// SPDX-License-Identifier: MIT
#include "base/content_decoding.h"

#include <zlib.h>

#include <string>
#include <string_view>

#include "support/catch.h"

using namespace restanza;
using namespace std::literals;

namespace {

struct Sample {
  ContentCoding coding;
  std::string_view encoded;
};

// Each says "hello hello hello".
constexpr std::string_view kText = "hello hello hello";
const Sample kSamples[] = {
    {ContentCoding::gzip,
     "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\x48\xcd\xc9\xc9\x57\xc8\x40\x90\x00\x80\x88\xf9\xe5\x11\x00\x00\x00"sv},
    {ContentCoding::deflate, "\x78\x9c\xcb\x48\xcd\xc9\xc9\x57\xc8\x40\x90\x00\x3a\x2e\x06\x7d"sv},
    {ContentCoding::br, "\x1b\x10\x00\xf8\x8d\x94\x6e\xde\x44\x55\x86\x96\x6c\x20\x6f\x01\x4f\x1c\x60\x1c"sv},
};

}  // namespace

TEST_CASE("a coded body is whole at its end and nowhere else") {
  for (const auto& [coding, encoded] : kSamples) {
    CAPTURE(name_of(coding));
    std::string decoded = "from before";
    CHECK(decode_content(coding, encoded, 100, decoded) == Decoding::whole);
    CHECK(decoded == kText);
    for (size_t size = 0; size < encoded.size(); ++size) {
      CHECK(decode_content(coding, encoded.substr(0, size), 100, decoded) == Decoding::broken);
    }
    CHECK(decode_content(coding, std::string(encoded) + "x", 100, decoded) == Decoding::broken);
    CHECK(decode_content(coding, std::string(encoded) + std::string(encoded), 100, decoded) ==
          Decoding::broken);
  }
}

TEST_CASE("a decoded body may have the limit's bytes and not one more") {
  for (const auto& [coding, encoded] : kSamples) {
    CAPTURE(name_of(coding));
    std::string decoded;
    CHECK(decode_content(coding, encoded, kText.size(), decoded) == Decoding::whole);
    CHECK(decode_content(coding, encoded, kText.size() - 1, decoded) == Decoding::too_large);
    CHECK(decode_content(coding, encoded, 0, decoded) == Decoding::too_large);
  }
}

TEST_CASE("a decoded body takes no more memory than the limit") {
  constexpr size_t kLimit = 100'000;
  std::string encoded(kLimit, ' ');
  uLongf size = encoded.size();
  REQUIRE(compress(reinterpret_cast<Bytef*>(encoded.data()), &size,
                   reinterpret_cast<const Bytef*>(std::string(kLimit, 'a').data()), kLimit) == Z_OK);
  encoded.resize(size);
  std::string decoded;
  CHECK(decode_content(ContentCoding::deflate, encoded, kLimit, decoded) == Decoding::whole);
  CHECK(decoded == std::string(kLimit, 'a'));
  CHECK(decoded.capacity() <= kLimit);
}

TEST_CASE("brotli that announces more than the limit allows gets no memory for it") {
  // A window of 16 MiB, and an uncompressed meta-block of 16 MiB of which three bytes are there (RFC 7932
  // section 9.2). Where the limit would allow that much, it is cut off.
  const std::string_view announced =
      "\xcf\xff\xff\xff\x0f"
      "abc"sv;
  std::string decoded;
  CHECK(decode_content(ContentCoding::br, announced, 100'000, decoded) == Decoding::too_large);
  CHECK(decode_content(ContentCoding::br, announced, 16 << 20, decoded) == Decoding::broken);
  CHECK(decode_content(ContentCoding::br, announced, UINT64_MAX, decoded) == Decoding::broken);
}

TEST_CASE("a body that differs from its checksum or length is broken") {
  std::string decoded;
  for (const size_t from_end : {1U, 5U}) {
    std::string gzip(kSamples[0].encoded);
    gzip[gzip.size() - from_end] ^= 1;
    CHECK(decode_content(ContentCoding::gzip, gzip, 100, decoded) == Decoding::broken);
  }
  std::string deflate(kSamples[1].encoded);
  deflate.back() ^= 1;
  CHECK(decode_content(ContentCoding::deflate, deflate, 100, decoded) == Decoding::broken);
}

TEST_CASE("a body in another coding than it says is broken") {
  std::string decoded;
  for (const auto& [coding, encoded] : kSamples) {
    for (const auto& [named, other] : kSamples) {
      if (named == coding) continue;
      CAPTURE(name_of(coding), name_of(named));
      CHECK(decode_content(named, encoded, 100, decoded) == Decoding::broken);
    }
    CHECK(decode_content(ContentCoding::unknown, encoded, 100, decoded) == Decoding::broken);
  }
}
