#include "storage/notice_desk.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "storage/api/api_work.hpp"
#include "storage/job_work.hpp"
#include "storage/mail_work.hpp"
#include "storage/notice_people.hpp"
#include "storage/push_queue.hpp"

namespace sellavie::storage {
namespace {

using namespace std::chrono_literals;

// --- SQL -----------------------------------------------------------------------------------------

constexpr const char* is_task_done = R"(
SELECT EXISTS (SELECT FROM person_tasks WHERE business_id = $1::uuid AND id = $2::uuid AND done_at IS NOT NULL))";
constexpr const char* find_waiting_chat = R"(
SELECT (SELECT w.assignee_id FROM conversation_work w WHERE w.business_id = $1::uuid AND w.conversation_id = $2::uuid)
WHERE chat_waits($1::uuid, $2::uuid, $3::bigint, $4::bigint))";

constexpr const char* insert_rows = R"(
INSERT INTO notifications (id, business_id, account_id, kind, subject, step, about_id, task_id, epoch, had_id, amount,
                           happened_at, created_at, in_app, email, push)
SELECT t.id, $1::uuid, t.account_id, $2, $3, $4::smallint, NULLIF($5, '')::uuid, NULLIF($6, '')::uuid, $7::bigint,
       NULLIF($8, '')::uuid, $9::bigint, $10::bigint, $11::bigint, t.in_app, t.email::integer, t.push::integer
FROM unnest($12::uuid[], $13::uuid[], $14::boolean[], $15::boolean[], $16::boolean[])
  AS t (id, account_id, in_app, email, push)
ORDER BY t.account_id
ON CONFLICT (business_id, account_id, kind, subject, step) DO NOTHING RETURNING account_id, id)";

// D3. $3: what they may hear and wish by now, "kind.step".
#define STILL_WORTH_SAYING                                                                                             \
  "n.read_at IS NULL AND (n.kind || '.' || n.step) = ANY ($3::text[]) "                                                \
  "AND (n.task_id IS NULL OR EXISTS (SELECT FROM person_tasks t WHERE t.business_id = n.business_id "                  \
  "AND t.id = n.task_id AND t.done_at IS NULL)) "                                                                      \
  "AND CASE n.kind WHEN 'hand_over' THEN chat_waits(n.business_id, n.about_id, n.happened_at, n.epoch) "               \
  "AND NOT EXISTS (SELECT FROM conversation_work w WHERE w.business_id = n.business_id "                               \
  "AND w.conversation_id = n.about_id AND w.assignee_id <> n.account_id AND w.assignee_id IS DISTINCT FROM n.had_id) " \
  "WHEN 'failed_payment' THEN EXISTS (SELECT FROM orders o WHERE o.business_id = n.business_id "                       \
  "AND o.id = n.about_id AND o.status IN ('draft', 'awaiting_payment')) "                                              \
  "WHEN 'low_stock' THEN EXISTS (SELECT FROM products p JOIN businesses b ON b.id = p.business_id "                    \
  "WHERE p.business_id = n.business_id AND p.id = n.about_id AND p.active AND p.stock <= b.low_stock_at) "             \
  "ELSE true END"
#define GATHERED "kind, count(DISTINCT coalesce(about_id::text, subject)), max(about_id::text), max(amount)"
constexpr const char* gather_mail =
    "WITH gathered AS (UPDATE notifications n SET email = CASE WHEN " STILL_WORTH_SAYING
    " THEN 2 ELSE 3 END WHERE n.business_id = $1::uuid AND n.account_id = $2::uuid AND n.email = 1 RETURNING n.*) "
    "SELECT " GATHERED " FROM gathered WHERE email = 2 GROUP BY kind";
