// SPDX-License-Identifier: MIT
#include "http_front/content_coding.h"

#include <string>
#include <string_view>

#include "support/catch.h"

using namespace restanza;
using host::ContentCoding;
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
    CAPTURE(host::name_of(coding));
    CHECK(host::is_whole(coding, encoded, kText));
    for (size_t size = 0; size < encoded.size(); ++size) {
      CHECK_FALSE(host::is_whole(coding, encoded.substr(0, size), kText));
    }
    CHECK_FALSE(host::is_whole(coding, std::string(encoded) + "x", kText));
  }
}

TEST_CASE("a body that differs from its checksum is not whole") {
  CHECK_FALSE(host::is_whole(ContentCoding::gzip, kSamples[0].encoded, "hello hello hellO"));
  CHECK_FALSE(host::is_whole(ContentCoding::gzip, kSamples[0].encoded, "hello"));
  CHECK_FALSE(host::is_whole(ContentCoding::deflate, kSamples[1].encoded, "hello hello hellO"));
}

TEST_CASE("a coding is known by its name in any letters, and only once") {
  CHECK(host::content_coding({}) == ContentCoding::identity);
  CHECK(host::content_coding({{"content-encoding", "GZip"}}) == ContentCoding::gzip);
  CHECK(host::content_coding({{"Content-Encoding", "br"}, {"X", "y"}}) == ContentCoding::br);
  CHECK(host::content_coding({{"Content-Encoding", "zstd"}}) == ContentCoding::unknown);
  CHECK(host::content_coding({{"Content-Encoding", "gzip"}, {"Content-Encoding", "identity"}}) ==
        ContentCoding::unknown);
}
