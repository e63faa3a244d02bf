// SPDX-License-Identifier: MIT
// What both readers ask of expat: UTF-8, namespaces as triplets, and an end at whatever XMPP forbids.
// Internal to this folder.
#pragma once

#include <expat.h>

#include <memory>

#include "base/str.h"
#include "xml/builder.h"
#include "xml/expat_calls.h"

namespace restanza::xml {

struct ParserDeleter {
  void operator()(XML_Parser parser) const { XML_ParserFree(parser); }
};
using Parser = std::unique_ptr<XML_ParserStruct, ParserDeleter>;

// Makes a new parser, or makes a used one (XML_ParserReset) new again: `Handler` has open(name, attributes),
// close(), text(data, size) and forbid(what, kind), and calls XML_StopParser itself where it refuses.
template <class Handler>
Parser make_parser(Handler* handler, Parser used = nullptr) {
  Parser parser(used ? used.release() : XML_ParserCreateNS("UTF-8", Builder::kSeparator));
  XML_Parser p = parser.get();
  static const HashSalt salt = make_hash_salt();  // expat would ask the system for one at every document
  set_hash_salt(p, salt);
  XML_SetReturnNSTriplet(p, 1);
  XML_SetUserData(p, handler);
  XML_SetElementHandler(
      p, [](void* h, const char* name, const char** atts) { static_cast<Handler*>(h)->open(name, atts); },
      [](void* h, const char*) { static_cast<Handler*>(h)->close(); });
  XML_SetCharacterDataHandler(
      p, [](void* h, const char* s, int n) { static_cast<Handler*>(h)->text(s, static_cast<size_t>(n)); });
  XML_SetCommentHandler(p, [](void* h, const char*) { static_cast<Handler*>(h)->forbid("a comment"); });
  XML_SetProcessingInstructionHandler(p, [](void* h, const char*, const char*) {
    static_cast<Handler*>(h)->forbid("a processing instruction");
  });
  XML_SetXmlDeclHandler(p, [](void* h, const char*, const char* encoding, int) {
    if (encoding && !ascii_equal(encoding, "UTF-8"))
      static_cast<Handler*>(h)->forbid("another encoding than UTF-8", Error::Kind::encoding);
  });
  XML_SetStartDoctypeDeclHandler(p, [](void* h, const char*, const char*, const char*, int) {
    static_cast<Handler*>(h)->forbid("a document type declaration");
  });
  return parser;
}

}  // namespace restanza::xml
