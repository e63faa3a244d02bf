// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/state.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/file.h"
#include "base/random.h"
#include "base/str.h"

namespace restanza::host {

Result<void> make_directory(const std::string& path) {
  for (size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    const std::string part = path.substr(0, end);
    if (mkdir(part.c_str(), 0700) != 0 && errno != EEXIST) {
      return Error{"the directory '" + part + "' cannot be made: " + std::strerror(errno) +
                   "; set state_dir"};
    }
    if (end == std::string::npos) break;
  }
  if (access(path.c_str(), W_OK | X_OK) != 0) {
    return Error{"the directory '" + path + "' cannot be written: " + std::strerror(errno) +
                 "; set state_dir"};
  }
  return {};
}

Result<std::string> kept_secret(const std::string& file) {
  const int fd = open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0 && errno != EEXIST)
    return Error{"the file '" + file + "' cannot be made: " + std::strerror(errno)};
  if (fd >= 0) {
    const std::string secret = random_id();
    const std::string line = secret + "\n";
    const bool written = write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size());
    close(fd);
    if (!written) return Error{"the file '" + file + "' cannot be written: " + std::strerror(errno)};
    return secret;
  }
  const std::string content = read_file(file).value_or("");
  const std::string secret(trim(content));
  if (secret.empty())
    return Error{"the file '" + file + "' is empty or cannot be read: remove it to get a new secret"};
  return secret;
}

}  // namespace restanza::host
