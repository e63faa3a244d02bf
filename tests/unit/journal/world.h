// SPDX-License-Identifier: MIT
// What the journal's tests share, whatever the store: a directory of their own, stanzas, events to wait for.
// Threads: said with each.
#pragma once

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "journal/journal.h"
#include "support/catch.h"
#include "support/fake_clock.h"
#include "support/lines.h"

namespace restanza::journal {

inline constexpr std::chrono::seconds kPatience{60};  // far beyond what any event here takes

class Directory {
 public:
  Directory() {
    path = (std::filesystem::temp_directory_path() / "restanza-journal-XXXXXX").string();
    REQUIRE(mkdtemp(path.data()) != nullptr);
  }
  ~Directory() { std::filesystem::remove_all(path); }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;

  std::string file(const std::string& name) const { return path + "/" + name; }
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& entry : std::filesystem::directory_iterator(path))
      all.push_back(entry.path().filename());
    std::sort(all.begin(), all.end());
    return all;
  }

  std::string path;
};

inline std::string content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

inline void overwrite(const std::string& path, size_t at, const std::string& bytes) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(static_cast<std::streamoff>(at));
  file << bytes;
  REQUIRE(file.flush().good());
}

inline unsigned mode(const std::string& path) {
  struct stat info;
  REQUIRE(stat(path.c_str(), &info) == 0);
  return info.st_mode & 07777u;
}

inline xmpp::Stanza message(const std::string& body) {
  return {xmpp::Kind::message,
          "chat",
          "alice@localhost/phone",
          "bot@rest.localhost",
          body,
          "<message type='chat' from='alice@localhost/phone' to='bot@rest.localhost' id='" + body +
              "'><body>" + body + "</body></message>"};
}

inline Entry entry(const std::string& body, std::vector<std::string> endpoints = {"default"}) {
  Entry entry;
  entry.stanza = std::make_shared<const xmpp::Stanza>(message(body));
  for (auto& endpoint : endpoints) entry.to.push_back({std::move(endpoint), true});
  return entry;
}

// Something that happens once, on any thread.
template <class T>
class Event {
 public:
  void happen(T value) { promise_.set_value(std::move(value)); }
  bool happened() const { return future_.wait_for(std::chrono::seconds(0)) == std::future_status::ready; }
  T wait() {
    if (future_.wait_for(kPatience) != std::future_status::ready)
      throw std::runtime_error("nothing happened");
    return future_.get();
  }

 private:
  std::promise<T> promise_;
  std::future<T> future_ = promise_.get_future();
};

inline std::string ids(const std::vector<Delivery>& deliveries) {
  std::string all;
  for (const auto& delivery : deliveries) all += (all.empty() ? "" : " ") + delivery.id;
  return all;
}

}  // namespace restanza::journal
