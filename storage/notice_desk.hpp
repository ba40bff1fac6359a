#pragma once
// Tells people of a business what happened (tables notifications, notification_pace): the work of the jobs "notice.tell",
// "notice.send" and "notice.summary". Who, how and when is protocol/domain/notification_rules; here is what is written and what is
// still worth saying.
//
//  D1 A person is told of an event once a step: run twice, a job writes once. What is told and what sends it are one
//     transaction.
//  D2 At most one job a person and way waits. It gathers all that waits for it then, and is one mail, or one push a browser.
//  D3 When its time comes, it asks anew what the person may hear and wishes by now, and whether it is quiet. What they have
//     read in the app, and what is over (the chat is taken, the task done, the order closed, the stock filled up), is not said
//     any more. A hand-over of a chat that somebody else has got is over too.
//  D4 A hand-over is taken when a person of the shop has written, when the AI has the chat again, when its task is done, or
//     when it was given to somebody who did not have it before. Until then its next step is a job.
//  D5 A summary counts what its person was told since the last one, and is not written when that is nothing. It is queued by what is told.
//  D6 Whoever is no member any more is told nothing: their rows go with the membership.

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "protocol/domain/notification_words.hpp"
#include "storage/api/api_session.hpp"
#include "storage/mail_queue.hpp"
#include "storage/notice_rows.hpp"

namespace sellavie::storage {

using notification_id = basic_id<struct notification_tag>;

struct notice_desk {
  api_session& store;
  id_source& ids;
  instant now{};
  /// This server sends mails.
  bool can_mail = true;
};

/// Who found something new in the app.
struct told_person {
  uuid account;
  notification_id notification;
};
/// "notice.tell".
[[nodiscard]] result<std::vector<told_person>> tell_notice(const notice_desk& desk, const notice_job& job);

/// Of "notice.send" and "notice.summary".
struct person_job {
  business_id business;
  uuid account;
  /// Of "notice.send": email or push.
  notification_way way = notification_way::email;
};
[[nodiscard]] std::string write_person_job(const person_job& job);
[[nodiscard]] std::optional<person_job> read_person_job(const business_id& business,
                                                        std::string_view payload);

struct sent_notices {
  /// Not before; nothing: it is over.
  std::optional<instant> again_at{};
  /// How many of each kind were said.
  std::array<std::int64_t, all_notification_kinds.size()> said{};
};
/// Makes the letter; its recipient is filled in here.
using letter_maker = std::function<queued_mail(const std::vector<told_line>&)>;
/// The words of a push.
using push_maker = std::function<std::string(const std::vector<told_line>&)>;

[[nodiscard]] result<sent_notices> mail_notices(const notice_desk& desk, const person_job& job,
                                                const letter_maker& make);
[[nodiscard]] result<sent_notices> push_notices(const notice_desk& desk, const person_job& job,
                                                const push_maker& make);

using summary_maker = std::function<queued_mail(const std::vector<told_line>&, digest_rhythm)>;
/// `queued_at`: when its job was queued; it is due at the first summary time after that and after the last summary.
[[nodiscard]] result<sent_notices> mail_summary(const notice_desk& desk, const person_job& job,
                                                instant queued_at, const summary_maker& make);

}  // namespace sellavie::storage
