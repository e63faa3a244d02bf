// SPDX-License-Identifier: MIT
// How much has come over a TCP socket, by the kernel's own count (tcp(7), TCP_INFO). Any thread. The kernel's
// header that has this count cannot stand beside the C library's <netinet/tcp.h>, hence a file of its own.
#pragma once

#include <cstdint>

namespace restanza::webhook {

// Bytes since the socket was connected, also those that nobody has read yet. 0 where the kernel does not say.
uint64_t bytes_received(int socket);

}  // namespace restanza::webhook
