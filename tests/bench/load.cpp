#include "tests/bench/load.hpp"

#include <algorithm>
#include <boost/asio/write.hpp>
#include <charconv>

namespace sellavie::bench {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::chrono::milliseconds pace_every{1};
constexpr std::chrono::milliseconds watch_every{250};

float ms_between(steady::time_point from, steady::time_point to) {
  return std::chrono::duration<float, std::milli>(to - from).count();
}

/// Bytes of the complete answer at the front, or 0.
std::size_t complete_answer(std::string_view text, int& status) {
  const auto head_end = text.find("\r\n\r\n");
  if (head_end == std::string_view::npos) return 0;
  const auto head = text.substr(0, head_end);
  std::from_chars(head.data() + std::min<std::size_t>(9, head.size()), head.data() + head.size(), status);
  std::size_t length = 0;
  constexpr std::string_view name = "\r\nContent-Length: ";
  if (const auto at = head.find(name); at != std::string_view::npos)
    std::from_chars(head.data() + at + name.size(), head.data() + head.size(), length);
  const auto whole = head_end + 4 + length;
  return text.size() >= whole ? whole : 0;
}

}  // namespace

percentiles percentiles_of(std::vector<float> latencies_ms) {
  if (latencies_ms.empty()) return {};
  std::sort(latencies_ms.begin(), latencies_ms.end());
  const auto at = [&](double share) {
    return static_cast<double>(
        latencies_ms[static_cast<std::size_t>(share * static_cast<double>(latencies_ms.size() - 1))]);
  };
  return {at(0.5), at(0.99), at(1)};
}

// --- one connection --------------------------------------------------------------------------------

class load::connection {
 public:
  connection(load& owner, asio::io_context& context) : owner_{owner}, socket_{context} {}

  void open(std::uint16_t port) {
    socket_.connect({asio::ip::address_v4::loopback(), port});
    socket_.set_option(asio::ip::tcp::no_delay{true});
    socket_.non_blocking(true);
    have_ = 0;
  }

  bool reopen(std::uint16_t port) {
    error_code failed;
    socket_.close(failed);
    socket_.connect({asio::ip::address_v4::loopback(), port}, failed);
    if (failed) return false;
    socket_.non_blocking(true, failed);
    have_ = 0;
    return true;
  }

  /// `bytes` must outlive the answer.
  void post(const std::string& bytes, steady::time_point since) {
    since_ = since;
    bytes_ = &bytes;
    error_code failed;
    const auto written = socket_.write_some(asio::buffer(bytes), failed);
    if (written == bytes.size()) return wait();
    if (failed && failed != asio::error::would_block) return owner_.on_broken(*this);
    asio::async_write(
        socket_, asio::buffer(bytes.data() + written, bytes.size() - written),
        [this](const error_code& late, std::size_t) { late ? owner_.on_broken(*this) : wait(); });
  }

  /// The server closed it while it was idle, as it may: once more, on a fresh one.
  [[nodiscard]] bool repeat(std::uint16_t port) {
    if (have_ != 0 || std::exchange(fresh_, true) || !reopen(port)) return false;
    post(*bytes_, since_);
    return true;
  }

 private:
  void wait() {
    socket_.async_wait(asio::ip::tcp::socket::wait_read, [this](const error_code& failed) {
      if (failed == asio::error::operation_aborted) return;
      failed ? owner_.on_broken(*this) : read();
    });
  }

  void read() {
    error_code failed;
    const auto got = socket_.read_some(asio::buffer(buffer_.data() + have_, buffer_.size() - have_), failed);
    if (failed == asio::error::would_block) return wait();
    if (failed) return owner_.on_broken(*this);
    have_ += got;
    int status = 0;
    const auto used = complete_answer({buffer_.data(), have_}, status);
    if (used == 0) {
      if (have_ == buffer_.size()) buffer_.resize(2 * buffer_.size());
      return wait();
    }
    have_ = 0;
    fresh_ = false;
    owner_.on_answered(*this, status, since_);
  }

  load& owner_;
  asio::ip::tcp::socket socket_;
  steady::time_point since_{};
  const std::string* bytes_ = nullptr;
  /// Nothing was answered on it yet.
  bool fresh_ = true;
  std::vector<char> buffer_ = std::vector<char>(8192);
  std::size_t have_ = 0;
};