constexpr const char* gather_push =
    "WITH gathered AS (UPDATE notifications n SET push = CASE WHEN " STILL_WORTH_SAYING
    " THEN 2 ELSE 3 END WHERE n.business_id = $1::uuid AND n.account_id = $2::uuid AND n.push = 1 RETURNING n.*) "
    "SELECT " GATHERED " FROM gathered WHERE push = 2 GROUP BY kind";
#undef STILL_WORTH_SAYING
// $3: the kinds that they may hear of by now.
constexpr const char* sum_up = "SELECT " GATHERED R"( FROM notifications
WHERE business_id = $1::uuid AND account_id = $2::uuid AND kind = ANY ($3::text[]) AND id >= least_id_at($4::bigint)
  AND created_at > $4::bigint AND created_at <= $5::bigint GROUP BY kind)";
#undef GATHERED

constexpr const char* drop_pushes = R"(
UPDATE notifications SET push = 3 WHERE business_id = $1::uuid AND account_id = $2::uuid AND push = 1)";
constexpr const char* select_browsers = R"(
SELECT p.id FROM push_subscriptions p JOIN sessions s ON s.id = p.session_id
WHERE p.account_id = $1::uuid AND s.revoked_at IS NULL AND s.expires_at > $2::bigint ORDER BY p.id)";
constexpr const char* select_address = "SELECT email FROM accounts WHERE id = $1::uuid";

constexpr const char* note_mailed =
    "UPDATE notification_pace SET mailed_at = $3::bigint WHERE business_id = $1::uuid AND account_id = $2::uuid";
constexpr const char* note_pushed =
    "UPDATE notification_pace SET pushed_at = $3::bigint WHERE business_id = $1::uuid AND account_id = $2::uuid";
constexpr const char* note_summed_up =
    "UPDATE notification_pace SET summed_up_at = $3::bigint WHERE business_id = $1::uuid AND account_id = $2::uuid";

// The journal ends jobs together with messages and orders: it is not to wait for us. One that is caught all the same is
// committed again (postgres_unit_of_work).
constexpr const char* yield_to_journal = "SET LOCAL lock_timeout = '300ms'";

/// Who looks at a phone later has the app's list.
constexpr auto push_life = 2h;
/// A summary that waits for the end of quiet hours still reaches back to the one before.
constexpr auto summary_slack = 12h;

// --- telling -------------------------------------------------------------------------------------

std::string text_of(const std::optional<uuid>& id) { return id ? to_string(*id) : std::string{}; }

/// D4; nothing: there is nothing to tell (any more).
std::optional<notified_event> event_of(pqxx::work& work, notice_job& job) {
  const auto& what = job.what;
  const auto whose = to_string(what.business);
  if (what.task && work.exec_params1(is_task_done, whose, to_string(*what.task))[0].as<bool>())
    return std::nullopt;
  notified_event event{what.kind, {}, job.step};
  if (what.kind != notification_kind::hand_over) return event;
  const auto chat =
      work.exec_params(find_waiting_chat, whose, text_of(what.about), to_unix_ms(what.at), what.epoch);
  if (chat.empty()) return std::nullopt;
  if (!chat[0][0].is_null()) event.assignee = parse_uuid(chat[0][0].c_str());
  if (job.step == escalation::none) job.had = event.assignee;
  else if (event.assignee && event.assignee != job.had) return std::nullopt;
  return event;
}

std::vector<told_person> write_rows(pqxx::work& work, const notice_job& job,
                                    const std::vector<notice>& notices, const notice_desk& desk) {
  const auto& what = job.what;
  const auto list = [&](auto text) { return array_text(notices, text); };
  const auto flags = [&](auto which) {
    return list([&](const notice& one) { return which(one.ways) ? "true" : "false"; });
  };
  return all_of(
      work.exec_params(insert_rows, to_string(what.business), std::string{to_string(what.kind)}, what.subject,
                       static_cast<int>(job.step), text_of(what.about), text_of(what.task), what.epoch,
                       text_of(job.had), what.amount, to_unix_ms(what.at), to_unix_ms(desk.now),
                       list([&](const notice&) { return to_string(desk.ids.next()); }),
                       list([](const notice& one) { return to_string(one.account); }),
                       flags([](const auto& ways) { return ways.in_app; }),
                       flags([](const auto& ways) { return ways.email; }),
                       flags([](const auto& ways) { return ways.push; })),
      [](const pqxx::row& one) {
        fields row{one};
        const auto account = row.id<notification_id>().value;
        return told_person{account, row.id<notification_id>()};
      });
}

