// SPDX-License-Identifier: MIT
#include "http_front/message/content_coding.h"

#include "support/catch.h"

using namespace restanza;

TEST_CASE("a coding is known by its name in any letters, and only once") {
  CHECK(host::content_coding({}) == ContentCoding::identity);
  CHECK(host::content_coding({{"content-encoding", "GZip"}}) == ContentCoding::gzip);
  CHECK(host::content_coding({{"Content-Encoding", "br"}, {"X", "y"}}) == ContentCoding::br);
  CHECK(host::content_coding({{"Content-Encoding", "zstd"}}) == ContentCoding::unknown);
  CHECK(host::content_coding({{"Content-Encoding", "gzip"}, {"Content-Encoding", "identity"}}) ==
        ContentCoding::unknown);
}
