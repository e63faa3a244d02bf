// SPDX-License-Identifier: MIT
// What the journal's tests share: a directory of their own, stanzas, events to wait for, and the store that
// they look into. Threads: said with each.
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
#include "journal/sqlite/database.h"
#include "journal/sqlite/deliveries.h"
#include "journal/sqlite/store.h"
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
  entry.stanza = message(body);
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

// A store, and what stands in it. One thread.
struct Opened {
  explicit Opened(const std::string& directory, uint64_t max_bytes = uint64_t{1} << 30) {
    auto opened = SqliteStore::open(directory, max_bytes, clock);
    INFO((opened ? "" : opened.error().text));
    REQUIRE(opened);
    store.reset(dynamic_cast<SqliteStore*>(opened->store.release()));
    set_aside = opened->set_aside;
  }

  template <class Work>
  void write(Work work) {
    const auto written = store->write([&](Database& db) -> Result<void> {
      work(db);
      return {};
    });
    INFO((written ? "" : written.error().text));
    REQUIRE(written);
  }
  Delivery add(const std::string& body, const std::string& endpoint = "default") {
    return add_all(body, {endpoint}).front();
  }
  std::vector<Delivery> add_all(const std::string& body, const std::vector<std::string>& endpoints) {
    std::vector<Delivery> deliveries;
    for (const auto& endpoint : endpoints) {
      Delivery delivery;
      delivery.id = "msg_" + body + "_" + endpoint;
      delivery.endpoint = endpoint;
      delivery.accepted = delivery.changed = clock.wall();
      deliveries.push_back(delivery);
    }
    write([&](Database& db) { REQUIRE(insert(db, message(body), deliveries)); });
    return deliveries;
  }
  int64_t number(const std::string& sql) {
    int64_t number = -1;
    write([&](Database& db) {
      const auto found = db.number(sql);
      REQUIRE(found);
      number = *found;
    });
    return number;
  }
  std::vector<Delivery> listed(const Filter& filter = {}) {
    std::vector<Delivery> all;
    write([&](Database& db) {
      auto found = list(db, filter, 0, 1000000);
      REQUIRE(found);
      all = std::move(*found);
    });
    return all;
  }

  FakeClock clock;
  std::unique_ptr<SqliteStore> store;
  std::string set_aside;
};

inline std::string ids(const std::vector<Delivery>& deliveries) {
  std::string all;
  for (const auto& delivery : deliveries) all += (all.empty() ? "" : " ") + delivery.id;
  return all;
}

}  // namespace restanza::journal
