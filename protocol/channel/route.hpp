#pragma once
// Which business does an event belong to? One immutable table; its rules:
//  R1 The business side of the item decides. Spaces are separate: page:1 is not instagram:1.
//  R2 A page id that is no page may be an Instagram account (Meta's docs are inconsistent there).
//  R3 If the entry's own id leads to another connection, nobody guesses: conflict.
//  R4 Instagram only: a stranger whose entry id is known belongs to the entry (several ids per account).
//  R5 A WABA never decides for a message, because it may hold numbers of several businesses.
//  R6 An id that two active connections claim is a conflict.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>

#include "protocol/channel/event.hpp"
#include "protocol/domain/ids.hpp"

namespace sellavie::channel {

struct connection_ref {
  business_id business;
  connection_id connection;
  channel_kind channel = channel_kind::messenger;

  friend bool operator==(const connection_ref&, const connection_ref&) = default;
};

/// One id of a connection; a connection with aliases has several entries.
struct route_entry {
  route_key key;
  connection_ref ref;
};

struct routed {
  connection_ref ref;
  friend bool operator==(const routed&, const routed&) = default;
};
/// Quarantine: the ids contradict each other.
struct route_conflict {
  friend bool operator==(const route_conflict&, const route_conflict&) = default;
};
/// Quarantine: nobody here has this account.
struct stranger {
  friend bool operator==(const stranger&, const stranger&) = default;
};
using route_outcome = std::variant<routed, route_conflict, stranger>;

/// Immutable after construction: share it as shared_ptr<const route_table>. Look-ups do not allocate.
class route_table {
 public:
  route_table() = default;
  explicit route_table(std::span<const route_entry> entries);

  [[nodiscard]] route_outcome route(const channel_event& event) const;
  /// The connection of one id; stranger or conflict otherwise.
  [[nodiscard]] route_outcome find(route_space space, std::string_view id) const;
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

 private:
  struct key_view {
    route_space space;
    std::string_view id;
  };
  struct hash {
    using is_transparent = void;
    std::size_t operator()(const key_view& key) const noexcept {
      return std::hash<std::string_view>{}(key.id) ^
             (static_cast<std::size_t>(key.space) + 1) * 0x9E3779B97F4A7C15ULL;
    }
    std::size_t operator()(const route_key& key) const noexcept {
      return (*this)(key_view{key.space, key.id});
    }
  };
  struct equal {
    using is_transparent = void;
    static key_view view(const route_key& key) noexcept { return {key.space, key.id}; }
    static key_view view(const key_view& key) noexcept { return key; }
    bool operator()(const auto& left, const auto& right) const noexcept {
      return view(left).space == view(right).space && view(left).id == view(right).id;
    }
  };

  /// nullopt: claimed by more than one connection.
  std::unordered_map<route_key, std::optional<connection_ref>, hash, equal> entries_;
};

}  // namespace sellavie::channel
