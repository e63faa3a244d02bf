// SPDX-License-Identifier: MIT
// Stanzas as bodies and bodies as stanzas, in every format. Bodies are bytes that nobody has checked yet;
// what comes out is a tree that XML can hold, whose addresses, kind and content are still to be checked. Pure
// functions, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "mapping/media_type.h"
#include "xml/element.h"

namespace restanza::mapping {

// What the path says about the body: /rest/{kind}/{type}/{to}, percent-decoded. For an iq the type may be the
// name of a query, whose content is then the body: /rest/iq/version/localhost. Empty: nothing is said.
struct Hints {
  std::string kind;
  std::string type;
  std::string to;
  // The kind of a body in JSON, CBOR or a form that names none, also by its type, and has a key of this kind
  // or none that is unknown there. An answer has the kind of what it answers.
  std::string usual_kind = {};
};

struct Options {
  bool strict = false;   // rest_json_strict: a key without mapping is a failure
  bool raw_xml = false;  // rest_json_xml: children without mapping are given under `xml`
};

struct Decoded {
  xml::Document document;
  std::vector<std::string> unmapped = {};  // keys that were dropped, printable: "foo", "oob/foo"
  // There are such keys, and no others but kind, type and addresses: nobody meant this stanza.
  bool nothing_mapped = false;
};

struct Failure {
  enum Kind {
    unparseable,  // 400 not-well-formed
    unmappable,   // 422; the text begins with a pointer to the key
  };
  Kind kind;
  std::string text;
};

struct Encoded {
  std::string body;
  // What the body does not hold, printable: "{urn:foo}bar", "{urn:foo}bar@attribute", "{urn:foo}bar#text".
  std::vector<std::string> unmapped;
};

Result<Decoded, Failure> decode(Format format, std::string_view body, const Hints& hints,
                                const Options& options);

// GET /rest/{query}/{to}?a=b, both parts percent-decoded, the query string as it stands. A name that is no
// query gives an iq without a child.
Result<Decoded, Failure> decode_query(std::string_view name, std::string_view to, std::string_view query,
                                      const Options& options = {});

// The names that decode_query knows.
std::vector<std::string_view> get_queries();

// A stanza, or an element <xmpp/> that holds several. Fails for any other element, except as XML and text.
Result<Encoded> encode(Format format, xml::Element stanza, const Options& options);

// mod_rest's JSON form of an HTTP error. `type` and `condition` as in a stanza error.
std::string error_json(int status, std::string_view type, std::string_view condition, std::string_view text);
// Of what error_json has written: the object that says what is wrong.
std::string_view error_object(std::string_view error_json);

}  // namespace restanza::mapping
