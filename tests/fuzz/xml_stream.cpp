// SPDX-License-Identifier: MIT
// The reader of XML streams, which sees what clients and servers send. Input: bytes of a stream.
// However they are cut on the way, the same elements come out, and an error in the same place; each of them
// is written as something that the gate reads.
#include <algorithm>
#include <string>
#include <vector>

#include "fuzz/property.h"
#include "xml/gate.h"
#include "xml/stream_reader.h"
#include "xml/writer.h"

using namespace restanza;
using fuzz::must;

namespace {

constexpr size_t kElementBytes = 512;

struct Seen {
  std::vector<std::string> events;
  bool failed = false;

  // An element that is too large is refused where its end comes, or as soon as it is clear.
  bool like(const Seen& other) const {
    const size_t common = std::min(events.size(), other.events.size());
    if (failed != other.failed || (!failed && events.size() != other.events.size())) return false;
    return std::equal(events.begin(), events.begin() + static_cast<std::ptrdiff_t>(common),
                      other.events.begin());
  }
};

class Listener {
 public:
  explicit Listener(bool skips) : reader_({{20, 10}, kElementBytes}, handlers(skips)) {}

  void feed(std::string_view bytes) {
    if (seen.failed) return;
    seen.failed = !reader_.feed(bytes).ok();
  }

  Seen seen;

 private:
  xml::StreamReader::Handlers handlers(bool skips) {
    xml::StreamReader::Handlers to;
    to.opened = [this](const xml::Document& header, const std::string& ns) {
      seen.events.push_back("opened " + ns + " " + xml::write(header.root()));
    };
    to.element = [this](xml::Document element) { seen.events.push_back(xml::write(element.root())); };
    to.closed = [this] { seen.events.emplace_back("closed"); };
    if (skips) to.skipped = [this](const char* why) { seen.events.push_back(std::string("skipped ") + why); };
    return to;
  }

  xml::StreamReader reader_;
};

Seen seen_in(std::string_view bytes, bool skips, const std::vector<size_t>& sizes) {
  Listener listener(skips);
  for (size_t piece = 0; !bytes.empty(); ++piece) {
    const size_t size = std::min(bytes.size(), sizes[piece % sizes.size()]);
    listener.feed(bytes.substr(0, size));
    bytes.remove_prefix(size);
  }
  return listener.seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes = fuzz::text_of(data, size);
  for (const bool skips : {false, true}) {
    const Seen whole = seen_in(bytes, skips, {bytes.size() + 1});
    must(seen_in(bytes, skips, {1}).like(whole), "byte by byte the same is read", bytes);
    must(seen_in(bytes, skips, {3, 1, 17}).like(whole), "in pieces the same is read", bytes);
    for (const std::string& event : whole.events) {
      if (event[0] == '<') must(xml::parse(event).ok(), "an element is one for the gate", event);
    }
  }
  return 0;
}
