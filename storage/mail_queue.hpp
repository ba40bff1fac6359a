#pragma once
// Mails that wait to be sent (table mails). A sender claims some, hands each to the SMTP server and finishes,
// postpones or buries it. A claim outlives its process: the next one releases it, so that a mail is sent at
// least once, always under the same id.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/domain/ids.hpp"
#include "storage/api/api_session.hpp"
#include "storage/mail_rows.hpp"

namespace sellavie::storage {

struct claimed_mail {
  mail_id id;
  std::string recipient;
  std::string kind;
  std::string sealed_letter;
  instant created_at{};
  instant expires_at{};
  /// With this one.
  int attempts = 0;
};

/// The sender that works for this incarnation.
struct mail_desk {
  api_session& store;
  std::int64_t incarnation = 0;
};

/// What other processes had claimed is due now.
[[nodiscard]] result<void> release_mails(const mail_desk& desk, instant now);
/// At most `most` that are due, the longest waiting first.
[[nodiscard]] result<std::vector<claimed_mail>> claim_mails(const mail_desk& desk, instant now, int most);
/// It was taken, or is of nobody: the row goes.
[[nodiscard]] result<void> finish_mail(const mail_desk& desk, const mail_id& id);
[[nodiscard]] result<void> postpone_mail(const mail_desk& desk, const mail_id& id, instant due_at,
                                         int status);
/// Given up: its text goes, its row stays for whoever asks.
[[nodiscard]] result<void> bury_mail(const mail_desk& desk, const mail_id& id, instant now, int status);

}  // namespace sellavie::storage
