// SPDX-License-Identifier: MIT
// The cases: a file for each part of a host's work. A case has a host of its own with one plugin in it, and
// throws Broken where the host breaks a rule, and LeftOut where it need not have what the case is about. One
// thread.
#pragma once

#include <vector>

#include "session.h"

namespace restanza::hostcheck {

struct Case {
  const char* name;
  const char* plugin;  // a file of tests/abi/hostile_plugins
  const char* shows;
  void (*run)(Session&);
};

std::vector<Case> loading_cases();
std::vector<Case> request_cases();
std::vector<Case> stanza_cases();
std::vector<Case> sending_cases();
std::vector<Case> life_cases();
std::vector<Case> body_cases();       // the same
std::vector<Case> since_1_1_cases();  // where the host has these: it may be of version 1.0

}  // namespace restanza::hostcheck
