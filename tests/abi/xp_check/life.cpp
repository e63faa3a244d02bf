// SPDX-License-Identifier: MIT
#include "life.h"

#include <exception>
#include <filesystem>
#include <mutex>
#include <thread>

#include "check.h"
#include "traffic.h"

namespace restanza::check {

Prepared::Prepared(const Subject& subject, Endpoint::Manner manner) : settings_(subject.settings) {
  const std::string mark = "@URL@";
  for (size_t at = 0; (at = settings_.find(mark, at)) != std::string::npos;) {
    if (!endpoint_) endpoint_ = std::make_unique<Endpoint>(manner);
    settings_.replace(at, mark.size(), endpoint_->url());
  }
}

Host& new_host(const Subject& subject, const Library& library, Host::Settings settings) {
  if (settings.state_dir.empty()) {
    settings.state_dir = subject.directory + "/" + settings.domain;
    std::filesystem::create_directories(settings.state_dir);
  }
  return *new Host(library.descriptor(), std::move(settings));  // known to what calls it, so no leak
}

void run(Host& host, const std::string& settings) {
  const Outcome created = host.create(settings);
  require(created.status == XP_OK,
          "it cannot be created with these settings (see --settings): " + created.text);
  const Outcome started = host.start();
  require(started.status == XP_OK, "it cannot be started: " + started.text);
}

Life::Life(const Subject& subject, const Host::Settings& settings, Endpoint::Manner manner)
    : library_(subject.path), prepared_(subject, manner), host(new_host(subject, library_, settings)) {
  run(host, prepared_.settings());
}

void answer_everything(Host& host) {
  for (const std::string& xml : host.sent()) {
    const Stanza answer = answer_to(xml);
    if (answer.kind != 0) host.offer(answer);
  }
}

void play(Host& host) {
  for (const Request& request : requests(host)) host.ask(request);
  for (const Request& request : questions(host, "play")) host.ask(request);
  for (const Stanza& stanza : stanzas(host)) host.offer(stanza);
  answer_everything(host);
}

void at_once(int threads, const std::function<void(int)>& work) {
  std::mutex mutex;
  std::exception_ptr failed;
  std::vector<std::thread> all;
  for (int i = 0; i < threads; ++i) {
    all.emplace_back([&, i] {
      try {
        work(i);
      } catch (...) {
        const std::lock_guard<std::mutex> lock(mutex);
        failed = std::current_exception();
      }
    });
  }
  for (std::thread& thread : all) thread.join();
  if (failed) std::rethrow_exception(failed);
}

}  // namespace restanza::check
