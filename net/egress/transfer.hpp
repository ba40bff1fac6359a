#pragma once
// One call of the egress client at a time, by libcurl. Blocks, for at most the request's time.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "net/egress/egress_rules.hpp"

namespace sellavie::net {

enum class egress_method : std::uint8_t { get, post };

struct egress_request {
  egress_method method = egress_method::post;
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  /// At most largest_egress_body.
  std::string body;
  /// For all of it: name, connection, TLS, answer.
  std::chrono::milliseconds timeout{10'000};
  std::size_t largest_answer = 65'536;
  /// Whose wish it is: a business.
  std::string lane;
  /// Called by the egress client when its turn has come, on a thread of it: adds what depends on the moment. False: refused.
  std::function<bool(egress_request&)> when_begun{};
};

inline constexpr std::size_t largest_egress_body = 1'048'576;

enum class egress_outcome : std::uint8_t {
  answered,
  /// Its URL, a header, or every address behind its name is none that we go to. Nothing was sent.
  refused,
  /// No such name, no connection, no TLS with the named host. Nothing was sent.
  unreachable,
  timed_out,
  /// It may have been sent; there was no whole answer.
  lost,
  /// Of this client; nothing was sent.
  overloaded,
  stopped,
};
[[nodiscard]] std::string_view to_string(egress_outcome outcome) noexcept;

struct egress_answer {
  egress_outcome outcome = egress_outcome::lost;
  /// Of an answer; a redirect is one.
  int status = 0;
  std::string body{};
  /// There was more of it.
  bool is_cut = false;
  /// Retry-After.
  std::optional<std::chrono::seconds> retry_after{};
};

class transfer {
 public:
  /// Calls end when `is_stopping` is set; all three outlive this.
  transfer(const egress_rules& rules, const std::string& ca_file, const std::atomic<bool>& is_stopping);
  ~transfer();
  transfer(const transfer&) = delete;
  transfer& operator=(const transfer&) = delete;

  [[nodiscard]] egress_answer perform(const egress_request& request);

 private:
  struct call_state;
  struct internals;
  void prepare(const egress_request& request, call_state& state);

  const egress_rules& rules_;
  const std::string& ca_file_;
  const std::atomic<bool>& is_stopping_;
  std::unique_ptr<internals> internals_;
};

}  // namespace sellavie::net
