// SPDX-License-Identifier: MIT
#include "app/state.h"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "support/catch.h"

using namespace restanza::host;

namespace {

// A directory of the test's own.
struct Place {
  Place() { path = mkdtemp(name); }
  ~Place() { std::filesystem::remove_all(path); }
  char name[27] = "/tmp/restanza-state-XXXXXX";
  std::string path;
};

unsigned mode_of(const std::string& path) {
  struct stat info {};
  REQUIRE(stat(path.c_str(), &info) == 0);
  return info.st_mode & 0777U;
}

}  // namespace

TEST_CASE("a directory is made with all above it, for its owner alone") {
  const Place place;
  REQUIRE(make_directory(place.path + "/a/b"));
  CHECK(mode_of(place.path + "/a/b") == 0700);
  CHECK(make_directory(place.path + "/a/b"));
  std::ofstream(place.path + "/file") << "x";
  const auto refused = make_directory(place.path + "/file/below");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().text.find(place.path + "/file") != std::string::npos);
}

TEST_CASE("a secret is generated once, for its owner's eyes, and kept") {
  const Place place;
  const std::string file = place.path + "/secret";
  const auto first = kept_secret(file);
  REQUIRE(first);
  CHECK(first->size() == 24);
  CHECK(mode_of(file) == 0600);
  CHECK(*kept_secret(file) == *first);
  CHECK(*kept_secret(place.path + "/other") != *first);
  std::ofstream(file, std::ios::trunc);
  CHECK_FALSE(kept_secret(file));
}

TEST_CASE("a directory in a secret's place is refused like a file that cannot be read") {
  const Place place;
  CHECK_FALSE(kept_secret(place.path));
}
