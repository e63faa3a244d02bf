// SPDX-License-Identifier: MIT
// What both readers ask of expat: UTF-8, namespaces as triplets, and an end at whatever XMPP forbids.
// Internal to this folder.
#pragma once

#include <expat.h>

#include <exception>
#include <memory>

#include "base/str.h"
#include "xml/builder.h"
#include "xml/expat_calls.h"

namespace restanza::xml {

struct ParserDeleter {
  void operator()(XML_Parser parser) const { XML_ParserFree(parser); }
};
using Parser = std::unique_ptr<XML_ParserStruct, ParserDeleter>;

// Tells a handler of an event. expat is C, which what is thrown would leave in the middle of its work, and
// with memory that nobody frees. So it is kept, and the parser stopped; whoever called XML_Parse throws it
// then.
template <class Handler, class Event>
void tell(void* user_data, Event event) noexcept {
  auto& handler = *static_cast<Handler*>(user_data);
  if (handler.thrown) return;  // a stopped parser still tells of the end of an empty element
  try {
    event(handler);
  } catch (...) {
    handler.thrown = std::current_exception();
    handler.stop();
  }
}

// Makes a new parser, or makes a used one (XML_ParserReset) new again: `Handler` has open(name, attributes),
// close(), text(data, size) and forbid(what, kind), and calls XML_StopParser itself where it refuses; and for
// `tell`, stop(), which does that, and an exception_ptr `thrown`.
template <class Handler>
Parser make_parser(Handler* handler, Parser used = nullptr) {
  Parser parser(used ? used.release() : XML_ParserCreateNS("UTF-8", Builder::kSeparator));
  XML_Parser p = parser.get();
  static const HashSalt salt = make_hash_salt();  // expat would ask the system for one at every document
  set_hash_salt(p, salt);
  XML_SetReturnNSTriplet(p, 1);
  XML_SetUserData(p, handler);
  XML_SetElementHandler(
      p,
      [](void* h, const char* name, const char** atts) {
        tell<Handler>(h, [&](Handler& own) { own.open(name, atts); });
      },
      [](void* h, const char*) { tell<Handler>(h, [](Handler& own) { own.close(); }); });
  XML_SetCharacterDataHandler(p, [](void* h, const char* s, int n) {
    tell<Handler>(h, [&](Handler& own) { own.text(s, static_cast<size_t>(n)); });
  });
  XML_SetCommentHandler(
      p, [](void* h, const char*) { tell<Handler>(h, [](Handler& own) { own.forbid("a comment"); }); });
  XML_SetProcessingInstructionHandler(p, [](void* h, const char*, const char*) {
    tell<Handler>(h, [](Handler& own) { own.forbid("a processing instruction"); });
  });
  XML_SetXmlDeclHandler(p, [](void* h, const char*, const char* encoding, int) {
    if (!encoding || ascii_equal(encoding, "UTF-8")) return;
    tell<Handler>(h, [](Handler& own) { own.forbid("another encoding than UTF-8", Error::Kind::encoding); });
  });
  XML_SetStartDoctypeDeclHandler(p, [](void* h, const char*, const char*, const char*, int) {
    tell<Handler>(h, [](Handler& own) { own.forbid("a document type declaration"); });
  });
  return parser;
}

}  // namespace restanza::xml
