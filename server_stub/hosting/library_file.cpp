// SPDX-License-Identifier: MIT
#include "hosting/library_file.h"

#include <sys/stat.h>

#include <algorithm>
#include <utility>

namespace restanza::host {
namespace {

// Names of one path: "d/x.so", "d/./x.so", "d/././x.so".
std::string name_of(const std::string& path, size_t number) {
  std::string dots;
  for (size_t i = 0; i < number; ++i) dots += "./";
  return std::string(path).insert(path.rfind('/') + 1, dots);
}

}  // namespace

LibraryFiles& LibraryFiles::of_process() {
  static LibraryFiles files;
  return files;
}

std::shared_ptr<LibraryFile> LibraryFiles::at(const std::string& path) {
  struct stat now {};
  if (stat(path.c_str(), &now) != 0) now = {};
  const std::lock_guard<std::mutex> lock(mutex_);
  open_.erase(std::remove_if(open_.begin(), open_.end(), [](const auto& file) { return file.expired(); }),
              open_.end());
  for (size_t number = 0;; ++number) {
    const std::string name = name_of(path, number);
    std::shared_ptr<LibraryFile> file = loaded_as(name);
    if (file && (file->device != now.st_dev || file->inode != now.st_ino)) continue;
    if (!file) {
      file.reset(new LibraryFile{path, name, now.st_dev, now.st_ino, {}});
      open_.emplace_back(file);
    }
    return file;
  }
}

std::shared_ptr<LibraryFile> LibraryFiles::loaded_as(const std::string& name) const {
  for (const auto& weak : open_) {
    auto file = weak.lock();
    if (file && file->loaded_as == name) return file;
  }
  return nullptr;
}

void LibraryFiles::keep(std::shared_ptr<LibraryFile> file) {
  const std::lock_guard<std::mutex> lock(mutex_);
  kept_.push_back(std::move(file));
}

}  // namespace restanza::host
