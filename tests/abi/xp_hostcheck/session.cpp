// SPDX-License-Identifier: MIT
#include "session.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <system_error>

namespace restanza::hostcheck {
namespace {

constexpr std::string_view kReady = "ready http=";
constexpr const char* kDomain = "hostile.localhost";
constexpr std::chrono::milliseconds kLastMoment{1000};  // between the end of its lines and its own

bool is_ready_line(const std::string& line) {
  return line.compare(0, kReady.size(), kReady) == 0;
}

std::string name_of(xp_status status) {
  static const char* const kNames[] = {"XP_OK",     "XP_WOULD_BLOCK", "XP_GONE",        "XP_INVALID",
                                       "XP_DENIED", "XP_TOO_BIG",     "XP_UNSUPPORTED", "XP_INTERNAL"};
  return status >= XP_OK && status <= XP_INTERNAL ? kNames[status] : std::to_string(status);
}

Text values_of(const Text& lines, const std::string& what) {
  Text values;
  for (const std::string& line : lines) {
    const bool alone = line == what;
    if (alone || line.compare(0, what.size() + 1, what + " ") == 0) {
      values.push_back(alone ? "" : line.substr(what.size() + 1));
    }
  }
  return values;
}

// What happened to the plugin, without what happened inside its functions.
Text life_of(const Text& lines) {
  Text life;
  for (const std::string& line : lines) {
    if (line == "create" || line == "start" || line == "drain" || line == "destroy") life.push_back(line);
  }
  return life;
}

std::string joined(const Text& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text.empty() ? "nothing" : text;
}

}  // namespace

Directory::Directory() : path_((std::filesystem::temp_directory_path() / "xp_hostcheck-XXXXXX").string()) {
  if (!mkdtemp(path_.data())) throw std::runtime_error("there is no directory for it");
}

Directory::~Directory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Session::Session(const Setup& setup, const std::string& plugin) : limit_(setup.limit) {
  const std::string report = directory_.path() + "/report";
  const int fd = mkfifo(report.c_str(), 0600) == 0 ? open(report.c_str(), O_RDWR | O_CLOEXEC) : -1;
  if (fd < 0) throw std::runtime_error("there is no pipe for its report");
  report_ = std::make_unique<Lines>(fd);
  std::vector<std::string> command = setup.command;
  const std::string settings = R"({"report": ")" + report + "\"}";
  for (const std::string& each : {setup.plugins + "/hostile-" + plugin + ".so", std::string("--domain"),
                                  std::string(kDomain), std::string("--settings"), settings}) {
    command.push_back(each);
  }
  host_ = std::make_unique<HostProcess>(command);
}

void Session::require(bool kept, const Rule& rule, const std::string& seen) const {
  if (!kept) throw Broken(rule, seen + how_it_is());
}

std::string Session::how_it_is() const {
  const auto end = host_->wait(std::chrono::milliseconds(0));
  if (!end) return {};
  std::string text = end->by_signal ? " (the host was ended by signal " : " (the host has ended with code ";
  text += std::to_string(end->number);
  const Text said = host_->errors().all();
  return text + (said.empty() ? ")" : ", and said last: " + said.back() + ")");
}

void Session::is_ready() {
  const bool ready = host_->errors().wait(
      [](const Text& lines) { return std::any_of(lines.begin(), lines.end(), is_ready_line); }, limit_);
  if (!ready) host_->wait(kLastMoment);  // so that its end is told as well
  require(ready, rules::kLife, "it never said where it serves HTTP");
  const Text lines = host_->errors().all();
  const auto line = std::find_if(lines.begin(), lines.end(), is_ready_line);
  address_ = line->substr(kReady.size(), line->find_first_of(", ", kReady.size()) - kReady.size());
}

void Session::needs(const std::string& what) const {
  const Text offers = reported("offers", 1), minor = reported("minor");
  require(!offers.empty() && !minor.empty(), rules::kLife, "it never called create");
  if (offers[0] == what + " 1") return;
  throw LeftOut("the host, whose minor version is " + minor[0] + ", lacks " + what);
}

