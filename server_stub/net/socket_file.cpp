// SPDX-License-Identifier: MIT
#include "net/socket_file.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace restanza::host {
namespace {

Error system_error(int number) {
  return Error{std::generic_category().message(number)};
}

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

// 0: somebody accepts connections there.
int try_to_connect(const sockaddr_un& address) {
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket < 0) return errno;
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  const int status = ::connect(socket, generic, sizeof address) == 0 ? 0 : errno;
  ::close(socket);
  return status == EAGAIN ? 0 : status;  // its backlog is full
}

Result<void> make_way(const std::string& path, const sockaddr_un& address) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0) {
    if (errno == ENOENT) return {};
    return system_error(errno);
  }
  if (!S_ISSOCK(found.st_mode))
    return Error{"a file that is no socket stands there: remove it, or choose another path"};
  const int status = try_to_connect(address);
  if (status == 0 || status == EPROTOTYPE) return Error{"another program uses it"};
  if (status != ECONNREFUSED) return system_error(status);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return system_error(errno);
  return {};
}

}  // namespace

Result<void> SocketFile::bind(int socket, const std::string& path) {
  if (path.empty() || path.size() > kMaxPath)
    return Error{"a path may have at most " + std::to_string(kMaxPath) + " bytes"};
  const sockaddr_un address = address_of(path);
  if (auto way = make_way(path, address); !way) return way;
  if (::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return system_error(errno);
  struct stat made {};
  if (::lstat(path.c_str(), &made) != 0) return system_error(errno);
  path_ = path;
  device_ = made.st_dev;
  inode_ = made.st_ino;
  // Nobody can connect before the caller listens, so nobody comes while the mode is another.
  if (::chmod(path.c_str(), kMode) != 0) return system_error(errno);
  return {};
}

void SocketFile::remove() {
  struct stat found {};
  const bool same = !path_.empty() && ::lstat(path_.c_str(), &found) == 0 && found.st_dev == device_ &&
                    found.st_ino == inode_;
  if (same) ::unlink(path_.c_str());
  path_.clear();
}

}  // namespace restanza::host
