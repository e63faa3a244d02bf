// SPDX-License-Identifier: MIT
#include "webhook/connecting.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "webhook/address.h"

namespace restanza::webhook {
namespace {

using Addresses = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;
using std::chrono::milliseconds;

// The last attempt is ended by the watchdog, which knows what that means for the request.
constexpr std::chrono::seconds kBehind{1};

std::string reason(int error) {
  return std::system_category().message(error);
}

Result<Addresses> resolve(const Url& url) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int failed = ::getaddrinfo(url.host.c_str(), std::to_string(url.port).c_str(), &hints, &list);
  if (failed == 0) return Addresses(list, &::freeaddrinfo);
  const int error = errno;
  return Error{"could not resolve '" + url.host +
               "': " + (failed == EAI_SYSTEM ? reason(error) : ::gai_strerror(failed))};
}

// 0, or what went wrong.
int connect_within(int socket, const addrinfo& address, milliseconds patience) {
  if (::connect(socket, address.ai_addr, address.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  pollfd connected{socket, POLLOUT, 0};
  int count = 0;
  do {
    count = ::poll(&connected, 1, static_cast<int>(std::max<int64_t>(patience.count(), 0)));
  } while (count < 0 && errno == EINTR);
  if (count == 0) return ETIMEDOUT;
  int error = 0;
  socklen_t size = sizeof error;
  return ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

struct Attempt {
  int socket = -1;
  int error = 0;
};

Attempt try_address(const addrinfo& address, milliseconds patience, Watchdog& watchdog) {
  Attempt attempt;
  attempt.socket =
      ::socket(address.ai_family, address.ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, address.ai_protocol);
  if (attempt.socket < 0) {
    attempt.error = errno;
    return attempt;
  }
  const int yes = 1;  // a request and its end must not wait for each other's acknowledgements
  ::setsockopt(attempt.socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  watchdog.watch(attempt.socket);
  attempt.error = connect_within(attempt.socket, address, patience);
  if (attempt.error == 0) {
    ::fcntl(attempt.socket, F_SETFL, ::fcntl(attempt.socket, F_GETFL) & ~O_NONBLOCK);
    return attempt;
  }
  ::shutdown(attempt.socket, SHUT_RDWR);  // the watchdog holds a descriptor of it too
  ::close(attempt.socket);
  attempt.socket = -1;
  return attempt;
}

}  // namespace

Result<int> connect_to(const Url& url, bool public_only, Instant until, Watchdog& watchdog) {
  const auto resolved = resolve(url);
  if (!resolved) return resolved.error();
  return connect_to_any(resolved->get(), url.host, public_only, until, watchdog);
}

Result<int> connect_to_any(const addrinfo* known, const std::string& name, bool public_only, Instant until,
                           Watchdog& watchdog) {
  std::vector<const addrinfo*> addresses;
  std::string failure = "'" + name + "' has no address";
  for (const addrinfo* address = known; address; address = address->ai_next) {
    if (!public_only || is_public(*address->ai_addr)) {
      addresses.push_back(address);
    } else {
      failure = text_of(*address->ai_addr) + " is not a public address, and rest_callback_public_only is on";
    }
  }
  for (size_t i = 0; i < addresses.size() && watchdog.cut() == Watchdog::Cut::no; ++i) {
    const auto left = std::chrono::duration_cast<milliseconds>(until - std::chrono::steady_clock::now());
    const auto others = static_cast<int64_t>(addresses.size() - i - 1);
    const auto share = others == 0 ? left + kBehind : left / (others + 1);
    const auto [socket, error] = try_address(*addresses[i], share, watchdog);
    if (error == 0) return socket;
    failure = "could not connect to " + text_of(*addresses[i]->ai_addr) + ": " + reason(error);
  }
  return Error{failure};
}

}  // namespace restanza::webhook
