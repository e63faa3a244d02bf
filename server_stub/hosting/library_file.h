// SPDX-License-Identifier: MIT
// The files that this process has loaded as plugins. A library that has left threads stays loaded under its
// name, and the loader would give it again for a newer file of that name; so the newer one is loaded by
// another name of the same path. Any thread.
#pragma once

#include <sys/types.h>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "hosting/library_threads.h"

namespace restanza::host {

struct LibraryFile {
  const std::string path;       // as it was asked for
  const std::string loaded_as;  // for dlopen
  const dev_t device;
  const ino_t inode;  // 0: there is no such file
  LibraryThreads threads;
};

class LibraryFiles {
 public:
  static LibraryFiles& of_process();

  // The file that is there now: the same one for all who ask while one of them has it.
  std::shared_ptr<LibraryFile> at(const std::string& path);

  // Its name is not used again.
  void keep(std::shared_ptr<LibraryFile> file);

 private:
  std::shared_ptr<LibraryFile> loaded_as(const std::string& name) const;  // with the lock

  std::mutex mutex_;
  std::vector<std::weak_ptr<LibraryFile>> open_;
  std::vector<std::shared_ptr<LibraryFile>> kept_;
};

}  // namespace restanza::host
