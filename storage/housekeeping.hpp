#pragma once
// What ends by age, one duty a function. Each call is one fenced transaction that removes at most
// `batch` rows and says how many; the janitor calls again while a batch was full, a few times a run.
// None reads a big table as a whole: they follow a key that grows with time, or read a stretch of pages.

#include <chrono>
#include <cstdint>
#include <pqxx/connection>
#include <span>

#include "protocol/domain/error.hpp"
#include "protocol/domain/time.hpp"
#include "storage/pipeline.hpp"

namespace sellavie::storage {

using retention = std::chrono::days;

/// Of nobody we know.
inline constexpr retention quarantine_retention{7};
/// After that nobody will look into them any more; they hold sealed customer text.
inline constexpr retention parked_retention{30};
/// As long as their dedupe keys.
inline constexpr retention recorded_retention{30};
/// How an answer came about, for support. A live plan stays however old it is.
inline constexpr retention turn_retention{90};
/// A forgotten key would act again: must outlive any replay. A delivery is known for 30 days by its
/// dedupe key, may be 8 days old when it comes, and a turn does not stay open for weeks.
inline constexpr retention action_result_retention{90};
inline constexpr retention done_task_retention{90};
inline constexpr retention dead_job_retention{90};
/// Longer than any provider repeats an event.
inline constexpr retention payment_event_retention{90};
/// After their end, for whoever asks what happened to a session. Their refresh tokens go with them.
inline constexpr retention session_retention{30};

/// After they expired, for whoever asks what became of a mail.
inline constexpr retention mail_retention{7};
inline constexpr std::chrono::hours flow_retention{1};
inline constexpr retention invitation_retention{30};

/// What people were told.
inline constexpr retention notification_retention{90};

/// As outgoing::body_kept.
inline constexpr retention webhook_retention{30};

/// Who queues a job for a delivery does it in the same transaction: what is overdue by this has none any more.
inline constexpr std::chrono::minutes stranded_after{10};

/// Uploads that no message uses.
inline constexpr retention attachment_retention{1};

struct housekeeping {
  pqxx::connection& engine;
  std::int64_t incarnation = 0;
  instant now{};
  int batch = 5'000;
};

/// One of `parts` equal stretches of a table's pages, counted from 0.
struct stretch {
  int part = 0;
  int parts = 1;
};

inline constexpr int half_a_day = 720;
/// The stretch of this minute: once a minute, the whole table comes by twice a day, however big it is and
/// however often the server starts.
[[nodiscard]] stretch stretch_at(instant now) noexcept;

/// Makes the inbox keys' partitions from 9 days ago to the day after tomorrow, drops those older than
/// 30 days; how many were dropped. At each start and once an hour; without it keys go to the default partition.
[[nodiscard]] result<std::int64_t> roll_inbound_keys(const housekeeping& duty);
/// Keys outside of all partitions whose day is more than 30 days off, either way.
[[nodiscard]] result<std::int64_t> prune_stray_keys(const housekeeping& duty);
[[nodiscard]] result<std::int64_t> purge_quarantine(const housekeeping& duty);
[[nodiscard]] result<std::int64_t> purge_parked(const housekeeping& duty);
[[nodiscard]] result<std::int64_t> purge_recorded(const housekeeping& duty);
[[nodiscard]] result<std::int64_t> purge_done_tasks(const housekeeping& duty);
[[nodiscard]] result<std::int64_t> purge_dead_jobs(const housekeeping& duty);
/// Completed ones in this stretch.
[[nodiscard]] result<std::int64_t> purge_turns(const housekeeping& duty, stretch where = {});
[[nodiscard]] result<std::int64_t> purge_action_results(const housekeeping& duty, stretch where = {});
[[nodiscard]] result<std::int64_t> purge_payment_events(const housekeeping& duty, stretch where = {});

/// Wishes for accounts, and tokens for new passwords, that expired.
[[nodiscard]] result<std::int64_t> purge_sign_ups(const housekeeping& duty);
[[nodiscard]] result<std::int64_t> purge_password_resets(const housekeeping& duty);
/// Logins at Meta, an hour after they expired.
[[nodiscard]] result<std::int64_t> purge_connect_flows(const housekeeping& duty);
/// Invitations that nobody took, 30 days after they expired.
[[nodiscard]] result<std::int64_t> purge_invitations(const housekeeping& duty);
/// Whether they were given up, or nobody ever tried.
[[nodiscard]] result<std::int64_t> purge_mails(const housekeeping& duty);

/// Events of outgoing webhooks, with their deliveries: after that nobody can replay them.
[[nodiscard]] result<std::int64_t> purge_webhook_events(const housekeeping& duty);

/// Deliveries of outgoing webhooks that wait for a job that died or is gone are dead, so that people see it and can
/// replay them; how many.
[[nodiscard]] result<std::int64_t> end_stranded_deliveries(const housekeeping& duty);

/// What people were told, read or not.
[[nodiscard]] result<std::int64_t> purge_notifications(const housekeeping& duty);

/// Uploads for the composer that no message uses.
[[nodiscard]] result<std::int64_t> purge_attachments(const housekeeping& duty);

/// Sessions that ended, in this stretch.
[[nodiscard]] result<std::int64_t> purge_sessions(const housekeeping& duty, stretch where = {});

/// Gives entries of the activity log their place in the hash chain (migration 0004); how many.
[[nodiscard]] result<std::int64_t> chain_activity(const housekeeping& duty);

/// Counts AI replies on, for at most `batch` businesses whose sums are old (migration 0012); how many.
[[nodiscard]] result<std::int64_t> roll_plan_usage(const housekeeping& duty);

/// By table, for tests that look at their plans.
[[nodiscard]] std::span<const statement> purge_statements() noexcept;

}  // namespace sellavie::storage
