// SPDX-License-Identifier: MIT
// The body of an endpoint's answer in a content coding. Input: the Content-Encoding in a line, then the body.
// What comes out is within the limit however much a few bytes unfold to, or stays as it came with a reason
// that is a line.
#include <string>

#include "base/str.h"
#include "fuzz/property.h"
#include "webhook/request/unpacking.h"
#include "xml/gate.h"

using namespace restanza;
using fuzz::must;

namespace {

constexpr size_t kMaxAnswer = 2000;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view rest = fuzz::text_of(data, size);
  const std::string coding(fuzz::take_line(rest));
  const std::string came(rest.substr(0, kMaxAnswer));
  for (const bool truncated : {false, true}) {
    webhook::Outcome outcome;
    outcome.body = came;
    outcome.truncated = truncated;
    webhook::unpack(outcome, coding, kMaxAnswer);
    must(outcome.body.size() <= kMaxAnswer, "what is unpacked is bounded");
    if (outcome.unreadable.empty()) {
      must(outcome.truncated == truncated, "what is unpacked is whole");
      continue;
    }
    must(outcome.body == came, "what cannot be unpacked stays as it came");
    must(xml::representable(outcome.unreadable) && outcome.unreadable.find('\n') == std::string::npos,
         "a reason is a line", outcome.unreadable);
  }
  return 0;
}
