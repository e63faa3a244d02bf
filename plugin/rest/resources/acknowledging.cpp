// SPDX-License-Identifier: MIT
#include "rest/resources/acknowledging.h"

#include <utility>

namespace restanza::rest {

void acknowledge(const ConsumerPlace& place, const std::shared_ptr<ParkedRequest>& asked, Log& log,
                 std::function<void()> then) {
  if (!place.named) return then();
  place.consumer->acknowledge(
      place.cursor, [asked, &log, then = std::move(then)](const Result<void>& written) {
        if (written) return then();
        log.error("what a consumer has acknowledged cannot be written: " + written.error().text);
        asked->refuse(refused::later("The journal cannot be written"));
      });
}

}  // namespace restanza::rest
