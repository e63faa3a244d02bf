// SPDX-License-Identifier: MIT
#include "net/resolver.h"

#include <netdb.h>

#include <cstring>
#include <exception>
#include <memory>
#include <system_error>
#include <utility>

#include "base/thread.h"

namespace restanza::host {
namespace {

Resolution::Outcome look_up(const std::string& host, uint16_t port, int flags) {
  addrinfo wanted{};
  wanted.ai_family = AF_UNSPEC;
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int status = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &found);
  if (status != 0) return Error{"no address for '" + host + "': " + gai_strerror(status)};
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
  std::vector<Address> addresses;
  for (const addrinfo* at = found; at; at = at->ai_next) {
    Address address{};
    std::memcpy(&address.bytes, at->ai_addr, at->ai_addrlen);
    address.size = at->ai_addrlen;
    addresses.push_back(address);
  }
  return addresses;
}

}  // namespace

std::shared_ptr<Resolution> Resolution::start(const std::string& host, uint16_t port,
                                              std::shared_ptr<Wakeup> wakeup) {
  auto resolution = std::make_shared<Resolution>();
  if (auto digits = look_up(host, port, AI_NUMERICHOST); digits) {
    resolution->finish(std::move(digits));
    return resolution;
  }
  try {
    start_thread("rz-resolve", [resolution, host, port, wakeup = std::move(wakeup)] {
      try {
        resolution->finish(look_up(host, port, 0));
      } catch (const std::exception&) {
        resolution->finish(Error{"no memory"});  // so short that it needs none
      }
      wakeup->wake();
    }).detach();
  } catch (const std::system_error& error) {
    resolution->finish(Error{std::string("no thread to look up '") + host + "': " + error.what()});
  }
  return resolution;
}

std::optional<Resolution::Outcome> Resolution::outcome() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return outcome_;
}

void Resolution::finish(Outcome outcome) {
  const std::lock_guard<std::mutex> lock(mutex_);
  outcome_.emplace(std::move(outcome));
}

}  // namespace restanza::host
