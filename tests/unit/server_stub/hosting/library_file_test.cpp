// SPDX-License-Identifier: MIT
#include "hosting/library_file.h"

#include <filesystem>
#include <fstream>

#include "support/catch.h"
#include "support/directory.h"

using namespace restanza;
using namespace restanza::host;

namespace {

// A new file takes the name, as a package's installation does it. The older one still exists, as one that is
// loaded does, so that its number is not used again.
void replace(const std::string& path) {
  static int number = 0;
  if (std::filesystem::exists(path)) {
    std::filesystem::create_hard_link(path, path + ".older" + std::to_string(++number));
  }
  std::ofstream(path + ".new") << "a newer one";
  std::filesystem::rename(path + ".new", path);
}

}  // namespace

TEST_CASE("all who open one file have it in common, by its plain name") {
  const Directory directory;
  const std::string path = directory.path() + "/x.so";
  replace(path);
  LibraryFiles files;
  const auto first = files.at(path);
  CHECK(first->loaded_as == path);
  CHECK(files.at(path) == first);
}

TEST_CASE("a newer file has another name as long as the older one is there") {
  const Directory directory;
  const std::string path = directory.path() + "/x.so";
  replace(path);
  LibraryFiles files;
  auto oldest = files.at(path);
  replace(path);
  const auto middle = files.at(path);
  CHECK(middle->loaded_as == directory.path() + "/./x.so");
  replace(path);
  const auto newest = files.at(path);
  CHECK(newest->loaded_as == directory.path() + "/././x.so");
  CHECK(newest->path == path);
  CHECK(files.at(path) == newest);
  oldest.reset();
  replace(path);
  CHECK(files.at(path)->loaded_as == path);
}

TEST_CASE("the name of a file that stays loaded is not used for a newer one") {
  const Directory directory;
  const std::string path = directory.path() + "/x.so";
  replace(path);
  LibraryFiles files;
  files.keep(files.at(path));
  replace(path);
  CHECK(files.at(path)->loaded_as == directory.path() + "/./x.so");
}

TEST_CASE("a file that is not there has its plain name, for the loader's own words") {
  LibraryFiles files;
  CHECK(files.at("/no/where/x.so")->loaded_as == "/no/where/x.so");
}
