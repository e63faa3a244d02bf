// SPDX-License-Identifier: MIT
// XML compared as data: names and attributes by namespace, whatever the prefixes, quotes and order. Reads
// with expat directly, so that it shares no mistake with the code under test. One thread.
#pragma once

#include <expat.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace restanza {

struct XmlTree {
  std::string name;  // "namespace local"; empty for text. No namespace counts as jabber:client.
  std::string text;
  std::map<std::string, std::string> attributes;
  std::vector<XmlTree> children;

  bool operator==(const XmlTree& other) const {
    return name == other.name && text == other.text && attributes == other.attributes &&
           children == other.children;
  }
};

// Absent where the text is no XML.
inline std::optional<XmlTree> xml_tree(std::string_view xml) {
  struct Build {
    XmlTree top;
    std::vector<XmlTree*> open;
    static std::string named(const char* name, bool element) {
      const std::string text(name);
      if (text.find(' ') != std::string::npos || !element) return text;
      return "jabber:client " + text;
    }
  };
  Build build;
  build.open.push_back(&build.top);
  XML_Parser parser = XML_ParserCreateNS("UTF-8", ' ');
  XML_SetUserData(parser, &build);
  XML_SetElementHandler(
      parser,
      [](void* data, const XML_Char* name, const XML_Char** attributes) {
        auto& self = *static_cast<Build*>(data);
        XmlTree element;
        element.name = Build::named(name, true);
        for (; *attributes; attributes += 2) {
          element.attributes[Build::named(attributes[0], false)] = attributes[1];
        }
        self.open.back()->children.push_back(std::move(element));
        self.open.push_back(&self.open.back()->children.back());
      },
      [](void* data, const XML_Char*) { static_cast<Build*>(data)->open.pop_back(); });
  XML_SetCharacterDataHandler(parser, [](void* data, const XML_Char* text, int size) {
    XmlTree& parent = *static_cast<Build*>(data)->open.back();
    if (parent.children.empty() || !parent.children.back().name.empty()) parent.children.emplace_back();
    parent.children.back().text.append(text, static_cast<size_t>(size));
  });
  const bool good = XML_Parse(parser, xml.data(), static_cast<int>(xml.size()), 1) == XML_STATUS_OK;
  XML_ParserFree(parser);
  if (!good || build.top.children.empty()) return std::nullopt;
  return build.top.children.front();
}

// In one line and one order, for messages.
inline std::string shown(const XmlTree& tree) {
  if (tree.name.empty()) return tree.text;
  std::string out = "<" + tree.name;
  for (const auto& [name, value] : tree.attributes) out += " [" + name + "]='" + value + "'";
  out += ">";
  for (const XmlTree& child : tree.children) out += shown(child);
  return out + "</>";
}

}  // namespace restanza
