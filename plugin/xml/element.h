// SPDX-License-Identifier: MIT
// XML trees: a Document owns one element and everything in it, an Element points into it. tinyxml2 holds the
// nodes and is used in this folder only.
//
// Trees are kept in one normal form: element names have no prefix, the namespace stands in `xmlns` where it
// differs from the parent's, prefixed attributes declare their prefix on the same element. "No namespace"
// counts as `jabber:client`, the content namespace of stanzas (RFC 6120 section 4.8.2).
//
// Threads: whoever changes a Document has it alone; any number may read one. Elements are valid as long as
// their Document, and what views they return until the element is changed.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tinyxml2 {
class XMLDocument;
class XMLElement;
class XMLNode;
}  // namespace tinyxml2

namespace restanza::xml {

inline constexpr const char* kContentNamespace = "jabber:client";

class Element {
 public:
  Element() = default;  // no element: false, and all that it is asked for is absent or empty
  explicit Element(tinyxml2::XMLElement* node) : node_(node) {}
  explicit operator bool() const { return node_ != nullptr; }

  std::string_view name() const;
  std::string_view ns() const;
  bool is(std::string_view name, std::string_view ns) const;

  std::optional<std::string_view> attribute(const char* name) const;  // "to", "xml:lang"
  void set_attribute(const char* name, std::string_view value);
  void remove_attribute(const char* name);
  void remove_attributes();                               // all but the namespace's
  std::vector<std::string_view> attribute_names() const;  // without namespace declarations

  std::string text() const;  // the character data directly inside, joined
  void add_text(std::string_view text);

  Element first() const;                                            // first child element
  Element next() const;                                             // next sibling element
  Element child(std::string_view name, std::string_view ns) const;  // the first such
  Element parent() const;

  Element add(const char* name, std::string_view ns);  // appends a child
  Element add_copy(Element source);                    // appends a deep copy, of any document
  void remove();  // takes it out of its document; the Element is then invalid

  tinyxml2::XMLElement* node() const { return node_; }

 private:
  tinyxml2::XMLElement* node_ = nullptr;
};

// Deletes a document's tree, or keeps its memory for the next document of this thread.
struct DocumentDeleter {
  bool keep = false;  // the memory
  void operator()(tinyxml2::XMLDocument* tree) const;
};

class Document {
 public:
  Document() = default;  // empty
  Document(const char* name, std::string_view ns);

  Element root() const;

  // What it uses of memory is kept for the next one; for one that comes from at most kSmallBytes.
  void keep_memory() { tree_.get_deleter().keep = true; }
  static constexpr size_t kSmallBytes = 16 * 1024;

 private:
  std::unique_ptr<tinyxml2::XMLDocument, DocumentDeleter> tree_;
};

// For `for (Element child : children(parent))`.
class Children {
 public:
  class Iterator {
   public:
    explicit Iterator(Element at) : at_(at) {}
    Element operator*() const { return at_; }
    Iterator& operator++() {
      at_ = at_.next();
      return *this;
    }
    bool operator!=(const Iterator& other) const { return at_.node() != other.at_.node(); }

   private:
    Element at_;
  };
  explicit Children(Element parent) : first_(parent.first()) {}
  Iterator begin() const { return Iterator(first_); }
  Iterator end() const { return Iterator(Element()); }

 private:
  Element first_;
};

inline Children children(Element parent) {
  return Children(parent);
}

}  // namespace restanza::xml
