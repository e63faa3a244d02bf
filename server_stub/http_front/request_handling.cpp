// SPDX-License-Identifier: MIT
#include "http_front/request_handling.h"

#include <utility>

#include "base/content_decoding.h"
#include "http_front/memory_pressure.h"
#include "http_front/message/content_coding.h"

namespace restanza::host {
namespace {

Handling decode_and_call(ReadyRequest& ready) {
  HttpRequest& request = ready.request;
  const ContentCoding coding =
      request.body.empty() ? ContentCoding::identity : content_coding(request.headers);
  if (coding == ContentCoding::unknown) return Handling::unknown_coding;
  if (coding != ContentCoding::identity) {
    const std::string encoded = std::exchange(request.body, {});
    const Decoding decoding = decode_content(coding, encoded, ready.route.max_body, request.body);
    if (decoding == Decoding::broken) return Handling::undecodable;
    if (decoding == Decoding::too_large) {
      request.body = {};
      request.body_too_large = true;
      ready.exchange->close_after_answer();
    }
  }
  ready.route.handle(ready.id, request);
  return Handling::handled;
}

}  // namespace

Handling handle(ReadyRequest& ready) {
  try {
    const FailFastAllocation scope;
    return decode_and_call(ready);
  } catch (...) {
    return Handling::threw;
  }
}

}  // namespace restanza::host