// --- the load --------------------------------------------------------------------------------------

load::load(asio::io_context& context, const load_options& options, const webhook_factory& factory,
           std::vector<signed_webhook> webhooks)
    : context_{context},
      options_{options},
      factory_{factory},
      webhooks_{std::move(webhooks)},
      turn_since_(factory.customers()),
      pace_{context},
      watch_{context} {
  outcome_.answer_ms.reserve(webhooks_.size());
  outcome_.reply_ms.reserve(webhooks_.size());
}

load::~load() = default;

void load::start(std::function<void()> done) {
  done_ = std::move(done);
  for (std::size_t i = 0; i < options_.connections; ++i) {
    connections_.push_back(std::make_unique<connection>(*this, context_));
    connections_.back()->open(options_.port);
    idle_.push_back(connections_.back().get());
  }
  outcome_.began = steady::now();
  progress_at_ = outcome_.began;
  watch();
  options_.rate > 0 ? schedule() : pump();
}

bool load::may_start() const {
  if (next_ >= webhooks_.size() || idle_.empty()) return false;
  if (options_.rate > 0) {
    const std::chrono::duration<double> elapsed = steady::now() - outcome_.began;
    return static_cast<double>(next_) <= elapsed.count() * options_.rate;
  }
  return options_.until == wait_for::answer || turns_open_ < options_.in_flight;
}

void load::pump() {
  while (may_start()) {
    const auto& webhook = webhooks_[next_];
    auto since = steady::now();
    if (options_.rate > 0)
      since = outcome_.began + std::chrono::duration_cast<steady::duration>(
                                   std::chrono::duration<double>(static_cast<double>(next_) / options_.rate));
    ++next_;
    if (options_.until == wait_for::reply) {
      if (turn_since_[webhook.customer] == steady::time_point{}) ++turns_open_;
      turn_since_[webhook.customer] = since;
    }
    connection* on = idle_.back();
    idle_.pop_back();
    on->post(webhook.bytes, since);
  }
}

void load::schedule() {
  pump();
  if (next_ >= webhooks_.size()) return;
  pace_.expires_after(pace_every);
  pace_.async_wait([this](const error_code& failed) {
    if (!failed) schedule();
  });
}

void load::on_answered(connection& on, int status, steady::time_point since) {
  const auto now = steady::now();
  ++progress_;
  ++answered_;
  if (status == 200) {
    ++outcome_.accepted;
    outcome_.last_accepted = now;
    outcome_.answer_ms.push_back(ms_between(since, now));
  } else {
    ++outcome_.refused;
  }
  idle_.push_back(&on);
  pump();
  finish_if_done();
}

void load::on_broken(connection& on) {
  if (on.repeat(options_.port)) return;
  ++outcome_.broken;
  ++answered_;
  if (on.reopen(options_.port)) idle_.push_back(&on);
  pump();
  finish_if_done();
}

void load::on_reply(std::string_view recipient) {
  const auto customer = factory_.customer_of(recipient);
  if (customer >= turn_since_.size() || turn_since_[customer] == steady::time_point{}) return;
  const auto now = steady::now();
  ++progress_;
  ++outcome_.replied;
  outcome_.last_reply = now;
  outcome_.reply_ms.push_back(ms_between(turn_since_[customer], now));
  turn_since_[customer] = {};
  --turns_open_;
  pump();
  finish_if_done();
}

void load::finish_if_done() {
  if (answered_ < webhooks_.size() || turns_open_ > 0) return;
  finish();
}

// A reply that never comes must not keep the benchmark for ever.
void load::watch() {
  watch_.expires_after(watch_every);
  watch_.async_wait([this](const error_code& failed) {
    if (failed) return;
    const auto now = steady::now();
    if (std::exchange(progress_seen_, progress_) != progress_) progress_at_ = now;
    if (now - progress_at_ < options_.patience) return watch();
    outcome_.gave_up = true;
    finish();
  });
}

void load::finish() {
  if (!done_) return;
  watch_.cancel();
  pace_.cancel();
  std::exchange(done_, nullptr)();
}

}  // namespace sellavie::bench
