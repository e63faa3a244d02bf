// SPDX-License-Identifier: MIT
// A plugin's shared library: found by its name or path, loaded, and its descriptor checked before anything of
// it runs. [setup] only.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "hosting/library_file.h"
#include "xp.h"

namespace restanza::host {

class Library {
 public:
  // `name`: a path where it holds a '/', else "restanza" for DIR/restanza.so in the first directory that has
  // it. A file that has been replaced since is loaded anew, also where the old one is still there.
  static Result<std::unique_ptr<Library>> open(const std::string& name,
                                               const std::vector<std::string>& directories);
  ~Library();  // unloads it
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  const xp_plugin_desc& descriptor() const { return *descriptor_; }
  const std::string& path() const { return file_->path; }

  // What it exports besides its entry: symbols that may get between those of the host and of other plugins.
  std::vector<std::string> extra_symbols() const;

  // A call into the library that may begin threads.
  LibraryThreads::Call call() { return LibraryThreads::Call(file_->threads); }

  // Threads that it has left, once no instance of it is left; none where there are other instances of it.
  LibraryThreads::Left threads_left() const;

  // Keeps it loaded for ever, for where something of it may still run. Where this throws it can be done
  // again.
  void leak();

 private:
  Library(std::shared_ptr<LibraryFile> file, void* handle, const xp_plugin_desc* descriptor)
      : file_(std::move(file)), handle_(handle), descriptor_(descriptor) {}

  const std::shared_ptr<LibraryFile> file_;  // has a user for each of those that have opened it
  void* handle_;
  const xp_plugin_desc* descriptor_;
};

// RESTANZA_PLUGIN_PATH (colons between), the plugin folder of a build tree beside the program, the installed
// one.
std::vector<std::string> plugin_directories();

}  // namespace restanza::host
