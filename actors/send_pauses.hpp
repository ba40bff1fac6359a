#pragma once
// Rests that concern more than one channel account: what one sender is told, the others heed,
// because calls during throttling prolong it. Thread-safe. Which app a token belongs to is not known, so a limit of
// the app rests every account of this node (docs/adr/0034).

#include <atomic>
#include <mutex>
#include <string_view>
#include <unordered_map>

#include "protocol/domain/time.hpp"

namespace sellavie::actors {

class send_pauses {
 public:
  /// Never shortens a rest.
  void rest_app(instant until);
  void rest_token(std::string_view token, instant until, instant now);
  /// When an account with this token may send, as far as others know.
  [[nodiscard]] instant ready_at(std::string_view token, instant now) const;

 private:
  /// No rest is longer: while none is under way, nobody takes the lock.
  std::atomic<instant> latest_{instant{}};
  mutable std::mutex guard_;
  instant app_until_{};
  /// By the token's hash: two that share one rest together, which is harmless.
  std::unordered_map<std::size_t, instant> tokens_;
};

}  // namespace sellavie::actors
