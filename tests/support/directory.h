// SPDX-License-Identifier: MIT
// A directory of the test's own, gone with it.
#pragma once

#include <filesystem>
#include <string>

#include "base/random.h"

namespace restanza {

class Directory {
 public:
  Directory() : path_((std::filesystem::temp_directory_path() / ("restanza-" + random_id())).string()) {
    std::filesystem::create_directory(path_);
  }
  ~Directory() { std::filesystem::remove_all(path_); }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  const std::string& path() const { return path_; }

 private:
  const std::string path_;
};

}  // namespace restanza
