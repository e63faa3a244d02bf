// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/log_sink.h"

#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace restanza::host {
namespace {

spdlog::level::level_enum level_of(Level level) {
  switch (level) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warn:
      return spdlog::level::warn;
    default:
      return spdlog::level::err;
  }
}

const char* fault_of(Level level) {
  return level == Level::host_bug ? "host bug: " : level == Level::plugin_bug ? "plugin bug: " : "";
}

// One line stays one line, whatever a peer put into it.
std::string printable(std::string_view line) {
  std::string out(line);
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  return out;
}

}  // namespace

LogSink::LogSink(Level least) {
  spdlog::init_thread_pool(kMaxLines, 1);
  logger_ = spdlog::create_async_nb<spdlog::sinks::stderr_sink_mt>("restanza");
  logger_->set_level(level_of(least));
  logger_->set_pattern("%Y-%m-%dT%H:%M:%S.%e %l %v");
  logger_->flush_on(spdlog::level::debug);
}

LogSink::~LogSink() {
  finish();
}

void LogSink::show_from(Level least) {
  logger_->set_level(level_of(least));
}

void LogSink::finish() {
  spdlog::shutdown();
}

void LogSink::write(Level level, std::string_view line) {
  if (logger_->should_log(level_of(level)))
    logger_->log(level_of(level), "{}{}", fault_of(level), printable(line));
}

}  // namespace restanza::host
