// SPDX-License-Identifier: MIT
// The file of a listening Unix socket, for its owner and group alone. What a dead process left is replaced;
// what somebody listens on, or is no socket, is never touched.
//
// Threads: one at a time. Ownership: unlinks the file at the end, where it is still the one that it made; the
// socket must be open until then, for its inode's number could be another file's afterwards.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/result.h"

namespace restanza::host {

class SocketFile {
 public:
  static constexpr size_t kMaxPath = 107;  // unix(7): sun_path without its end
  static constexpr mode_t kMode = 0660;    // whatever the umask

  SocketFile() = default;
  ~SocketFile() { remove(); }
  SocketFile(const SocketFile&) = delete;
  SocketFile& operator=(const SocketFile&) = delete;

  Result<void> bind(int socket, const std::string& path);  // the error says why, without the path
  void remove();

 private:
  std::string path_;  // empty: none was made
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace restanza::host
