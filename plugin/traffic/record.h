// SPDX-License-Identifier: MIT
// One thing that happened: a stanza that came or left, or an attempt to deliver one, and what became of it. A
// plain value.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "xmpp/stanza.h"

namespace restanza::traffic {

enum class Event {
  in,        // a stanza that the server offered
  out,       // a stanza that was given to the server
  delivery,  // an attempt to post one to an endpoint, or its end as a dead letter
};

struct Record {
  struct Delivery {
    std::string endpoint;  // or a consumer, as the journal names it
    std::string id;
  };

  Event event = Event::in;
  WallTime time;
  const char* outcome = "";  // a word that outlives all records

  // Of in and out.
  std::shared_ptr<const xmpp::Stanza> stanza;  // perhaps without its text
  size_t size = 0;                             // of that text, in bytes
  std::vector<Delivery> deliveries;            // whom it is for
  std::vector<std::string> full;               // who wanted it, and had no room

  // Of deliveries.
  Delivery delivery;
  uint32_t attempt = 0;  // 0: there was none
  int status = 0;        // of HTTP; 0: no answer
  std::string error;     // for people; empty: it went well
  std::optional<std::chrono::milliseconds> took;
};

}  // namespace restanza::traffic
