// SPDX-License-Identifier: MIT
// The gate against two other readers. Input: an XML document.
// What the gate lets in, tinyxml2's own parser reads alike; what is written of it is, for expat, the same
// data as the input; and limits refuse exactly what is past them.
#include <tinyxml2.h>

#include <algorithm>
#include <string>

#include "fuzz/property.h"
#include "support/xml_tree.h"
#include "xml/gate.h"
#include "xml/writer.h"

using namespace restanza;
using fuzz::must;

namespace {

constexpr const char* kSpace = " \t\r\n";

bool declares_namespace(std::string_view name) {
  return name == "xmlns" || name.substr(0, 6) == "xmlns:";
}

std::string namespace_of(const tinyxml2::XMLElement& element) {
  const std::string name = element.Name();
  const size_t colon = name.find(':');
  const std::string declaration = colon == std::string::npos ? "xmlns" : "xmlns:" + name.substr(0, colon);
  for (const tinyxml2::XMLNode* at = &element; at && at->ToElement(); at = at->Parent()) {
    const char* value = at->ToElement()->Attribute(declaration.c_str());
    if (value) return *value ? value : xml::kContentNamespace;
  }
  return xml::kContentNamespace;
}

std::string without_space(std::string text) {
  text.erase(
      std::remove_if(text.begin(), text.end(),
                     [](char c) { return std::string_view(kSpace).find(c) != std::string_view::npos; }),
      text.end());
  return text;
}

// tinyxml2 leaves line ends and tabs in attributes as they are, where XML 1.0 section 3.3.3 asks for spaces.
std::string with_plain_space(std::string_view value) {
  std::string text(value);
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\t' || c == '\r' || c == '\n'; }, ' ');
  return text;
}

void compare_attributes(xml::Element ours, const tinyxml2::XMLElement& theirs) {
  size_t count = 0;
  for (const tinyxml2::XMLAttribute* at = theirs.FirstAttribute(); at; at = at->Next()) {
    if (declares_namespace(at->Name())) continue;
    ++count;
    const auto value = ours.attribute(at->Name());
    must(value && with_plain_space(*value) == with_plain_space(at->Value()), "attributes are read alike",
         at->Name());
  }
  must(ours.attribute_names().size() == count, "the same attributes are there", theirs.Name());
}

// What stands between two tags.
struct Run {
  std::string text;
  size_t nodes = 0;
  bool literal = false;  // one of them was written as CDATA

  void add(const tinyxml2::XMLText& node) {
    text += node.Value();
    ++nodes;
    literal = literal || node.CData();
  }
};

// tinyxml2 drops text that is nothing but white space, as the whole of what stands before a '<'.
void compare_text(const Run& ours, const Run& theirs) {
  const bool exact = theirs.nodes == 1 && !theirs.literal;
  must(exact ? ours.text == theirs.text : without_space(ours.text) == without_space(theirs.text),
       "text is read alike", ours.text);
}

Run take_run(const tinyxml2::XMLNode*& at) {
  Run run;
  for (; at && at->ToText(); at = at->NextSibling()) run.add(*at->ToText());
  return run;
}

void compare(xml::Element ours, const tinyxml2::XMLElement& theirs) {
  const std::string name = theirs.Name();
  const size_t colon = name.find(':');
  must(ours.name() == (colon == std::string::npos ? name : name.substr(colon + 1)), "names are read alike",
       name);
  must(with_plain_space(ours.ns()) == with_plain_space(namespace_of(theirs)), "namespaces are read alike",
       name);
  compare_attributes(ours, theirs);
  const tinyxml2::XMLNode* mine = ours.node()->FirstChild();
  const tinyxml2::XMLNode* other = theirs.FirstChild();
  for (;;) {
    const Run here = take_run(mine);
    const Run there = take_run(other);
    compare_text(here, there);
    if (!mine || !other) break;
    must(mine->ToElement() && other->ToElement(), "only elements and text are in a tree", name);
    compare(xml::Element(const_cast<tinyxml2::XMLElement*>(mine->ToElement())), *other->ToElement());
    mine = mine->NextSibling();
    other = other->NextSibling();
  }
  must(!mine && !other, "the same children are there", name);
}

struct Extent {
  size_t depth = 0;
  size_t attributes = 0;
};

Extent extent_of(xml::Element element) {
  Extent extent{0, element.attribute_names().size()};
  for (const xml::Element child : xml::children(element)) {
    const Extent below = extent_of(child);
    extent.depth = std::max(extent.depth, below.depth);
    extent.attributes = std::max(extent.attributes, below.attributes);
  }
  ++extent.depth;
  return extent;
}

void compare_with_tinyxml2(std::string_view bytes, xml::Element root) {
  tinyxml2::XMLDocument theirs;
  const tinyxml2::XMLError error = theirs.Parse(bytes.data(), bytes.size());
  if (error == tinyxml2::XML_ELEMENT_DEPTH_EXCEEDED) {
    must(extent_of(root).depth + 1 >= size_t{TINYXML2_MAX_ELEMENT_DEPTH},  // text counts too
         "tinyxml2 goes as deep as it says");
    return;
  }
  must(error == tinyxml2::XML_SUCCESS, "tinyxml2 reads what the gate lets in", bytes);
  // For tinyxml2 these two bytes are one line end, where XML 1.0 section 2.11 has two.
  if (bytes.find("\n\r") == std::string_view::npos) compare(root, *theirs.RootElement());
}

// One less of either is not enough.
void check_limits(std::string_view bytes, xml::Element root) {
  const Extent extent = extent_of(root);
  must(extent.depth <= xml::Limits().depth, "the depth is within the limit");
  must(extent.attributes <= xml::Limits().attributes, "the attributes are within the limit");
  must(xml::parse(bytes, {extent.depth, extent.attributes}).ok(), "what is just at a limit is let in");
  must(!xml::parse(bytes, {extent.depth - 1, extent.attributes}).ok(), "one level past a limit is refused");
  if (extent.attributes == 0) return;
  must(!xml::parse(bytes, {extent.depth, extent.attributes - 1}).ok(),
       "one attribute past a limit is refused");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes = fuzz::text_of(data, size);
  const auto document = xml::parse(bytes);
  if (!document) {
    must(!document.error().text.empty() && xml::representable(document.error().text), "a refusal says why");
    return 0;
  }
  const xml::Element root = document->root();
  must(static_cast<bool>(root), "what is let in has a root");

  compare_with_tinyxml2(bytes, root);
  const std::string written = xml::write(root);
  must(xml::representable(written), "only what XML can hold is written", written);
  const auto again = xml::parse(written);
  must(again.ok(), "what is written is let in", written);
  must(xml::write(again->root()) == written, "what is written is read as the same tree", written);
  const auto before = xml_tree(bytes);
  // The second reader separates names with a space, and refuses namespaces that hold one.
  if (before) must(xml_tree(written) == before, "what is written is the same data", written);
  check_limits(bytes, root);
  return 0;
}
