#pragma once
// A string that cannot be printed by accident: no stream operator, no implicit conversion.

#include <string>
#include <utility>

namespace sellavie::config {

class secret {
 public:
  secret() = default;
  explicit secret(std::string value) noexcept : value_{std::move(value)} {}

  /// The one way to the text. Never into a log, a metric, an error or an answer.
  [[nodiscard]] const std::string& reveal() const noexcept { return value_; }
  [[nodiscard]] bool empty() const noexcept { return value_.empty(); }

  friend bool operator==(const secret&, const secret&) = default;

 private:
  std::string value_;
};

}  // namespace sellavie::config
