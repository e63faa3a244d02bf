// SPDX-License-Identifier: MIT
// The plugin's file, loaded, and what it exports. One thread.
#pragma once

#include <string>
#include <vector>

#include "xp.h"

namespace restanza::check {

class Library {
 public:
  explicit Library(const std::string& path);  // throws Failed
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  ~Library();

  const xp_plugin_desc& descriptor() const { return *descriptor_; }
  const xp_plugin_desc* entry() const;  // asks the plugin again

 private:
  void* handle_;
  const xp_plugin_desc* (*entry_)();
  const xp_plugin_desc* descriptor_;
};

// Names that the file defines for others; sanitizers' own are left out. Throws Failed where it is no ELF
// file.
std::vector<std::string> exported_symbols(const std::string& path);

}  // namespace restanza::check