/// D2 and D5.
void add_sending(std::vector<job_row>& jobs, const business_id& business, const notice_person& person,
                 const notification_ways& ways, const notice_desk& desk) {
  const auto queue = [&](const char* kind, notification_way way, std::string_view suffix, instant due) {
    jobs.push_back({.id = desk.ids.next_as<job_id>(),
                    .business = business,
                    .kind = kind,
                    .unique_key = to_string(person.who.account) + std::string{suffix},
                    .due_at = due,
                    .payload = write_person_job({business, person.who.account, way}),
                    .created_at = desk.now});
  };
  using enum notification_way;
  if (ways.email) queue(send_job_kind, email, ".email", due_at(person, email, desk.now));
  if (ways.push) queue(send_job_kind, push, ".push", due_at(person, push, desk.now));
  const auto summary = next_summary(person.who.choices.digest, desk.now, person.offset);
  if (summary && desk.can_mail) queue(summary_job_kind, email, "", *summary);
}

void add_escalation(std::vector<job_row>& jobs, notice_job job, const notice_desk& desk) {
  if (job.what.kind != notification_kind::hand_over) return;
  const auto next = next_escalation(job.step, job.what.at);
  if (!next) return;
  job.step = next->step;
  jobs.push_back({.id = desk.ids.next_as<job_id>(),
                  .business = job.what.business,
                  .kind = tell_job_kind,
                  .unique_key = unique_key_of(job),
                  .priority = priority_of(job.what.kind),
                  .due_at = next->at,
                  .payload = write_notice_job(job),
                  .created_at = desk.now});
}

/// A chat may be given to somebody who cannot answer (any more), or wants to hear of nothing: then it is everybody's.
bool hears_of_chats(const uuid& account, const std::vector<notice_person>& people) {
  return std::any_of(people.begin(), people.end(), [&](const notice_person& one) {
    return one.who.account == account && one.who.answers &&
           one.who.choices.of(notification_kind::hand_over) != notification_ways{};
  });
}

std::vector<notice> notices_for(notified_event event, const std::vector<notice_person>& people,
                                bool can_mail) {
  if (event.assignee && !hears_of_chats(*event.assignee, people)) event.assignee.reset();
  std::vector<notified_person> wishes;
  wishes.reserve(people.size());
  for (const auto& one : people) wishes.push_back(one.who);
  auto notices = notices_of(event, wishes);
  if (!can_mail)
    for (auto& one : notices) one.ways.email = false;
  std::erase_if(notices, [](const notice& one) { return one.ways == notification_ways{}; });
  return notices;
}

// --- sending -------------------------------------------------------------------------------------

constexpr std::array all_steps{escalation::none, escalation::managers, escalation::owner};

/// What this person may hear and wishes to hear this way by now, "kind.step".
std::string wished_by(const notified_person& person, notification_way way) {
  std::vector<std::string> wished;
  for (const auto kind : all_notification_kinds)
    for (const auto step : all_steps)
      for (const auto& one : notices_of({kind, person.account, step}, {&person, 1}))
        if (way == notification_way::email ? one.ways.email : one.ways.push)
          wished.push_back(std::string{to_string(kind)} + '.' + std::to_string(static_cast<int>(step)));
  return array_text(wished, [](const std::string& text) { return text; });
}

