// SPDX-License-Identifier: MIT
// Cuts a batch into its stanzas, as its bytes come. Each one is read for a caller, and has a number. It keeps
// what was appended and is not taken yet, and of a stanza that is too large no more than the limit.
// One thread at a time. Blocks on nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "rest/sending/batch/media.h"
#include "rest/sending/reading.h"

namespace restanza::rest {

// One stanza of a batch, or why there is none in its place.
struct BatchItem {
  uint64_t number;  // the first is 1
  Result<Posted, Refusal> posted;
};

class BatchSplitter {
 public:
  virtual ~BatchSplitter() = default;

  virtual void append(std::string bytes) = 0;
  virtual void end() = 0;                                    // nothing more comes
  virtual std::optional<BatchItem> next() = 0;               // absent: none without more bytes
  virtual const std::optional<Refusal>& broken() const = 0;  // what comes from here on is no batch
  virtual uint64_t count() const = 0;                        // that were taken
};

// `limit`: bytes of one stanza. The caller and the options are copied.
std::unique_ptr<BatchSplitter> make_splitter(BatchForm form, size_t limit, const Caller& caller,
                                             const mapping::Options& options);

}  // namespace restanza::rest
