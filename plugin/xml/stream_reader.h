// SPDX-License-Identifier: MIT
// Reads an XML stream (RFC 6120 section 4) as it arrives and cuts it into the elements below the stream's
// root, each as a tree of its own: stanzas, features, SASL, stream errors. Stanzas in the stream's own
// default namespace come out in the content namespace, so that a component's and a client's look alike.
//
// One thread. Handlers run inside `feed` and must not destroy the reader; they may call `restart`, which
// takes effect before anything else is read.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "xml/builder.h"

namespace restanza::xml {

struct StreamLimits {
  Limits tree;
  size_t element_bytes = 262144;  // of one element below the root, as it stands on the wire
};

class StreamReader {
 public:
  struct Handlers {
    // The root's start tag, its attributes without children, and the default namespace that it declares.
    std::function<void(const Document& header, const std::string& default_ns)> opened;
    std::function<void(Document element)> element;
    std::function<void()> closed;  // </stream:stream>
    // An element past a limit of its tree was left out, and why. Where this is not given, such an element
    // ends the stream.
    std::function<void(const char* why)> skipped;
  };

  StreamReader(StreamLimits limits, Handlers handlers);
  ~StreamReader();
  StreamReader(const StreamReader&) = delete;
  StreamReader& operator=(const StreamReader&) = delete;

  // Reads on. An error ends the stream for good, and its kind says why: not-well-formed bytes, forbidden
  // markup, text between elements, or more than a limit.
  Result<void> feed(std::string_view bytes);

  // A new stream begins with the next element on the same connection (after SASL, RFC 6120 section 6.4.6).
  void restart();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace restanza::xml