/// The kinds that this person is for at all.
std::string kinds_for(notified_person person) {
  for (auto& ways : person.choices.ways) ways.in_app = true;
  std::vector<notification_kind> kinds;
  for (const auto kind : all_notification_kinds)
    if (!notices_of({kind, person.account, escalation::none}, {&person, 1}).empty()) kinds.push_back(kind);
  return array_text(kinds, [](notification_kind kind) { return std::string{to_string(kind)}; });
}

bool has_page(notification_kind kind) noexcept {
  switch (kind) {
    case notification_kind::hand_over:
    case notification_kind::paid_order:
    case notification_kind::failed_payment:
    case notification_kind::low_stock: return true;
    case notification_kind::review_item:
    case notification_kind::broken_connection:
    case notification_kind::quota: break;
  }
  return false;
}

/// In the order of the kinds.
std::vector<told_line> lines_in(const pqxx::result& gathered) {
  std::vector<told_line> lines;
  for (const auto& each : gathered) {
    fields row{each};
    const auto kind = parse_notification_kind(row.text());
    if (!kind) continue;
    told_line line{*kind, row.integer(), {}};
    const auto about = row.text();
    const auto amount = row.integer();
    if (line.count == 1 && has_page(*kind)) line.id = about;
    if (*kind == notification_kind::quota) line.count = amount;
    lines.push_back(std::move(line));
  }
  std::sort(lines.begin(), lines.end(), [](const auto& a, const auto& b) { return a.kind < b.kind; });
  return lines;
}

sent_notices said(const std::vector<told_line>& lines) {
  sent_notices sent;
  for (const auto& line : lines)
    sent.said[static_cast<std::size_t>(line.kind)] = line.kind == notification_kind::quota ? 1 : line.count;
  return sent;
}

job_row push_to(const pqxx::row& browser, const business_id& business, const std::string& words,
                const notice_desk& desk) {
  fields row{browser};
  return {.id = desk.ids.next_as<job_id>(),
          .business = business,
          .kind = push_job_kind,
          .priority = job_priority::urgent,
          .due_at = desk.now,
          .payload = write_push_job({row.id<push_subscription_id>(), words, desk.now + push_life}),
          .created_at = desk.now};
}

std::chrono::days period_of(digest_rhythm rhythm) noexcept {
  return std::chrono::days{rhythm == digest_rhythm::weekly ? 7 : 1};
}

/// The letter in its queue, to the address that the account has now.
void post(pqxx::work& work, const uuid& account, queued_mail mail) {
  mail.recipient = work.exec_params1(select_address, to_string(account))[0].as<std::string>();
  queue_mail(work, mail);
}

}  // namespace

std::string write_person_job(const person_job& job) {
  return nlohmann::json{{"account", to_string(job.account)},
                        {"way", job.way == notification_way::push ? "push" : "email"}}
      .dump();
}

std::optional<person_job> read_person_job(const business_id& business, std::string_view payload) {
  const auto read = nlohmann::json::parse(payload, nullptr, false);
  if (!read.is_object() || !read.contains("account") || !read.contains("way")) return std::nullopt;
  if (!read["account"].is_string() || !read["way"].is_string()) return std::nullopt;
  const auto account = parse_uuid(read["account"].get_ref<const std::string&>());
  const auto& way = read["way"].get_ref<const std::string&>();
  if (!account || (way != "push" && way != "email")) return std::nullopt;
  return person_job{business, *account, way == "push" ? notification_way::push : notification_way::email};
}

