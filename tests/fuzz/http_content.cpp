// SPDX-License-Identifier: MIT
// Bodies in a content coding. Input: the coding in a line, then the body.
// What reaches a handler is within the route's limit or flagged as too large, however much a few bytes unfold
// to; what is in no coding is handed on as it came.
#include <fcntl.h>

#include <memory>
#include <string>

#include "fuzz/property.h"
#include "http_front/request_handling.h"

using namespace restanza;
using namespace restanza::host;
using fuzz::must;

namespace {

constexpr uint64_t kMaxBody = 5000;

class NoObserver final : public OutboxObserver {
 public:
  void attend(uint64_t) override {}
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static NoObserver observer;
  static const auto outbox =
      std::make_shared<Outbox>(::open("/dev/null", O_WRONLY | O_CLOEXEC), 1, observer, 1000);

  std::string_view rest = fuzz::text_of(data, size);
  const std::string coding(fuzz::take_line(rest));
  const std::string body(rest);
  if (body.size() > kMaxBody) return 0;  // more is not received
  ReadyRequest ready;
  ready.exchange = std::make_shared<Exchange>(outbox, AnswerForm());
  ready.request.method = "POST";
  ready.request.path = "/rest";
  ready.request.headers = {{"Content-Encoding", coding}, {"Content-Type", "text/plain"}};
  ready.request.body = body;
  int calls = 0;
  ready.route.max_body = kMaxBody;
  ready.route.handle = [&](ExchangeId, const HttpRequest& request) {
    ++calls;
    must(request.body.size() <= kMaxBody, "a body is within its limit");
    must(!request.body_too_large || request.body.empty(), "what is too large is not handed on");
    const bool plain = coding.empty() || coding == "identity";
    must(!plain || (!request.body_too_large && request.body == body), "without a coding a body is what came");
  };
  const auto outcome = handle(ready);
  must(outcome != Handling::threw, "nothing is thrown");
  must((outcome == Handling::handled) == (calls == 1) && calls <= 1, "a handler is called once");
  return 0;
}
