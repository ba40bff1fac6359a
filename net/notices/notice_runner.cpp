#include "net/notices/notice_runner.hpp"

#include "net/mail/outgoing_mail.hpp"
#include "protocol/api/account_rules.hpp"
#include "protocol/mail/letters.hpp"
#include "protocol/push/notification_message.hpp"
#include "storage/fault_point.hpp"

namespace sellavie::net {
namespace {

using namespace std::chrono_literals;
namespace ends = actors::job_ends;
using monitoring::notice_way;

/// While we are busy ourselves, or the database is away.
constexpr auto short_pause = 5s;

bool may_pass(errc why) noexcept {
  return why == errc::unavailable || why == errc::in_doubt || why == errc::timed_out;
}

}  // namespace

notice_runner::notice_runner(notice_runner_dependencies dependencies)
    : with_{std::move(dependencies)},
      store_{with_.database, "sellavie/notices"},
      desk_{1, with_.most_on_the_way, monitoring::gauge{}} {}

notice_runner::~notice_runner() { stop(); }

void notice_runner::stop() { desk_.stop(); }

void notice_runner::add_to(actors::job_kinds& kinds) {
  const auto add = [&](const char* kind, step work) {
    kinds[kind].run = [this, work](const storage::claimed_job& job, const actors::job_answer& answer) {
      begin(job, answer, work);
    };
  };
  add(storage::tell_job_kind, &notice_runner::tell);
  add(storage::send_job_kind, &notice_runner::send);
  add(storage::summary_job_kind, &notice_runner::sum_up);
}

void notice_runner::begin(const storage::claimed_job& job, const actors::job_answer& answer, step work) {
  const bool is_taken = desk_.submit([this, job, answer, work](std::size_t) { answer((this->*work)(job)); });
  if (!is_taken) answer(ends::again_at{with_.time->now() + short_pause});
}

storage::notice_desk notice_runner::desk() {
  return {store_, *with_.ids, with_.time->now(), !with_.settings->smtp.url.empty()};
}

actors::job_end notice_runner::tell(const storage::claimed_job& job) {
  const auto& business = job.hold.business;
  const auto wanted = storage::read_notice_job(business, job.payload);
  if (!wanted) return ends::hopeless{"unreadable_payload"};
  const auto told = storage::tell_notice(desk(), *wanted);
  if (!told) return failed(job, told.error());
  storage::fault_point("notice.told");
  with_.jobs->ring();
  with_.metrics->notifications(wanted->what.kind, notice_way::in_app)
      .increment(static_cast<double>(told.value().size()));
  if (with_.watchers && with_.watchers->is_followed(business)) {
    std::vector<actors::live_fact> facts;
    for (const auto& one : told.value())
      facts.emplace_back(
          actors::person_notified{api::account_id{one.account}, one.notification.value, wanted->what.kind});
    if (!facts.empty()) with_.watchers->tell(business, std::move(facts));
  }
  return ends::done{};
}

actors::job_end notice_runner::send(const storage::claimed_job& job) {
  const auto wanted = storage::read_person_job(job.hold.business, job.payload);
  if (!wanted) return ends::hopeless{"unreadable_payload"};
  const auto business = to_string(wanted->business);
  if (wanted->way == notification_way::push) {
    const auto pushed = storage::push_notices(desk(), *wanted, [&](const std::vector<told_line>& lines) {
      return push::write_notification(lines, business);
    });
    if (pushed) with_.jobs->ring();
    return end_of(job, pushed, notice_way::push);
  }
  const auto mailed = storage::mail_notices(desk(), *wanted, [&](const std::vector<told_line>& lines) {
    return sealed(mail::notification(with_.settings->http.public_url, business, lines));
  });
  return end_of(job, mailed, notice_way::email);
}

actors::job_end notice_runner::sum_up(const storage::claimed_job& job) {
  const auto wanted = storage::read_person_job(job.hold.business, job.payload);
  if (!wanted) return ends::hopeless{"unreadable_payload"};
  const auto business = to_string(wanted->business);
  const auto make = [&](const std::vector<told_line>& lines, digest_rhythm rhythm) {
    return sealed(mail::summary(with_.settings->http.public_url, business, lines, rhythm));
  };
  return end_of(job, storage::mail_summary(desk(), *wanted, job.created_at, make), notice_way::summary);
}

storage::queued_mail notice_runner::sealed(const mail::letter& letter) const {
  crypto::fernet_iv iv{};
  with_.random(iv);
  return sealed_mail({*with_.ids, *with_.secrets, iv}, letter, {}, with_.time->now(), api::notice_life);
}

actors::job_end notice_runner::end_of(const storage::claimed_job& job,
                                      const result<storage::sent_notices>& sent, notice_way way) const {
  if (!sent) return failed(job, sent.error());
  storage::fault_point("notice.sent");
  const auto& done = sent.value();
  if (done.again_at) return ends::again_at{*done.again_at};
  for (const auto kind : all_notification_kinds)
    with_.metrics->notifications(kind, way).increment(
        static_cast<double>(done.said[static_cast<std::size_t>(kind)]));
  return ends::done{};
}

actors::job_end notice_runner::failed(const storage::claimed_job& job, const error& why) const {
  with_.log->warning("notice_failed", {{}, job.hold.business, {}}, {{"job", job.hold.id}, {"why", why}});
  if (may_pass(why.code)) return ends::again_at{with_.time->now() + short_pause};
  return ends::failed{std::string{to_string(why.code)}};
}

}  // namespace sellavie::net