result<std::vector<told_person>> tell_notice(const notice_desk& desk, const notice_job& wanted) {
  const auto& business = wanted.what.business;
  return for_business(desk.store, business, [&](pqxx::work& work) -> std::vector<told_person> {
    work.exec(yield_to_journal);
    auto job = wanted;
    const auto event = event_of(work, job);
    if (!event) return {};
    const auto people = people_of(work, business, desk.now);
    const auto notices = notices_for(*event, people, desk.can_mail);
    const auto fresh = write_rows(work, job, notices, desk);
    std::vector<told_person> shown;
    std::vector<job_row> jobs;
    for (const auto& told : fresh) {
      const auto notice = std::find_if(notices.begin(), notices.end(),
                                       [&](const auto& one) { return one.account == told.account; });
      const auto person = std::find_if(people.begin(), people.end(),
                                       [&](const auto& one) { return one.who.account == told.account; });
      add_sending(jobs, business, *person, notice->ways, desk);
      if (notice->ways.in_app) shown.push_back(told);
    }
    add_escalation(jobs, job, desk);
    queue_jobs(work, jobs);
    return shown;
  });
}

result<sent_notices> mail_notices(const notice_desk& desk, const person_job& job, const letter_maker& make) {
  return for_accounts(desk.store, [&](pqxx::work& work) -> sent_notices {
    const auto person = hold_person(work, job.business, job.account, desk.now);
    if (!person) return {};
    if (const auto due = due_at(*person, notification_way::email, desk.now); due > desk.now) return {due};
    const auto whose = to_string(job.business);
    const auto who = to_string(job.account);
    const auto lines =
        lines_in(work.exec_params(gather_mail, whose, who, wished_by(person->who, notification_way::email)));
    if (lines.empty()) return {};
    post(work, job.account, make(lines));
    work.exec_params(note_mailed, whose, who, to_unix_ms(desk.now));
    return said(lines);
  });
}

result<sent_notices> push_notices(const notice_desk& desk, const person_job& job, const push_maker& make) {
  return for_accounts(desk.store, [&](pqxx::work& work) -> sent_notices {
    const auto person = hold_person(work, job.business, job.account, desk.now);
    if (!person) return {};
    if (const auto due = due_at(*person, notification_way::push, desk.now); due > desk.now) return {due};
    const auto whose = to_string(job.business);
    const auto who = to_string(job.account);
    const auto browsers = work.exec_params(select_browsers, who, to_unix_ms(desk.now));
    if (browsers.empty()) {
      work.exec_params(drop_pushes, whose, who);
      return {};
    }
    const auto lines =
        lines_in(work.exec_params(gather_push, whose, who, wished_by(person->who, notification_way::push)));
    if (lines.empty()) return {};
    const auto words = make(lines);
    queue_jobs(work, all_of(browsers, [&](const pqxx::row& browser) {
                 return push_to(browser, job.business, words, desk);
               }));
    work.exec_params(note_pushed, whose, who, to_unix_ms(desk.now));
    return said(lines);
  });
}

result<sent_notices> mail_summary(const notice_desk& desk, const person_job& job, instant queued_at,
                                  const summary_maker& make) {
  return for_accounts(desk.store, [&](pqxx::work& work) -> sent_notices {
    const auto person = hold_person(work, job.business, job.account, desk.now);
    if (!person) return {};
    const auto& choices = person->who.choices;
    // A job that comes twice, or was wished for again while it ran, is as old as before.
    const auto since_then = std::max(queued_at, person->summed_up_at.value_or(instant{}));
    const auto own_time = next_summary(choices.digest, since_then, person->offset);
    if (!own_time) return {};
    const auto due = std::max(*own_time, end_of_quiet(choices.quiet, desk.now, person->offset));
    if (due > desk.now) return {due};
    const auto whose = to_string(job.business);
    const auto who = to_string(job.account);
    const auto since = std::max(person->summed_up_at.value_or(instant{}),
                                desk.now - period_of(choices.digest) - summary_slack);
    const auto lines = lines_in(work.exec_params(sum_up, whose, who, kinds_for(person->who),
                                                 to_unix_ms(since), to_unix_ms(desk.now)));
    work.exec_params(note_summed_up, whose, who, to_unix_ms(desk.now));
    if (lines.empty()) return {};
    post(work, job.account, make(lines, choices.digest));
    return said(lines);
  });
}

}  // namespace sellavie::storage
