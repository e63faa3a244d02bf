// SPDX-License-Identifier: MIT
// What a case begins with: the plugin and its settings, and an instance that is running. The case's thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "endpoint.h"
#include "host.h"
#include "library.h"

namespace restanza::check {

// What is checked, and where: the user's settings with @URL@ in them, and a directory for this case alone.
struct Subject {
  std::string path;
  std::string settings = "{}";
  std::string directory;
};

// A case of the kit. `shows` completes the sentence "It passes where ...".
struct Case {
  const char* name;
  const char* shows;
  std::function<void(const Subject&)> run;
};

// The settings, with the URL of a server that lives as long as this does, if they ask for one.
class Prepared {
 public:
  explicit Prepared(const Subject& subject, Endpoint::Manner manner = Endpoint::Manner::answers);
  const std::string& settings() const { return settings_; }

 private:
  std::unique_ptr<Endpoint> endpoint_;
  std::string settings_;
};

// A host that stays until the process ends, with a state directory of its own unless the settings name one.
Host& new_host(const Subject& subject, const Library& library, Host::Settings settings = {});

// Creates and starts an instance; throws Failed where it fails.
void run(Host& host, const std::string& settings);

// One instance from its library to its running. The case ends it with host.finish().
class Life {
 public:
  explicit Life(const Subject& subject, const Host::Settings& settings = {},
                Endpoint::Manner manner = Endpoint::Manner::answers);
  const std::string& settings() const { return prepared_.settings(); }

 private:
  const Library library_;
  const Prepared prepared_;

 public:
  Host& host;
};

// All that a busy day brings: requests, stanzas, and answers to what the plugin asks.
void play(Host& host);
void answer_everything(Host& host);

// Runs `work(n)` on that many threads at once; what one throws is thrown here.
void at_once(int threads, const std::function<void(int)>& work);

}  // namespace restanza::check
