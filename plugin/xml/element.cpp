// SPDX-License-Identifier: MIT
#include "xml/element.h"

#include <tinyxml2.h>

#include "xml/object_pool.h"

namespace restanza::xml {
namespace {

// Names and values in a tree are NUL-terminated; a view need not be.
std::string terminated(std::string_view text) {
  return std::string(text);
}

}  // namespace

std::string_view Element::name() const {
  return node_ ? std::string_view(node_->Name()) : std::string_view();
}

std::string_view Element::ns() const {
  for (const tinyxml2::XMLNode* at = node_; at; at = at->Parent()) {
    const tinyxml2::XMLElement* element = at->ToElement();
    if (!element) break;
    if (const char* declared = element->Attribute("xmlns")) return declared;
  }
  return node_ ? std::string_view(kContentNamespace) : std::string_view();
}

bool Element::is(std::string_view name, std::string_view ns) const {
  return node_ && this->name() == name && this->ns() == ns;
}

std::optional<std::string_view> Element::attribute(const char* name) const {
  const char* value = node_ ? node_->Attribute(name) : nullptr;
  if (!value) return std::nullopt;
  return value;
}

void Element::set_attribute(const char* name, std::string_view value) {
  node_->SetAttribute(name, terminated(value).c_str());
}

void Element::remove_attribute(const char* name) {
  node_->DeleteAttribute(name);
}

void Element::remove_attributes() {
  for (const tinyxml2::XMLAttribute* at = node_->FirstAttribute(); at;) {
    const char* name = at->Name();
    at = at->Next();
    if (std::string_view(name) != "xmlns") node_->DeleteAttribute(name);
  }
}

std::vector<std::string_view> Element::attribute_names() const {
  std::vector<std::string_view> names;
  for (const tinyxml2::XMLAttribute* at = node_ ? node_->FirstAttribute() : nullptr; at; at = at->Next()) {
    const std::string_view name = at->Name();
    if (name.substr(0, 5) != "xmlns" || (name.size() > 5 && name[5] != ':')) names.push_back(name);
  }
  return names;
}

std::string Element::text() const {
  std::string joined;
  if (!node_) return joined;
  for (const tinyxml2::XMLNode* at = node_->FirstChild(); at; at = at->NextSibling()) {
    if (at->ToText()) joined += at->Value();
  }
  return joined;
}

void Element::add_text(std::string_view text) {
  node_->InsertEndChild(node_->GetDocument()->NewText(terminated(text).c_str()));
}

Element Element::first() const {
  return Element(node_ ? node_->FirstChildElement() : nullptr);
}
Element Element::next() const {
  return Element(node_ ? node_->NextSiblingElement() : nullptr);
}

Element Element::child(std::string_view name, std::string_view ns) const {
  Element at = first();
  while (at && !at.is(name, ns)) at = at.next();
  return at;
}

Element Element::parent() const {
  tinyxml2::XMLNode* above = node_ ? node_->Parent() : nullptr;
  return Element(above ? above->ToElement() : nullptr);
}

Element Element::add(const char* name, std::string_view ns) {
  const bool declare = this->ns() != ns;
  Element child(node_->InsertNewChildElement(name));
  if (declare) child.set_attribute("xmlns", ns);
  return child;
}

Element Element::add_copy(Element source) {
  const std::string ns(source.ns());
  const bool declare = this->ns() != ns;
  Element copy(source.node_->DeepClone(node_->GetDocument())->ToElement());
  copy.remove_attribute("xmlns");
  if (declare) copy.set_attribute("xmlns", ns);
  node_->InsertEndChild(copy.node_);
  return copy;
}

void Element::remove() {
  node_->Parent()->DeleteChild(node_);
  node_ = nullptr;
}

namespace {

using Tree = std::unique_ptr<tinyxml2::XMLDocument>;

ObjectPool<Tree>& tree_pool() {
  static ObjectPool<Tree> pool;
  return pool;
}

// Entities were resolved by the gate and are written by the writer: the tree keeps plain text, white space
// too.
Tree empty_tree() {
  Tree spare = tree_pool().take();
  return spare ? std::move(spare) : std::make_unique<tinyxml2::XMLDocument>(false);
}

}  // namespace

void DocumentDeleter::operator()(tinyxml2::XMLDocument* tree) const {
  Tree ended(tree);
  if (!keep) return;
  ended->Clear();
  tree_pool().give(std::move(ended));
}

Document::Document(const char* name, std::string_view ns) : tree_(empty_tree().release()) {
  Element root(tree_->NewElement(name));
  tree_->InsertEndChild(root.node());
  if (ns != kContentNamespace) root.set_attribute("xmlns", ns);
}

Element Document::root() const {
  return Element(tree_ ? tree_->RootElement() : nullptr);
}

}  // namespace restanza::xml
