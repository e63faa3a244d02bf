// SPDX-License-Identifier: MIT
#include "prosody/prosody_server.h"

#include <utility>

namespace restanza::host {

xp_status ProsodyServer::send(std::string stanza, std::function<void()> writable) {
  auto flat = flatten(stanza);
  return flat ? crossing_.send(std::move(*flat), std::move(writable)) : XP_INVALID;
}

}  // namespace restanza::host
