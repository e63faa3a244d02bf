// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/service_manager.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace restanza::host {

Result<ServiceManager> ServiceManager::at(const std::string& socket) {
  ServiceManager manager;
  if (socket.empty()) return manager;
  const bool abstract = socket[0] == '@';
  // A path ends with a NUL inside the address; an abstract name has all of it.
  const size_t most = sizeof manager.address_.sun_path - (abstract ? 0 : 1);
  if ((socket[0] != '/' && !abstract) || socket.size() < 2 || socket.size() > most) {
    return Error{"NOTIFY_SOCKET must be a path that begins with '/', or '@' and a name, of at most " +
                 std::to_string(most) + " bytes, and is '" + socket + "'"};
  }
  manager.address_.sun_family = AF_UNIX;
  std::memcpy(manager.address_.sun_path, socket.data(), socket.size());
  if (abstract) manager.address_.sun_path[0] = '\0';
  manager.size_ =
      static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket.size() + (abstract ? 0 : 1));
  return manager;
}

Result<ServiceManager> ServiceManager::of_environment() {
  const char* socket = std::getenv("NOTIFY_SOCKET");
  return at(socket ? socket : "");
}

bool ServiceManager::ready() const {
  return send("READY=1\n");
}

bool ServiceManager::reloading() const {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  const auto microseconds = static_cast<long long>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000;
  return send("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(microseconds) + "\n");
}

bool ServiceManager::stopping() const {
  return send("STOPPING=1\n");
}

bool ServiceManager::status(const std::string& line) const {
  return send("STATUS=" + line + "\n");
}

bool ServiceManager::send(const std::string& message) const {
  if (size_ == 0) return true;
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  const timeval patience{kPatience.count() / 1000, kPatience.count() % 1000 * 1000};
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  const auto* generic = reinterpret_cast<const sockaddr*>(&address_);
  const auto sent = sendto(fd, message.data(), message.size(), MSG_NOSIGNAL, generic, size_);
  close(fd);
  return sent == static_cast<ssize_t>(message.size());
}

}  // namespace restanza::host
