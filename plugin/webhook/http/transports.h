// SPDX-License-Identifier: MIT
// HTTP over the network, for whoever puts the parts together: nothing else knows the client. Any thread.
#pragma once

#include "webhook/request/transport.h"

namespace restanza::webhook {

Transports http_transports();

}  // namespace restanza::webhook
