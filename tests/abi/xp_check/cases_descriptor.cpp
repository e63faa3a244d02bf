// SPDX-License-Identifier: MIT
// What can be seen without starting anything.
#include <cstring>

#include "cases.h"
#include "check.h"
#include "traces.h"

namespace restanza::check {
namespace {

void well_formed(const Subject& subject) {
  const auto threads_before = threads();
  const auto descriptors_before = descriptors();
  const auto state_before = process_state();
  const Library library(subject.path);
  const xp_plugin_desc& d = library.descriptor();
  require(library.entry() == &d, "xp_plugin_entry_v1 gives another descriptor at the second call");
  require(d.min_host_minor <= d.minor, "min_host_minor is beyond the version that it was built for");
  for (const auto& [name, text] : {std::pair("id", d.id), {"version", d.version}, {"license", d.license}}) {
    require(text && *text, std::string("the descriptor's ") + name + " is missing or empty");
    require(strnlen(text, 256) < 256, std::string("the descriptor's ") + name + " has no end");
  }
  require(d.create && d.start && d.drain && d.destroy,
          "the descriptor lacks a function that may not be NULL");
  require(
      threads() == threads_before && descriptors() == descriptors_before && process_state() == state_before,
      "xp_plugin_entry_v1 is not pure: it left a thread or a descriptor, or changed the process");
  if (d.get_extension) {
    now_in("get_extension");
    require(d.get_extension(nullptr, "xp_check.unknown/1") == nullptr,
            "it has an extension that nobody knows");
  }
}

void symbols(const Subject& subject) {
  std::string others;
  bool entry = false;
  for (const std::string& name : exported_symbols(subject.path)) {
    if (name == "xp_plugin_entry_v1") {
      entry = true;
    } else {
      others += (others.empty() ? "" : ", ") + name;
    }
  }
  require(entry, "it does not export xp_plugin_entry_v1");
  require(others.empty(), "it exports more than xp_plugin_entry_v1: " + others.substr(0, 200));
}

}  // namespace

std::vector<Case> descriptor_cases() {
  return {
      {"descriptor", "the descriptor is well-formed, constant, and made without starting anything",
       well_formed},
      {"exported_symbols", "xp_plugin_entry_v1 is the only symbol that it exports", symbols},
  };
}

}  // namespace restanza::check
