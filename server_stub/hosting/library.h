// SPDX-License-Identifier: MIT
// A plugin's shared library: found by its name or path, loaded, and its descriptor checked before anything of
// it runs. [setup] only.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "xp.h"

namespace restanza::host {

class Library {
 public:
  // `name`: a path where it holds a '/', else "restanza" for DIR/restanza.so in the first directory that has
  // it.
  static Result<std::unique_ptr<Library>> open(const std::string& name,
                                               const std::vector<std::string>& directories);
  ~Library();  // unloads it
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  const xp_plugin_desc& descriptor() const { return *descriptor_; }
  const std::string& path() const { return path_; }

  // What it exports besides its entry: symbols that may get between those of the host and of other plugins.
  std::vector<std::string> extra_symbols() const;

  // Threads that run its code still, once no instance of it is left; those that are just ending get a moment.
  // 0 where other instances of the same library may have threads.
  size_t threads_left() const;

  // Keeps it loaded for ever, for where something of it may still run.
  void leak() { handle_ = nullptr; }

 private:
  Library(std::string path, void* handle, const xp_plugin_desc* descriptor)
      : path_(std::move(path)), handle_(handle), descriptor_(descriptor), users_(users_of(handle)) {}
  static std::shared_ptr<void> users_of(void* handle);

  const std::string path_;
  void* handle_;
  const xp_plugin_desc* descriptor_;
  const std::shared_ptr<void> users_;  // one for each of those that have opened the same library
};

// RESTANZA_PLUGIN_PATH (colons between), the plugin folder of a build tree beside the program, the installed
// one.
std::vector<std::string> plugin_directories();

}  // namespace restanza::host
