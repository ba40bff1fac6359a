#pragma once
// Meta as a worker asks it, blocking, with one deadline for all that a request of ours needs. Never called while a
// database transaction is open.

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/transport.hpp"
#include "config/settings.hpp"
#include "protocol/api/problem.hpp"
#include "protocol/connect/graph_calls.hpp"

namespace sellavie::net {

/// Calls to others within one deadline.
class outside_line {
 public:
  outside_line(std::shared_ptr<actors::transport> outside, std::chrono::milliseconds total);

  /// Blocks until the answer is there or the deadline has passed.
  [[nodiscard]] actors::outbound_response ask(actors::outbound_request request);
  [[nodiscard]] bool is_over() const noexcept;

 private:
  std::shared_ptr<actors::transport> outside_;
  std::chrono::steady_clock::time_point deadline_;
};

/// Why there is no answer of use.
struct platform_failure {
  /// None: no answer came in time, or the other side could not be reached.
  std::optional<connect::refusal> refused;
  bool is_late = false;
  /// For the log: no secret and no text of others.
  std::string reason;

  /// The token is dead, and only a new login helps.
  [[nodiscard]] bool needs_login() const noexcept {
    return refused && refused->kind == connect::refusal_kind::login_over;
  }
};
/// What it tells a client.
[[nodiscard]] api::problem problem_of(const platform_failure& failure);
/// One sentence for who looks at the connection later.
[[nodiscard]] std::string sentence_of(const platform_failure& failure);

template <class Value>
using platform_answer = boost::system::result<Value, platform_failure>;

class platform {
 public:
  platform(connect::app_registration app, outside_line& line) : app_{std::move(app)}, line_{line} {}

  [[nodiscard]] const connect::app_registration& app() const noexcept { return app_; }
  [[nodiscard]] platform_answer<connect::granted_token> exchange_code(connect::flow_kind kind,
                                                                      const std::string& code);
  [[nodiscard]] platform_answer<connect::granted_token> lengthen_token(connect::flow_kind kind,
                                                                       const std::string& token);
  [[nodiscard]] platform_answer<connect::granted_token> refresh_instagram_token(const std::string& token);
  [[nodiscard]] platform_answer<connect::token_state> inspect_token(const std::string& token);
  /// All of them, as far as a bounded number of answers shows them.
  [[nodiscard]] platform_answer<std::vector<connect::page>> pages(const std::string& token);
  [[nodiscard]] platform_answer<std::vector<connect::phone_number>> phone_numbers(
      const std::string& business_account, const std::string& token);
  [[nodiscard]] platform_answer<connect::instagram_account> instagram_account(const std::string& token);
  [[nodiscard]] platform_answer<void> subscribe(const connect::subscription& to, const std::string& token);
  [[nodiscard]] platform_answer<void> unsubscribe(const connect::subscription& from,
                                                  const std::string& token);
  [[nodiscard]] platform_answer<bool> is_subscribed(const connect::subscription& to,
                                                    const std::string& token);
  [[nodiscard]] platform_answer<void> register_phone(const std::string& phone, const std::string& pin,
                                                     const std::string& token);

 private:
  platform_answer<actors::outbound_response> ask(const connect::graph_call& call);

  connect::app_registration app_;
  outside_line& line_;
};

/// What the operator set up.
[[nodiscard]] connect::app_registration registration_of(const config::settings& settings);

}  // namespace sellavie::net