HttpAnswer Session::request(const HttpRequest& request) const {
  return ask(address_, request, limit_);
}

std::future<HttpAnswer> Session::request_later(const HttpRequest& request) const {
  return std::async(std::launch::async,
                    [address = address_, limit = limit_, request] { return ask(address, request, limit); });
}

Text Session::reported(const std::string& what) const {
  return values_of(report_->all(), what);
}

Text Session::reported(const std::string& what, size_t count) const {
  return reported(what, count, limit_);
}

Text Session::reported(const std::string& what, size_t count, std::chrono::milliseconds limit) const {
  report_->wait([&](const Text& lines) { return values_of(lines, what).size() >= count; }, limit);
  return reported(what);
}

void Session::returned(const char* function, const std::vector<xp_status>& results, const Rule& rule) const {
  Text wanted, got;
  for (const xp_status result : results) wanted.push_back(name_of(result));
  for (const std::string& value : reported(function, results.size())) {
    got.push_back(name_of(std::atoi(value.c_str())));
  }
  require(got == wanted, rule,
          std::string(function) + " returned " + joined(got) + " where " + joined(wanted) + " was due");
}

bool Session::sent(const std::vector<std::string>& parts) const {
  const auto holds_all = [&](const std::string& line) {
    return std::all_of(parts.begin(), parts.end(),
                       [&](const std::string& part) { return line.find(part) != std::string::npos; });
  };
  return host_->output().wait(
      [&](const Text& lines) { return std::any_of(lines.begin(), lines.end(), holds_all); }, limit_);
}

size_t Session::count_sent(const std::string& part) const {
  const Text lines = host_->output().all();
  return static_cast<size_t>(std::count_if(lines.begin(), lines.end(), [&](const std::string& line) {
    return line.find(part) != std::string::npos;
  }));
}

Text Session::sent_with(const Text& parts) const {
  Text found;
  for (const std::string& line : host_->output().all()) {
    for (const std::string& part : parts) {
      if (line.find(part) != std::string::npos) found.push_back(part);
    }
  }
  return found;
}

void Session::refuses(const Rule& rule) {
  const bool ready = host_->errors().wait(
      [](const Text& lines) { return std::any_of(lines.begin(), lines.end(), is_ready_line); }, limit_);
  require(!ready, rule, "it serves with that library");
  const auto end = host_->wait(limit_);
  require(end.has_value(), rule, "it neither serves nor ends");
  host_->finish();
  report_->finish();
  require(!end->by_signal, rules::kMisuse, "it crashed");
  require(end->number != 0, rule, "it ended as if all were well");
  require(!host_->errors().all().empty(), rule, "it does not say why");
  require(reported("create").empty(), rule, "it called create");
}

void Session::goes_on(const Rule& rule) const {
  const HttpAnswer answer = request({});
  require(answer.status == 200 && answer.holds("It is so\n"), rule,
          "the next request was answered with " + std::to_string(answer.status));
}

void Session::wait_for_end(const Rule& rule) {
  end_input();
  const auto end = host_->wait(limit_);
  require(end.has_value(), rule, "it did not end within " + std::to_string(limit_.count() / 1000) + " s");
  host_->finish();
  report_->finish();
  require(!end->by_signal, rule, "it crashed");
}

void Session::ends_well() {
  wait_for_end(rules::kMisuse);
  const Text elsewhere = reported("another process");
  require(elsewhere.empty(), rules::kProcess,
          "functions were called in another process than create was: " + joined(elsewhere));
  const Text life = life_of(report_->all());
  require(life == Text{"create", "start", "drain", "destroy"}, rules::kLife,
          "what was called is " + joined(life));
  const size_t given = reported("given").size(), released = reported("released").size();
  require(given == released, rules::kContexts,
          "contexts given: " + std::to_string(given) + ", released: " + std::to_string(released));
  const auto end = host_->wait(limit_);
  require(end && end->number == 0, rules::kMisuse, "it ended with an error");
}

void Session::ends(const Rule& rule) {
  wait_for_end(rule);
}

}  // namespace restanza::hostcheck
