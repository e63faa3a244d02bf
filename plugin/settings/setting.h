// SPDX-License-Identifier: MIT
// A setting as the program sees it: its row, and the member of a struct that it is read into. The struct is
// the one that is used; its member's value in a new struct is the default. Plain values, any thread.
//
// `Reader` reads one table of a format key by key and keeps the first error: config/reader.h for JSON. A part
// brings the settings of its own struct as a list; `below` makes them settings of a struct around it.
#pragma once

#include <functional>
#include <type_traits>
#include <utility>

#include "base/result.h"
#include "settings/row.h"
#include "settings/text_rule.h"

namespace restanza::settings {

template <class Reader, class S>
struct Setting {
  using Read = std::function<void(Reader&, const char* key, S&)>;
  using Same = std::function<bool(const S&, const S&)>;
  using Copy = std::function<void(const S& from, S& to)>;
  using Check = std::function<Result<void>(const std::string& key, const S&)>;

  Row row;
  Read read;
  Same same;         // whether two structs say the same here
  Copy copy = {};    // null: of what cannot be compared there is nothing to copy
  Check check = {};  // what its type and bounds do not say; null: they say it all

  static Setting flag(const char* key, bool S::*at, const char* sentence) {
    return bound({key, "true or false", "", shown(S{}.*at), sentence}, at,
                 [at](Reader& reader, const char* name, S& into) { reader.flag(name, into.*at); });
  }

  static Setting text(const char* key, std::string S::*at, const char* sentence) {
    return bound({key, "text", "", shown(S{}.*at), sentence}, at,
                 [at](Reader& reader, const char* name, S& into) { reader.text(name, into.*at); });
  }

  template <class N>
  static Setting count(const char* key, N S::*at, uint64_t least, uint64_t most, const char* sentence) {
    return bound({key, "whole number", range(least, most), shown(uint64_t{S{}.*at}), sentence}, at,
                 [at, least, most](Reader& reader, const char* name, S& into) {
                   uint64_t count = into.*at;
                   reader.count(name, count, least, most);
                   into.*at = static_cast<N>(count);
                 });
  }

  static Setting number(const char* key, double S::*at, double least, double most, const char* sentence) {
    return bound({key, "number", range(least, most), shown(S{}.*at), sentence}, at,
                 [at, least, most](Reader& reader, const char* name, S& into) {
                   reader.number(name, into.*at, least, most);
                 });
  }

  // Bounds that are whole allow whole seconds only.
  template <class N>
  static Setting seconds(const char* key, std::chrono::milliseconds S::*at, N least, N most,
                         const char* sentence) {
    using Shown = std::conditional_t<std::is_integral_v<N>, uint64_t, double>;
    const char* type = std::is_integral_v<N> ? "whole seconds" : "seconds";
    return bound({key, type, range(Shown{least}, Shown{most}), shown(S{}.*at), sentence}, at,
                 [at, least, most](Reader& reader, const char* name, S& into) {
                   reader.seconds(name, into.*at, least, most);
                 });
  }

  static Setting texts(const char* key, std::vector<std::string> S::*at, const char* sentence) {
    return bound({key, "list of texts", "", shown(S{}.*at), sentence}, at,
                 [at](Reader& reader, const char* name, S& into) { reader.words(name, into.*at); });
  }

  // What needs code of its own to be read. Where nobody says how to compare, all are the same.
  static Setting custom(const char* key, const char* type, std::string default_value, const char* sentence,
                        Read read) {
    return {{key, type, "", std::move(default_value), sentence}, std::move(read), [](const S&, const S&) {
              return true;
            }};
  }

  Setting compared(Same by) && {
    same = std::move(by);
    return std::move(*this);
  }
  template <class T, class Of>
  Setting compared(T Of::*at) && {
    copy = [at](const S& from, S& to) { to.*at = from.*at; };
    return std::move(*this).compared([at](const S& a, const S& b) { return a.*at == b.*at; });
  }
  Setting default_is(const char* words) && {  // where the value alone says too little
    row.default_value = words;
    return std::move(*this);
  }
  Setting within(const std::string& bounds) && {
    row.bounds = bounds;
    return std::move(*this);
  }
  Setting restart() && {
    row.live = false;
    return std::move(*this);
  }

