// SPDX-License-Identifier: MIT
#include "webhook/request/unpacking.h"

#include <string>
#include <utility>

#include "base/content_decoding.h"
#include "base/str.h"

namespace restanza::webhook {

void unpack(Outcome& outcome, std::string_view coding, size_t limit) {
  if (trim(coding).empty() || outcome.body.empty()) return;
  const ContentCoding known = coding_named(trim(coding));
  if (known == ContentCoding::identity) return;
  const std::string named = "has the Content-Encoding '" + shown_value(coding) + "'";
  if (outcome.truncated) {  // its end is missing
    outcome.unreadable = named + " and is longer than allowed";
    return;
  }
  std::string body;
  switch (decode_content(known, outcome.body, limit, body)) {
    case Decoding::whole:
      outcome.body = std::move(body);
      break;
    case Decoding::too_large:
      outcome.truncated = true;
      outcome.unreadable = named + " and is longer than allowed once it is unpacked";
      break;
    case Decoding::broken:
      outcome.unreadable = known == ContentCoding::unknown
                               ? named + ", which is not known here: send it as it is (identity)"
                               : named + " and cannot be unpacked: it is damaged or cut off";
      break;
  }
}

}  // namespace restanza::webhook
