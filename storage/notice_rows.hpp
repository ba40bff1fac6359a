#pragma once
// An event that people are told of, from the commit that causes it to the job that tells it ("notice.tell"): ids and
// numbers, no word of a customer.

#include <optional>
#include <string>
#include <string_view>

#include "protocol/domain/ids.hpp"
#include "protocol/domain/notification_rules.hpp"
#include "protocol/domain/time.hpp"
#include "storage/job_rows.hpp"

namespace sellavie::storage {

inline constexpr const char* tell_job_kind = "notice.tell";
/// Of a person and a way: sends what waits for them.
inline constexpr const char* send_job_kind = "notice.send";
/// Of a person: a daily or weekly summary.
inline constexpr const char* summary_job_kind = "notice.summary";

struct notice_row {
  business_id business;
  notification_kind kind = notification_kind::hand_over;
  /// Which event: nobody is told of one twice.
  std::string subject;
  /// The chat, the order or the product.
  std::optional<uuid> about{};
  /// When it is done there is nothing to tell.
  std::optional<uuid> task{};
  /// Of the chat that was handed over.
  std::int64_t epoch = 0;
  /// Of a quota: per cent.
  std::int64_t amount = 1;
  instant at{};
};

struct notice_job {
  notice_row what;
  escalation step = escalation::none;
  /// Who had the chat when it was handed over.
  std::optional<uuid> had{};
};
[[nodiscard]] std::string write_notice_job(const notice_job& job);
/// `business` stands beside the payload.
[[nodiscard]] std::optional<notice_job> read_notice_job(const business_id& business,
                                                        std::string_view payload);
[[nodiscard]] std::string unique_key_of(const notice_job& job);
/// A customer waits for a person, the others for nobody.
[[nodiscard]] job_priority priority_of(notification_kind kind) noexcept;

}  // namespace sellavie::storage
