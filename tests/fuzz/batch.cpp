// SPDX-License-Identifier: MIT
// What cuts a batch into its stanzas. Input: the bytes of a batch, as lines of JSON and as XML. However they
// are cut on the way, the same stanzas come out under the same numbers, and an error in the same place; no
// line that comes out is longer than the limit, and no more than that is kept of one.
#include <algorithm>
#include <string>
#include <vector>

#include "fuzz/property.h"
#include "rest/sending/batch/line_splitter.h"
#include "rest/sending/batch/splitter.h"

using namespace restanza;
using namespace restanza::rest;
using fuzz::must;

namespace {

constexpr size_t kLimit = 64;  // bytes of a line

template <class Append>
void in_pieces(std::string_view bytes, const std::vector<size_t>& sizes, Append append) {
  for (size_t piece = 0; !bytes.empty(); ++piece) {
    const size_t size = std::min(bytes.size(), sizes[piece % sizes.size()]);
    append(std::string(bytes.substr(0, size)));
    bytes.remove_prefix(size);
  }
}

std::vector<std::string> lines_of(std::string_view bytes, const std::vector<size_t>& sizes) {
  LineSplitter splitter(kLimit);
  std::vector<std::string> lines;
  const auto take = [&] {
    while (const auto line = splitter.next()) {
      must(line->text.size() <= kLimit, "a line is within the limit", bytes);
      lines.push_back(line->too_long ? "\n" : std::string(line->text));  // which no line is
    }
    must(splitter.kept() <= kLimit, "no more is kept than of one line", bytes);
  };
  in_pieces(bytes, sizes, [&](std::string piece) {
    splitter.append(std::move(piece));
    take();
  });
  splitter.end();
  take();
  return lines;
}

std::vector<std::string> stanzas_of(BatchForm form, std::string_view bytes,
                                    const std::vector<size_t>& sizes) {
  Caller caller;
  caller.address = "rest.localhost";
  caller.whole_domain = true;
  const auto splitter = make_splitter(form, 4096, caller, {});
  std::vector<std::string> found;
  const auto take = [&] {
    while (const auto item = splitter->next()) {
      must(item->number == found.size() + 1, "each has the next number", bytes);
      const auto& posted = item->posted;
      found.push_back(posted ? posted->attributes.to.value_or("no address")
                             : std::to_string(posted.error().status));
    }
  };
  in_pieces(bytes, sizes, [&](std::string piece) {
    splitter->append(std::move(piece));
    take();
  });
  splitter->end();
  take();
  if (splitter->broken()) found.push_back("broken");
  return found;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes = fuzz::text_of(data, size).substr(0, 4096);
  const std::vector<size_t> cuts[] = {{1}, {3, 1, 17}};
  for (const auto& sizes : cuts) {
    must(lines_of(bytes, sizes) == lines_of(bytes, {4096}), "in pieces the same lines", bytes);
    for (const BatchForm form : {BatchForm::lines, BatchForm::xml})
      must(stanzas_of(form, bytes, sizes) == stanzas_of(form, bytes, {4096}), "in pieces the same stanzas",
           bytes);
  }
  return 0;
}
