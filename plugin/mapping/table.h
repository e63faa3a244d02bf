// SPDX-License-Identifier: MIT
// The mapping between stanzas and JSON, as data: one row says under which key what part of an element stands.
// Both directions, forms, the GET queries and the API's description are made from these rows, so that another
// extension is another row. What rows cannot say (Irregular) is a pair of named functions.
//
// Constant data, any thread. Internal to this folder.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string_view>

#include "xml/element.h"

namespace restanza::mapping {

class Reading;
class Writing;
struct Row;

struct Rows {
  const Row* first = nullptr;
  size_t count = 0;

  constexpr Rows() = default;
  template <size_t N>
  constexpr Rows(const Row (&rows)[N]) : first(rows), count(N) {}
  const Row* begin() const { return first; }
  const Row* end() const;
};

enum class Scalar { string, integer, number, boolean, integer_or_text };

enum class Shape {
  attribute,  // an attribute of the element
  content,    // the element's own text
  text,       // the text of a child element
  single,     // one attribute of a child element; `detail` names it
  present,    // true where a child element is there
  choice,     // the name of a child element; `detail` lists the names, with spaces between
  object,     // a child element and its own rows
  list,       // every child element of the name: strings, or objects where there are rows
  wrapped,    // the same inside a child element; `detail` names the items
  message,    // a whole message, inside
  irregular,
};

// How an irregular field is read from the element that its row names, and written into the stanza. One of
// them may be absent. What cannot be read is left to be named as unmapped.
struct Irregular {
  // What an empty form field stands for.
  enum Empty { text, yes, object } empty;
  std::optional<nlohmann::json> (*read)(xml::Element found, Reading& reading);
  void (*write)(const nlohmann::json& value, xml::Element stanza, Writing& writing);
};

struct Row {
  const char* key;
  Shape shape;
  const char* name;          // of the element or attribute
  const char* ns = nullptr;  // null: the namespace around
  Scalar scalar = Scalar::string;
  const char* detail = nullptr;
  Rows rows = {};
  const Irregular* irregular = nullptr;
  // Two rows are of the same element: a list says all of it, and `present` only that it is there. Read, a
  // list of one empty item is left out, and `present` passes over what stands inside; written, `present` adds
  // nothing to what the list, which stands before it, has made.
  bool shared = false;
};

inline const Row* Rows::end() const {
  return first + count;
}

enum Kinds : unsigned { kMessage = 1, kPresence = 2, kIq = 4, kEvery = 7 };

// Whether a field says of which kind its stanza is, where nothing else does.
enum class Implies {
  nothing,
  kind,
  kind_if_all_mapped,  // JSON that is no stanza has such words too: only where each key beside it is mapped
};

struct Field {
  unsigned kinds;
  Row row;
  Implies implies = Implies::nothing;
  const char* implied_type = nullptr;
  // Rewrites the value before the row writes it, for shorthands.
  void (*expand)(nlohmann::json& value, Writing& writing) = nullptr;
  bool only_with_raw_xml = false;  // in JSON that is made: left out otherwise, and named as unmapped
};

struct Fields {
  const Field* first;
  size_t count;
  const Field* begin() const { return first; }
  const Field* end() const { return first + count; }
};

Fields fields();

// The kind of a stanza's name, absent where it is none.
std::optional<Kinds> kind_of(std::string_view name);
const char* name_of(Kinds kind);

const Field* find_field(Kinds kind, std::string_view key);

// Whether the field is what an iq asks for, by which a path may name it.
bool is_query(const Field& field);

}  // namespace restanza::mapping
