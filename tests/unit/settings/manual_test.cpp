// SPDX-License-Identifier: MIT
#include "settings/manual.h"

#include "support/catch.h"

using namespace restanza;

namespace {

const settings::Section kList{
    "Keys",
    {{"level", "text", "", "`\"info\"`", "`debug`, `info` or (`warn`); see `a b`", false},
     {"retry", "true or false", "", "true", "false: one attempt", true},
     {"name", "whole number", "1 to 9", "required", "how many `x`s, with a \\", true}}};

constexpr const char* kMdoc =
    ".Bl -tag -width Ds\n"
    ".It Ic level\n"
    ".Li debug ,\n"
    ".Li info\n"
    "or\n"
    ".No \\&( Ns Li warn ) ;\n"
    "see\n"
    ".Li \"\\&a b\" .\n"
    ".br\n"
    "Text; default:\n"
    ".Li \\&\\(dqinfo\\(dq ;\n"
    ".Em restart .\n"
    ".It Ic retry\n"
    "false: one attempt.\n"
    ".br\n"
    "True or false; default: true.\n"
    ".It Ic name\n"
    "How many\n"
    ".Li \\&x Ns No \\&s,\n"
    "with a \\e.\n"
    ".br\n"
    "Whole number, 1 to 9; required.\n"
    ".El\n";

}  // namespace

TEST_CASE("a manual page has a tagged list of settings, with code as a macro and what touches it") {
  CHECK(settings::as_mdoc(kList) == kMdoc);
}

TEST_CASE("a line of text that begins with a point is no macro") {
  CHECK(settings::as_mdoc({"T", {{"k", "text", "", "none", ".hidden files"}}}) ==
        ".Bl -tag -width Ds\n.It Ic k\n\\&.hidden files.\n.br\nText; default: none.\n.El\n");
}

TEST_CASE("the lists stand where the page has a line for each, and other lines stay") {
  const auto page =
      settings::with_lists(".Sh A\n.\\\" settings: Keys\n.Sh B\n.\\\" settings: Others\n", {kList});
  REQUIRE(page);
  CHECK(*page == std::string(".Sh A\n") + kMdoc + ".Sh B\n.\\\" settings: Others\n");
}

TEST_CASE("a page that has no place for a list is an error that names the line") {
  const auto page = settings::with_lists(".Sh A\n.\\\" settings: Keys and more\n", {kList});
  REQUIRE_FALSE(page);
  CHECK(page.error().text == "the page has no line '.\\\" settings: Keys'");
}
