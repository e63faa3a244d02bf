// SPDX-License-Identifier: MIT
#include "webhook/http/resolving.h"

#include <sys/socket.h>

#include <cerrno>
#include <memory>
#include <system_error>

#include "webhook/http/address.h"

namespace restanza::webhook {

Addresses resolve(const Url& url, bool public_only) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int failed = ::getaddrinfo(url.host.c_str(), std::to_string(url.port).c_str(), &hints, &list);
  const int error = errno;
  if (failed != 0) {
    return Error{"could not resolve '" + url.host + "': " +
                 (failed == EAI_SYSTEM ? std::system_category().message(error) : ::gai_strerror(failed))};
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> resolved(list, &::freeaddrinfo);
  return allowed(resolved.get(), url.host, public_only);
}

Addresses allowed(const addrinfo* resolved, const std::string& name, bool public_only) {
  std::vector<std::string> addresses;
  std::string failure = "'" + name + "' has no address";
  for (const addrinfo* each = resolved; each; each = each->ai_next) {
    const std::string text = text_of(*each->ai_addr);
    if (!public_only || is_public(*each->ai_addr)) {
      addresses.push_back(text);
    } else {
      failure = text + " is not a public address, and rest_callback_public_only is on";
    }
  }
  if (addresses.empty()) return Error{failure};
  return addresses;
}

}  // namespace restanza::webhook
