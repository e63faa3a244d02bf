// SPDX-License-Identifier: GPL-3.0-or-later
// The handling of one complete request: the handler is called, and a body in a content coding is decoded
// before by httplib's request handling. That is shown a request which the front wrote, with a constant target
// and the framing only: its routes are regular expressions, which recurse over the user's input; it decodes
// percent signs in headers, adds headers of its own, keeps no order, and answers Range by itself.
//
// Threads: any, concurrently. Ownership: keeps nothing of a request.
#pragma once

#include <httplib.h>

#include <string>

#include "http_front/ready_request.h"

namespace restanza::host {

class ContentServer : private httplib::Server {
 public:
  enum class Outcome { handled, unknown_coding, undecodable, threw };

  ContentServer();
  Outcome serve(ReadyRequest& ready);

 private:
  // Debian 12's httplib takes the first form, Debian 13's the second.
  using Setup = std::function<void(httplib::Request&)>;
  using Process = bool (httplib::Server::*)(httplib::Stream&, bool, bool&, const Setup&);
  using ProcessWithAddresses = bool (httplib::Server::*)(httplib::Stream&, const std::string&, int,
                                                         const std::string&, int, bool, bool&, const Setup&);
  void process(Process function, httplib::Stream& stream);
  void process(ProcessWithAddresses function, httplib::Stream& stream);
};

}  // namespace restanza::host
