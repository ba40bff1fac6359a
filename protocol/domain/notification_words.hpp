#pragma once
// What a person is told, in words of ours: counts and ids, nothing that a customer wrote. Pure.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "protocol/domain/notification.hpp"

namespace sellavie {

/// Of one kind, one or many: what was gathered.
struct told_line {
  notification_kind kind = notification_kind::hand_over;
  /// How many; of a quota the percentage.
  std::int64_t count = 1;
  /// The chat or the order, when it is about one.
  std::string id{};
};

/// "A chat waits for you.", "3 chats wait for you."
[[nodiscard]] std::string sentence_of(const told_line& line);
/// "A chat waits for you", "A chat waits for you, and more"; at least one line.
[[nodiscard]] std::string headline_of(std::span<const told_line> lines);
/// Where the dashboard shows it: "/businesses/…/inbox/…".
[[nodiscard]] std::string path_of(const told_line& line, std::string_view business);

}  // namespace sellavie
