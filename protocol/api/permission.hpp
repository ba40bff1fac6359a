#pragma once
// Who may do what in a business. One table, shown in the API's document and used by every request.

#include <cstdint>
#include <optional>
#include <string_view>

namespace sellavie::api {

/// In rising order of power: each may do all that the ones before may.
enum class role : std::uint8_t { viewer, agent, admin, owner };

inline constexpr role all_roles[] = {role::viewer, role::agent, role::admin, role::owner};

[[nodiscard]] std::string_view to_string(role who) noexcept;
[[nodiscard]] std::optional<role> parse_role(std::string_view name) noexcept;

enum class permission : std::uint8_t {
  /// See conversations, customers, orders, invoices, products.
  read,
  /// Answer customers, take chats over, write notes, label, assign.
  converse,
  /// Move orders on, place manual orders.
  sell,
  /// Change products, stock, training, canned replies, settings.
  manage,
  /// Give money back, agree to that, say what money is for, release disputed orders.
  refund,
  /// Invite and remove people, change roles below the own one; see the activity log.
  administer,
  /// Connect channels and payment providers.
  connect,
  /// Transfer or delete the business, make other owners.
  own,
};

[[nodiscard]] std::string_view to_string(permission what) noexcept;
/// The least powerful role that has it.
[[nodiscard]] role least_role(permission what) noexcept;
[[nodiscard]] inline bool may(role who, permission what) noexcept { return who >= least_role(what); }

/// Whether `who` may give `wanted` to somebody, or take it away: never above the own role, and owners
/// are made by owners only.
[[nodiscard]] bool may_grant(role who, role wanted) noexcept;

}  // namespace sellavie::api
