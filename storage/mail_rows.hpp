#pragma once
// A mail before it is stored (storage/mail_queue.hpp sends it).

#include <string>
#include <string_view>

#include "protocol/domain/ids.hpp"
#include "protocol/domain/time.hpp"

namespace sellavie::storage {

using mail_id = basic_id<struct mail_tag>;

/// Written by queue_mail (storage/mail_work.hpp), or by a change_set: once under its id.
struct queued_mail {
  mail_id id;
  /// Empty: of nobody, never sent.
  std::string recipient;
  std::string_view kind;
  /// Fernet.
  std::string sealed_letter;
  instant created_at{};
  instant expires_at{};
};

}  // namespace sellavie::storage
