// SPDX-License-Identifier: MIT
// A host name's addresses, without blocking: getaddrinfo(3) may take as long as the name servers let it, so a
// name is looked up on a thread of its own, which nobody waits for.
//
// One thread starts a Resolution and polls it. It is shared with the looking-up thread, and so is the Wakeup:
// both live until that thread is through, however long it takes.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/wakeup.h"

namespace restanza::host {

struct Address {
  sockaddr_storage bytes;
  socklen_t size;
};

class Resolution {
 public:
  using Outcome = Result<std::vector<Address>>;

  // An address in digits is there at once; otherwise `wakeup` tells when to look.
  static std::shared_ptr<Resolution> start(const std::string& host, uint16_t port,
                                           std::shared_ptr<Wakeup> wakeup);

  std::optional<Outcome> outcome() const;

 private:
  void finish(Outcome outcome);

  mutable std::mutex mutex_;
  std::optional<Outcome> outcome_;
};

}  // namespace restanza::host
