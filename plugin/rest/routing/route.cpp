// SPDX-License-Identifier: MIT
#include "rest/routing/route.h"

#include <algorithm>

namespace restanza::rest {
namespace {

constexpr Answer kFailed = {500, "The server could not do it, for want of memory for example."};
constexpr Answer kEnding = {503, "There is no room right now, or the server is ending."};
constexpr Answer kUnauthorized = {401, "There are no credentials, or they are wrong."};
constexpr Answer kTooOften = {429,
                              "There are too many requests or failed logins; Retry-After says how long."};
constexpr Answer kNoAdmin = {403, "The credentials lack the right admin, or a page asked that may not."};
constexpr Answer kNoReceiver = {403, "The credentials lack the right receive, or a page asked that may not."};
constexpr Answer kNoPage = {403, "A page asked that may not."};
constexpr Answer kTooLarge = {413, "The body has more than rest_stanza_size_limit bytes."};

bool receives(Right right) {
  return right == Right::receive || right == Right::follow;
}

}  // namespace

Answers answers_of(const Route& route) {
  Answers all = route.description.answers;
  const auto add = [&all](const Answer& answer) {
    const bool known =
        std::any_of(all.begin(), all.end(), [&](const Answer& each) { return each.status == answer.status; });
    if (!known) all.push_back(answer);
  };
  if (route.right != Right::none) {
    add(kUnauthorized);
    add(kTooOften);
  }
  if (route.right == Right::admin || receives(route.right)) {
    add(route.right == Right::admin ? kNoAdmin : kNoReceiver);
    add(kTooLarge);
  }
  add(kNoPage);
  add(kFailed);
  add(kEnding);
  std::sort(all.begin(), all.end(), [](const Answer& a, const Answer& b) { return a.status < b.status; });
  return all;
}

}  // namespace restanza::rest
