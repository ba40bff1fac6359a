#include "monitoring/log.hpp"

#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <mutex>
#include <thread>

#include "monitoring/json_text.hpp"

namespace sellavie::monitoring {
namespace {

constexpr std::array<std::string_view, 4> level_names{"debug", "info", "warn", "error"};

/// Hands the bare lines to a function.
class function_sink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit function_sink(std::function<void(std::string_view)> write) : write_{std::move(write)} {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    write_({message.payload.data(), message.payload.size()});
  }
  void flush_() override {}

  std::function<void(std::string_view)> write_;
};

/// Counts what came out at the other end of the queue, written or not: a full disk is no reason to wait.
class counting_sink final : public spdlog::sinks::sink {
 public:
  counting_sink(spdlog::sink_ptr to, std::atomic<std::uint64_t>& done) : to_{std::move(to)}, done_{done} {}

  void log(const spdlog::details::log_msg& message) override {
    struct counted {
      std::atomic<std::uint64_t>& done;
      ~counted() { done.fetch_add(1, std::memory_order_release); }
    } const one{done_};
    to_->log(message);
  }
  void flush() override { to_->flush(); }
  void set_pattern(const std::string& pattern) override { to_->set_pattern(pattern); }
  void set_formatter(std::unique_ptr<spdlog::formatter> formatter) override {
    to_->set_formatter(std::move(formatter));
  }

 private:
  spdlog::sink_ptr to_;
  std::atomic<std::uint64_t>& done_;
};

spdlog::sink_ptr make_sink(const log_options& options, std::atomic<std::uint64_t>& done) {
  spdlog::sink_ptr to;
  if (options.write) to = std::make_shared<function_sink>(options.write);
  else to = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  return std::make_shared<counting_sink>(std::move(to), done);
}

instant system_now() { return std::chrono::floor<milliseconds>(std::chrono::system_clock::now()); }

/// RFC 3339 in UTC: "2026-01-31T23:59:59.999Z".
void append_timestamp(std::string& line, instant at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{at - day};
  std::array<char, 40> text{};
  const auto length = std::snprintf(
      text.data(), text.size(), "\"%04d-%02u-%02uT%02d:%02d:%02d.%03dZ\"", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
      static_cast<int>(time.seconds().count()), static_cast<int>(time.subseconds().count()));
  line.append(text.data(), static_cast<std::size_t>(length));
}

void append_context(std::string& line, const log_context& about) {
  const auto append_id = [&](std::string_view key, const uuid& id) {
    if (id.is_nil()) return;
    line += key;
    append_json_string(line, to_string(id));
  };
  if (!about.request_id.text().empty()) {
    line += ",\"request_id\":";
    append_json_string(line, about.request_id.text());
  }
  append_id(",\"business_id\":", about.business_id.value);
  append_id(",\"conversation_id\":", about.conversation_id.value);
}

}  // namespace

struct logger::machinery {
  log_options options;
  std::atomic<std::uint64_t> put{0};
  std::atomic<std::uint64_t> done{0};
  // Declared before the logger, which posts to it until it is gone.
  std::shared_ptr<spdlog::details::thread_pool> writer;
  std::shared_ptr<spdlog::logger> lines;
};

logger::logger(log_options options) : machinery_{std::make_unique<machinery>()} {
  auto& own = *machinery_;
  own.options = std::move(options);
  if (!own.options.now) own.options.now = system_now;
  auto sink = make_sink(own.options, own.done);
  if (own.options.queue == 0) {
    own.lines = std::make_shared<spdlog::logger>("sellavie", std::move(sink));
  } else {
    own.writer = std::make_shared<spdlog::details::thread_pool>(own.options.queue, 1);
    own.lines = std::make_shared<spdlog::async_logger>("sellavie", std::move(sink), own.writer,
                                                       spdlog::async_overflow_policy::overrun_oldest);
  }
  own.lines->set_pattern("%v");
  own.lines->set_level(spdlog::level::trace);
  // Without a handler of our own, a full disk would be answered by exceptions or by text on stderr.
  own.lines->set_error_handler([](const std::string&) {});
}

logger::~logger() = default;

std::uint64_t logger::dropped() const {
  return machinery_->writer ? machinery_->writer->overrun_counter() : 0;
}

bool logger::drain(std::chrono::milliseconds limit) {
  const auto& own = *machinery_;
  const std::uint64_t wanted = own.put.load();
  const auto is_done = [&] { return own.done.load(std::memory_order_acquire) + dropped() >= wanted; };
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!is_done()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  return true;
}

void logger::put(log_level level, name_literal event, const log_context& about, fields values) {
  const auto& options = machinery_->options;
  if (level < options.least) return;
  std::string line;
  line.reserve(256);
  line += "{\"ts\":";
  append_timestamp(line, options.now());
  line += ",\"level\":\"";
  line += level_names[static_cast<std::size_t>(level)];
  line += "\",\"event\":\"";
  line += event.text();
  line += '"';
  append_context(line, about);
  for (const auto& [name, value] : values) {
    line += ",\"";
    line += name.text();
    line += "\":";
    value.append_to(line);
  }
  line += '}';
  machinery_->put.fetch_add(1);
  machinery_->lines->log(spdlog::level::info, spdlog::string_view_t{line});
}

}  // namespace sellavie::monitoring
