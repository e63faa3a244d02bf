// SPDX-License-Identifier: MIT
// A server with a plugin in it, on the host kit (xp_host.hpp). Its network is a pipe: each line of standard
// input is a stanza for the plugin, each line of standard output one from it. The kit serves HTTP on
// loopback. It ends with its input, or with SIGTERM, once the plugin is drained.
//
//   c++ -std=c++17 examples/embed.cpp $(pkg-config --cflags --libs xp-host) -o embed
//   ./embed restanza --domain rest.localhost --settings '{"component_secret": "http-secret"}'
//
// Threads: the main thread runs the loop, where stanzas are offered and written; one reads the input, one
// waits for signals. What the plugin sends comes on any thread, and is put on the loop.
#include <signal.h>

#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <future>
#include <iostream>
#include <mutex>
#include <thread>

#include "xp_host.hpp"

namespace {

using Work = std::function<void()>;

class PipeServer final : public xp::host::Server {
 public:
  static constexpr size_t kMaxUnsent = 1000;  // stanzas, and functions that wait for room

  xp_status send(std::string stanza, Work writable) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (ended_) return XP_GONE;
    if (unsent_ == kMaxUnsent) {
      if (waiting_.size() == kMaxUnsent) return XP_INTERNAL;
      if (writable) waiting_.push_back(std::move(writable));
      return XP_WOULD_BLOCK;
    }
    work_.push_back([this, text = std::move(stanza)] { leave(text); });
    ++unsent_;
    come_.notify_one();
    return XP_OK;
  }

  void post(Work work) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    work_.push_back(std::move(work));
    come_.notify_one();
  }
  void run() {  // the loop, until `end`
    while (!ended_) {
      std::unique_lock<std::mutex> lock(mutex_);
      come_.wait(lock, [this] { return !work_.empty(); });
      const Work work = std::move(work_.front());
      work_.pop_front();
      lock.unlock();
      work();
    }
  }
  void end() {
    post([this] {
      std::deque<Work> dropped;  // without the lock: this calls the plugin, too
      const std::lock_guard<std::mutex> lock(mutex_);
      ended_ = true;
      dropped.swap(waiting_);
    });
  }

  // Reads stanzas to the end of the input; each line waits for the one before it.
  void read(xp::host::Plugin& plugin) {
    for (std::string line; std::getline(std::cin, line);) {
      const auto done = std::make_shared<std::promise<void>>();
      post([&plugin, line, done] {
        if (!plugin.offer(line, false, settle)) std::cerr << "warn: a line that is no stanza\n";
        done->set_value();
      });
      done->get_future().wait();
    }
  }

 private:
  // Nobody but the plugin is here to take a stanza.
  static void settle(const std::string& stanza, xp::host::Outcome outcome) {
    const std::string error = xp::host::error_for(stanza, outcome);
    if (!error.empty()) write(error);
  }
  static void write(const std::string& stanza) {  // on one line
    for (const char c : stanza) (c == '\n' ? std::cout << "&#10;" : std::cout << c);
    std::cout << std::endl;
  }
  void leave(const std::string& stanza) {
    write(stanza);
    std::unique_lock<std::mutex> lock(mutex_);
    const bool room = --unsent_ <= kMaxUnsent / 2;  // for many, so that they are not all told of one place
    const std::deque<Work> waiting = room ? std::exchange(waiting_, {}) : std::deque<Work>{};
    lock.unlock();
    for (const Work& writable : waiting) writable();
  }

  std::mutex mutex_;
  std::condition_variable come_;
  std::deque<Work> work_, waiting_;
  size_t unsent_ = 0;
  bool ended_ = false;  // set on the thread in `run`
};

}  // namespace

int main(int argc, char** argv) {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);  // before there are threads, for all of them
  xp::host::PluginSettings wanted;
  xp::host::HostSettings settings{
      "embed", "1.0", {xp::host::Address{}}, [](int32_t level, std::string_view line) {
        static const char* const kLevels[] = {"debug", "info", "warn", "error", "host bug", "plugin bug"};
        std::cerr << std::string(kLevels[level]) + ": " + std::string(line) + "\n";
      }};
  if (argc > 1) wanted.library = argv[1];
  for (int i = 2; i + 1 < argc; i += 2) {
    const std::string option = argv[i];
    if (option == "--domain") wanted.domain = argv[i + 1];
    if (option == "--settings") wanted.settings_json = argv[i + 1];
  }
  static PipeServer server;  // for ever: a plugin that never ends may still call
  static xp::host::Host host(std::move(settings));
  std::string error;
  xp::host::Plugin* const plugin = host.load(wanted, server, error);
  if (!plugin || !host.start(error)) {
    std::cerr << "error: " + error + "\n";
    return 1;
  }
  std::cerr << "ready http=" + host.listening() + "\n";
  static bool draining = false;  // of the loop
  const Work finish = [] {
    if (!std::exchange(draining, true)) host.drain(std::chrono::seconds(10), [] { server.end(); });
  };
  std::thread([plugin, finish] {
    server.read(*plugin);
    server.post(finish);
  }).detach();
  std::thread([ends, finish] {
    int signal = 0;
    if (sigwait(&ends, &signal) == 0) server.post(finish);
  }).detach();
  server.run();
  std::_Exit(host.end() ? 0 : 1);  // the two threads may still wait
}
