// SPDX-License-Identifier: MIT
// A row of the table of routes: which requests it is for, who may ask it, what answers, and what is to be
// told of it. Each resource brings its own rows; Allow, rights, metrics and descriptions follow from them.
// Plain values; a handler runs on any thread and never blocks.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "http/exchange.h"
#include "mapping/media_type.h"
#include "rest/access/caller.h"
#include "rest/routing/path_pattern.h"

namespace restanza::rest {

// What a caller must have.
enum class Right {
  none,     // anybody may ask; the handler gets an empty caller
  any,      // credentials that are accepted
  send,     // the same: what may be sent depends on the stanza, at which the handler looks
  receive,  // the right `receive`; asking takes what is asked for. What may be seen depends on the stanza
  follow,   // as receive, or a ticket
  admin,    // the right `admin`; a body that is too large was refused, here and before
};

struct Parameter {
  enum class In { path, query, header };

  const char* name;  // "*": any name
  In in;
  bool required;  // always, in a path
  const char* sentence;
};
using Parameters = std::vector<Parameter>;

struct Answer {
  int status;
  const char* sentence;  // when it is given
};
using Answers = std::vector<Answer>;

// Of an answer, and told to scripts of pages that may ask (cors.h).
struct AnswerHeader {
  const char* name;
  const char* sentence;  // what it says
};
using AnswerHeaders = std::vector<AnswerHeader>;

// What programs and people are told of a route. Each sentence begins with a capital and ends with a full
// stop.
struct Description {
  const char* summary;  // one sentence
  Parameters parameters = {};
  std::vector<mapping::Format> bodies = {};  // that are read; none: no body is
  Answers answers = {};                      // of the handler's own
  AnswerHeaders headers = {};                // of these, beside those of every answer
  // What to write in place of a path that begins as this one and where nothing is found; of "", and of a path
  // that begins with a place, in place of one that begins as no row's. The prefix is set before each path
  // that it quotes: '/like/this', or '' for the prefix alone.
  const char* remedy = "";
};

struct Route {
  using Handler = std::function<void(http::Exchange, const http::Request&, const Caller&, const PathValues&)>;

  const char* method;  // GET answers HEAD too
  const char* path;    // below the prefix, a pattern of path_pattern.h
  Right right;
  const char* resource;  // its name where requests are counted
  Handler handler;
  Description description = {""};

  bool answers_head() const { return std::string_view(method) == "GET"; }
};

using Routes = std::vector<Route>;

// All answers of a route, each status once and in order: the handler's own, and those that follow from the
// right and from what may happen to any request.
Answers answers_of(const Route& route);

}  // namespace restanza::rest
