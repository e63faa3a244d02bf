// SPDX-License-Identifier: MIT
// CBOR as a stanza. Input: the path in a line, then the body. The properties stand in stanza_checks.h.
#include "fuzz/property.h"
#include "fuzz/stanza_checks.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  restanza::fuzz::check_decoding(restanza::mapping::Format::cbor, restanza::fuzz::text_of(data, size));
  return 0;
}
