#pragma once
// What every actor of one business knows of it: an immutable snapshot, replaced as a whole when the
// business changes something. Secrets are opened; they stay in memory.

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "protocol/channel/notice_template.hpp"
#include "protocol/domain/channel.hpp"
#include "protocol/domain/checkout_reminder.hpp"
#include "protocol/domain/ids.hpp"
#include "protocol/domain/payment.hpp"
#include "protocol/payment/provider.hpp"
#include "protocol/training/content.hpp"
#include "protocol/training/hand_over_keywords.hpp"
#include "storage/reads.hpp"

namespace sellavie::actors {

struct channel_account {
  connection_id id;
  channel_kind channel = channel_kind::messenger;
  /// "page" or "instagram".
  std::string login;
  std::string external_id;
  std::string access_token;
  bool usable = true;
  /// For notices outside the send window (WhatsApp).
  channel::approved_template notices{};
};

struct payment_account {
  payment::provider provider = payment::provider::paystack;
  payment_mode mode = payment_mode::test;
  std::string secret_key;
  payment_connection_id connection{};
  /// storage::payment_connection_record
  bool is_broken = false;
  instant checked_at{};
  /// `secret_key` as it is stored.
  std::string sealed_key;
};

/// What the business published, ready for turns.
struct taught {
  /// 0: nothing was published.
  std::int32_t version = 0;
  training::content content;
  training::hand_over_keywords keywords;
};

struct tenant {
  business_id id;
  std::string name;
  std::string currency;
  std::string timezone;
  std::string locale;
  int utc_offset_minutes = 0;
  /// None: without limit.
  std::optional<std::int64_t> ai_replies_per_month;
  /// What goes back of one payment on one person's word (desk_money R29); none: any sum.
  std::optional<std::int64_t> refund_limit_minor;
  reminder_settings reminders;
  std::int64_t version = 0;
  taught knowledge;
  /// Names of model providers, whom to ask first; null: the node's order.
  std::shared_ptr<const std::vector<std::string>> preferred_models;
  std::vector<channel_account> accounts;
  /// Live ones first, the oldest first: the first makes the links, each answers for those that it made.
  std::vector<payment_account> payments;

  [[nodiscard]] const channel_account* account(const connection_id& wanted) const noexcept {
    for (const auto& one : accounts)
      if (one.id == wanted) return &one;
    return nullptr;
  }
  /// Null: nothing is paid by link.
  [[nodiscard]] const payment_account* paying() const noexcept {
    return payments.empty() ? nullptr : &payments.front();
  }
};

using tenant_ptr = std::shared_ptr<const tenant>;

}  // namespace sellavie::actors
