// SPDX-License-Identifier: MIT
#include "base/file.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "support/catch.h"

using namespace restanza;

TEST_CASE("a file is read whole up to its limit, and not one byte past it") {
  char path[] = "/tmp/restanza-file-XXXXXX";
  close(mkstemp(path));
  for (const size_t size : {size_t{0}, size_t{5}, kMaxFile}) {
    const std::string text(size, 'x');
    std::ofstream(path) << text;
    CAPTURE(size);
    CHECK((read_file(path) == text));
  }
  std::ofstream(path) << std::string(kMaxFile + 1, 'x');
  CHECK_FALSE(read_file(path));
  std::remove(path);
}

TEST_CASE("what is no file is absent, and nothing is thrown") {
  CHECK_FALSE(read_file("/nonexistent/file"));
  CHECK_FALSE(read_file("/tmp"));
  CHECK_FALSE(read_file(""));
}
