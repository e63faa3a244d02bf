// SPDX-License-Identifier: MIT
// Hosts that are older, newer or poorer than the one that the plugin was written with.
#include <array>
#include <cstdio>
#include <initializer_list>

#include "cases/cases.h"
#include "check.h"
#include "traffic.h"

namespace restanza::check {
namespace {

// A whole life, with traffic.
void live_with(const Subject& subject, const Host::Settings& settings) {
  Life life(subject, settings);
  play(life.host);
  life.host.finish();
}

void short_table(const Subject& subject) {
  const Library library(subject.path);
  const Prepared prepared(subject);
  for (size_t size = offsetof(xp_host, name); size < sizeof(xp_host); size += sizeof(void*)) {
    Host::Settings settings;
    settings.table_size = size;
    Host& host = new_host(subject, library, settings);
    if (host.create(prepared.settings()).status == XP_OK) {
      if (host.start().status == XP_OK) {
        play(host);
        host.finish();
        continue;
      }
      host.destroy();
    }
    host.settle();
    host.verify();
  }
}

void long_table(const Subject& subject) {
  Host::Settings settings;
  settings.table_size = sizeof(xp_host) + 256;  // what a newer version added, with rubbish in it
  live_with(subject, settings);
}

void nothing_to_keep(const Subject& subject) {
  Host::Settings settings;
  settings.keeping = false;
  live_with(subject, settings);
}

void null_functions(const Subject& subject) {
  Host::Settings settings;
  settings.newer_functions = false;
  live_with(subject, settings);
}

void no_extensions(const Subject& subject) {
  Host::Settings settings;
  settings.extensions = false;
  live_with(subject, settings);
}

void root_prefix(const Subject& subject) {
  Host::Settings settings;
  settings.prefix = "";
  live_with(subject, settings);
}

// No directory, and what is none: an error with a reason, or a life without it.
void no_state_dir(const Subject& subject) {
  const Library library(subject.path);
  const Prepared prepared(subject);
  const std::string file = subject.directory + "/file";
  if (FILE* made = std::fopen(file.c_str(), "w")) std::fclose(made);
  Host::Settings none;
  Host::Settings missing;
  missing.state_dir = subject.directory + "/missing";
  Host::Settings wrong;
  wrong.state_dir = file;
  const std::array<Host*, 3> hosts = {new Host(library.descriptor(), none),
                                      &new_host(subject, library, missing),
                                      &new_host(subject, library, wrong)};
  for (Host* host : hosts) {
    if (host->create(prepared.settings()).status == XP_OK) {
      if (host->start().status == XP_OK) {
        play(*host);
        host->finish();
        continue;
      }
      host->destroy();
    }
    host->settle();
    host->verify();
  }
}

void odd_statuses(const Subject& subject) {
  for (const xp_status status : std::initializer_list<xp_status>{4711, -1, INT32_MIN, INT32_MAX}) {
    Life life(subject);
    life.host.on_send = [status](const std::string&, const Host::Retry&) { return status; };
    life.host.on_write = [status](Exchange&) { return status; };
    play(life.host);
    life.host.finish();
  }
}

void each_status(const Subject& subject) {
  for (const xp_status status : std::initializer_list<xp_status>{XP_GONE, XP_INVALID, XP_DENIED, XP_TOO_BIG,
                                                                 XP_UNSUPPORTED, XP_INTERNAL}) {
    Life life(subject);
    life.host.on_send = [status](const std::string&, const Host::Retry&) { return status; };
    play(life.host);
    life.host.finish();
  }
}

void odd_kinds_and_flags(const Subject& subject) {
  Life life(subject);
  for (Request request : requests(life.host)) {
    request.flags = 0xFFFFFFFEU;
    life.host.ask(request);
  }
  for (Stanza stanza : stanzas(life.host)) {
    stanza.flags = 0xFFFFFFFEU;
    life.host.offer(stanza);
    for (const uint32_t kind : {stanza.kind | 0xFFFFFF00U, uint32_t{XP_MESSAGE | XP_PRESENCE | XP_IQ}}) {
      stanza.kind = kind;  // among others one that the hook asked for
      require(life.host.offer(stanza) == XP_PASS, "a stanza of a kind that there is not was taken");
    }
  }
  life.host.finish();
}

}  // namespace

std::vector<Case> host_cases() {
  return {
      {"short_host_table",
       "a host's table that ends anywhere gets an error, and nothing behind its end is read", short_table},
      {"long_host_table", "a host of a later minor version is as good as any", long_table},
      {"nothing_to_keep", "no hook says that it keeps a stanza where it must not", nothing_to_keep},
      {"null_functions", "what a later version added and this host leaves NULL is not called",
       null_functions},
      {"no_extensions", "a host without any extension is served", no_extensions},
      {"no_state_directory",
       "without a state directory that can be used there is an error or a life without it", no_state_dir},
      {"no_prefix", "an empty prefix is one too", root_prefix},
      {"unknown_status", "statuses that there are not end every exchange and every drain", odd_statuses},
      {"each_status", "so does each status that there is", each_status},
      {"unknown_kinds_and_flags", "kinds and flags that there are not do no harm", odd_kinds_and_flags},
  };
}

}  // namespace restanza::check
