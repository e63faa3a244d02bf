// SPDX-License-Identifier: MIT
#include "settings/manual.h"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace restanza::settings {
namespace {

constexpr std::string_view kClosing = ".,:;)]?!";  // what mdoc puts behind a word without a space

bool letter_or_digit(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '\\' ? "\\e" : c == '"' ? "\\(dq" : std::string(1, c);
  return out;
}

// One argument of a macro, which is never taken for a macro or for punctuation.
std::string argument(std::string_view text) {
  const bool plain = text.size() > 3 && letter_or_digit(text[0]);
  const std::string word = (plain ? "" : "\\&") + escaped(text);
  return word.find(' ') == std::string::npos ? word : "\"" + word + "\"";
}

// A word with `code` in it, as one line of macros: `.No ( Ns Li code ) ,`.
std::string code_line(const std::string& word) {
  std::string line;
  bool code = false;
  for (size_t begin = 0; begin <= word.size(); code = !code) {
    const size_t end = std::min(word.find('`', begin), word.size());
    const std::string piece = word.substr(begin, end - begin);
    begin = end + 1;
    if (!code && !line.empty() && piece.find_first_not_of(kClosing) == std::string::npos) {
      for (const char c : piece) line.append(" ").append(1, c);
    } else if (!piece.empty()) {
      line += (line.empty() ? "." : " Ns ") + std::string(code ? "Li " : "No ") + argument(piece);
    }
  }
  return line + "\n";
}

// Text that people read, in which `code` stands between backquotes. Code may hold spaces.
std::string running(const std::string& text) {
  std::string out, line, word;
  const auto end_line = [&] {
    if (!line.empty()) out += (line[0] == '.' || line[0] == '\'' ? "\\&" : "") + line + "\n";
    line.clear();
  };
  const auto end_word = [&] {
    if (word.find('`') != std::string::npos) {
      end_line();
      out += code_line(word);
    } else if (!word.empty()) {
      line += (line.empty() ? "" : " ") + escaped(word);
    }
    word.clear();
  };
  bool code = false;
  for (const char c : text) {
    if (c == '`') code = !code;
    if (c == ' ' && !code) {
      end_word();
    } else {
      word += c;
    }
  }
  end_word();
  end_line();
  return out;
}

// A value before a colon, such as `false: ...`, is written small.
std::string as_sentence(std::string text) {
  const size_t end = text.find_first_of(" :");
  const bool value = end != std::string::npos && text[end] == ':';
  if (!text.empty() && !value) text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return text;
}

std::string entry(const Row& row) {
  std::string facts = as_sentence(row.type) + (row.bounds.empty() ? "" : ", " + row.bounds);
  facts += (row.default_value == "required" ? "; " : "; default: ") + row.default_value;
  return ".It Ic " + row.key + "\n" + running(as_sentence(row.sentence) + ".") + ".br\n" +
         running(facts + (row.live ? "." : ";")) + (row.live ? "" : ".Em restart .\n");
}

}  // namespace

std::string as_mdoc(const Section& section) {
  std::string out = ".Bl -tag -width Ds\n";
  for (const Row& row : section.rows) out += entry(row);
  return out + ".El\n";
}

Result<std::string> with_lists(std::string page, const std::vector<Section>& sections) {
  for (const Section& section : sections) {
    const std::string line = kListLine + section.title + "\n";
    const size_t at = page.find(line);
    if (at == std::string::npos)
      return Error{"the page has no line '" + line.substr(0, line.size() - 1) + "'"};
    page.replace(at, line.size(), as_mdoc(section));
  }
  return page;
}

}  // namespace restanza::settings
