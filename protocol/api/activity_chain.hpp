#pragma once
// The activity log's hash chain: what is hashed, and how an export is checked without the server.
//
//  R1 An entry's hash is SHA-256 over its fields in the order below. A field is its length in bytes as a
//     32-bit big-endian number, then its bytes; one that is absent is ff ff ff ff and nothing.
//       "sellavie-activity-1" · previous (32 raw bytes) · business_id · position · at_ms · action · subject_kind ·
//       subject_id · account_id · session_id · address · request_id · before · after
//     Ids are canonical lower-case UUIDs, numbers decimal, texts UTF-8 exactly as exported. Only session_id
//     can be absent. The function chain_activity of the database hashes the same.
//  R2 Positions of a business are 1, 2, 3 … in the order in which its entries were chained.
//  R3 `previous` is the hash of the position before, 32 zero bytes at position 1.
//  R4 Whoever noted a head (position and hash) can tell later that nothing up to it was changed or cut off.
//
// An export is JSON Lines: one entry a line with these members and `hash`, both hashes in lower-case hex.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/crypto/digest.hpp"

namespace sellavie::api {

struct chain_entry {
  crypto::sha256_digest previous{};
  std::string business_id;
  std::int64_t position = 0;
  std::int64_t at_ms = 0;
  std::string action;
  std::string subject_kind;
  std::string subject_id;
  std::string account_id;
  std::optional<std::string> session_id;
  std::string address;
  std::string request_id;
  /// JSON as text, hashed as it stands; empty: there was, or is, nothing.
  std::string before;
  std::string after;
  crypto::sha256_digest hash{};

  friend bool operator==(const chain_entry&, const chain_entry&) = default;
};

/// By R1; `entry.hash` plays no part.
[[nodiscard]] crypto::sha256_digest hash_of(const chain_entry& entry);

/// One line of an export, without the line break.
[[nodiscard]] std::string export_line(const chain_entry& entry);
/// Empty for anything that is no such line, also for unknown, doubled or missing members.
[[nodiscard]] std::optional<chain_entry> read_export_line(std::string_view line);

struct chain_head {
  std::int64_t position = 0;
  crypto::sha256_digest hash{};

  friend bool operator==(const chain_head&, const chain_head&) = default;
};
/// "17:0123…": the position and 64 hex digits.
[[nodiscard]] std::string to_string(const chain_head& head);
[[nodiscard]] std::optional<chain_head> parse_chain_head(std::string_view text);

/// Why a chain does not hold.
enum class chain_break : std::uint8_t {
  /// No line of an export.
  unreadable,
  /// Its fields, or what it follows, are not those that were hashed.
  changed,
  /// Entries before it are not in the file.
  missing,
  /// It stands in another place than its position says, or twice.
  reordered,
  /// The file ends before the head that was noted.
  truncated,
};
[[nodiscard]] std::string_view to_string(chain_break why) noexcept;

struct chain_fault {
  /// Counted from 1; of `truncated` the one after the last.
  std::int64_t line = 0;
  chain_break why = chain_break::changed;
  /// For people.
  std::string detail;
};

/// Reads an export line by line and finds the first one that breaks the chain.
class chain_check {
 public:
  /// `after`: what the export continues, when it does not begin at position 1.
  explicit chain_check(std::optional<chain_head> head, const std::optional<chain_head>& after = {});

  void read(std::string_view line);
  /// After the last line.
  [[nodiscard]] std::optional<chain_fault> finish();
  /// The last entry that holds.
  [[nodiscard]] const chain_head& reached() const noexcept { return reached_; }
  [[nodiscard]] std::int64_t entries() const noexcept { return entries_; }

 private:
  void follow(const chain_entry& entry);
  void blame(chain_break why, std::string detail);

  std::optional<chain_head> head_;
  chain_head reached_;
  std::string business_;
  std::int64_t line_ = 0;
  std::int64_t entries_ = 0;
  /// The first one found. While it is `missing`, what is looked for may still come: then it is `reordered`.
  std::optional<chain_fault> fault_;
};

}  // namespace sellavie::api