  Setting must_be(const TextRule& rule, std::string S::*at) && {
    check = [at, rule](const std::string& key, const S& value) { return check_text(rule, key, value.*at); };
    return std::move(*this);
  }
  // It may also stand under the name that it had before, but not under both.
  Setting formerly(const char* old) && {
    read = [old, inner = std::move(read)](Reader& reader, const char* key, S& into) {
      if (reader.has(key) && reader.has(old)) {
        return reader.fail(old, "is the old name of '" + std::string(key) +
                                    "', which stands beside it: remove '" + old + "'");
      }
      inner(reader, key, into);
      inner(reader, old, into);
    };
    return std::move(*this);
  }

  template <class Outer>
  Setting<Reader, Outer> below(S Outer::*part) const {
    return carried<Outer>([part](const Outer& around) -> const S& { return around.*part; },
                          [part](Outer& around) -> S& { return around.*part; });
  }
  // The same for any struct in which `get` and `get_to_change` find this one.
  template <class Outer, class Get, class GetToChange>
  Setting<Reader, Outer> carried(Get get, GetToChange get_to_change) const {
    Setting<Reader, Outer> out{row, {}, {}};
    out.read = [get_to_change, inner = read](Reader& reader, const char* key, Outer& into) {
      inner(reader, key, get_to_change(into));
    };
    out.same = [get, inner = same](const Outer& a, const Outer& b) { return inner(get(a), get(b)); };
    if (copy) {
      out.copy = [get, get_to_change, inner = copy](const Outer& from, Outer& to) {
        inner(get(from), get_to_change(to));
      };
    }
    if (check) {
      out.check = [get, inner = check](const std::string& key, const Outer& value) {
        return inner(key, get(value));
      };
    }
    return out;
  }

 private:
  template <class T>
  static Setting bound(Row row, T S::*at, Read read) {
    return Setting{std::move(row), std::move(read), {}}.compared(at);
  }
  template <class N>
  static std::string range(N least, N most) {
    return shown(least) + " to " + shown(most);
  }
};

template <class Reader, class S>
using Settings = std::vector<Setting<Reader, S>>;

// In the order of the rows.
template <class Reader, class S>
void read_each(const Settings<Reader, S>& settings, Reader& reader, S& into) {
  for (const auto& setting : settings) setting.read(reader, setting.row.key.c_str(), into);
}

template <class Reader, class S, class Outer>
void add_below(Settings<Reader, Outer>& all, S Outer::*part, const Settings<Reader, S>& of_part) {
  for (const auto& setting : of_part) all.push_back(setting.below(part));
}

// The first thing that is wrong; an error begins with its key in quotes.
template <class Reader, class S>
Result<void> check_each(const Settings<Reader, S>& settings, const S& value) {
  for (const auto& setting : settings) {
    if (!setting.check) continue;
    if (auto sound = setting.check(setting.row.key, value); !sound) return sound;
  }
  return {};
}

// The keys, behind `before`, of settings that differ and need a restart. It compares what was read, not how
// it was written: a default that somebody writes down is no difference.
template <class Reader, class S>
void add_restart_keys(const Settings<Reader, S>& settings, const S& running, const S& read,
                      const std::string& before, std::vector<std::string>& keys) {
  for (const auto& setting : settings) {
    if (!setting.row.live && !setting.same(running, read)) keys.push_back(before + setting.row.key);
  }
}

// Gives `read` what `running` has where these differ and a restart is needed. The keys of these.
template <class Reader, class S>
std::vector<std::string> keep_until_restart(const Settings<Reader, S>& settings, const S& running, S& read) {
  std::vector<std::string> keys;
  add_restart_keys(settings, running, read, "", keys);
  for (const auto& setting : settings) {
    if (!setting.row.live && setting.copy) setting.copy(running, read);
  }
  return keys;
}

template <class Reader, class S>
std::vector<Row> rows_of(const Settings<Reader, S>& settings) {
  std::vector<Row> rows;
  for (const auto& setting : settings) rows.push_back(setting.row);
  return rows;
}

}  // namespace restanza::settings
